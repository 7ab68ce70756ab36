#!/usr/bin/env python3
"""configs/grafana and configs/prometheus with a real Prometheus that scrapes real runs.

    grafana_test.py --netpulse build/release/tools/netpulse/netpulse [TEST...]

Several instances capture and replay at one time; every query of every panel is executed as Grafana would. Needs root (a
network namespace) and Debian's prometheus.
"""
import concurrent.futures
import contextlib
import ctypes
import glob
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse

from harness import program, run_tests
from lab import Lab, eventually

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
CAPTURES = os.path.join(ROOT, 'tests', 'captures')
PROMETHEUS = os.path.join(ROOT, 'configs', 'prometheus')
DASHBOARDS = sorted(glob.glob(os.path.join(ROOT, 'configs', 'grafana', 'dashboards', '*.json')))
SCRAPE_SECONDS, SCRAPES = 1, 12
LIVE, FIRST_PORT = 'live', 8471
# name: capture, how many times as fast, further arguments
REPLAYS = {'office': ('sample.pcap', 20, ['--workers', '2']), 'cable': ('bad_cable.pcap', 2, []),
           'calls': ('voice.pcap', 4, [])}
SENT = ('browsing.pcap', 'sample.pcap')  # to the live instance


def connected_in(namespace, address):
    """A TCP socket of another network namespace; a socket stays in the one that it was made in."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open('/proc/self/ns/net', encoding='ascii') as own, open('/run/netns/' + namespace, encoding='ascii') as other:
        def enter(file):
            if libc.setns(file.fileno(), 0):
                raise OSError(ctypes.get_errno(), 'setns')
        enter(other)
        try:
            return socket.create_connection(address, timeout=10)
        finally:
            enter(own)


class Fleet:
    """Instances of netpulse under one Prometheus, all on the loopback of one namespace; "live" captures on a cable."""

    def __init__(self, lab):
        self.lab, self.host, self.sender = lab, lab.host('fleet'), lab.host('sender')
        lab.cable(self.host, 'eth0', '', self.sender, 'eth0', '')
        for host in (self.host, self.sender):  # nothing on the cable but what is sent on purpose
            host.run(['sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1'])
        self.ports, self.instances, self.connection = {}, {}, None
        database = self.place_database()
        self.start(LIVE, ['-i', 'eth0'], database)
        for name, (capture, pace, options) in REPLAYS.items():
            self.start(name, ['-r', os.path.join(CAPTURES, capture), '--pace', str(pace), '--loop'] + options, database)
        for name in self.ports:
            eventually(lambda n=name: self.get(n, '/healthz'), 10, name + ' answers')
        self.start_prometheus()

    def place_database(self):
        path = self.lab.path('country.mmdb')
        subprocess.run([os.path.join(ROOT, 'tools', 'geoip-debian'), path, self.lab.write('geoip', '16777216,16777471,AU\n'),
                        self.lab.write('geoip6', '2a00::,2a0f::,SE\n')], check=True, capture_output=True)
        return path

    def start(self, name, arguments, database):
        self.ports[name] = FIRST_PORT + len(self.ports)
        path = self.lab.write(name + '.toml', '[flow_table]\nidle_timeout_seconds = 2\n[geoip]\ndatabases = ["%s"]\n'
                              '[exporters.jsonl]\npath = "%s"\n' % (database, self.lab.path(name + '.jsonl')))
        self.instances[name] = self.host.start(
            [program(), 'run', '-c', path, '--listen', '127.0.0.1:%d' % self.ports[name]] + arguments, log=name + '.log')

    def start_prometheus(self):
        for rules in glob.glob(os.path.join(PROMETHEUS, '*.rules.yml')):
            with open(rules, encoding='utf-8') as file:  # no group waits for its minute
                self.lab.write(os.path.basename(rules), file.read().replace('interval: 1m\n', 'interval: 1s\n'))
        targets = ['127.0.0.1:%d' % port for port in self.ports.values()]
        path = self.lab.write('prometheus.yml', json.dumps({
            'global': {'scrape_interval': '%ds' % SCRAPE_SECONDS, 'evaluation_interval': '1s'}, 'rule_files': ['*.rules.yml'],
            'scrape_configs': [{'job_name': 'netpulse', 'static_configs': [{'targets': targets}]}]}))
        self.host.start(['prometheus', '--config.file=' + path, '--storage.tsdb.path=' + self.lab.path('tsdb'),
                         '--web.listen-address=127.0.0.1:9090'], log='prometheus.log')
        eventually(lambda: len(self.query('up == 1')) == len(targets), 30, 'Prometheus scrapes all instances')

    def fetch(self, url):
        """From Prometheus, over one connection that was made inside the namespace."""
        try:
            if not self.connection:
                self.connection = http.client.HTTPConnection('127.0.0.1', 9090, timeout=10)
                self.connection.sock = connected_in(self.host.name, ('127.0.0.1', 9090))
            self.connection.request('GET', url)
            return self.connection.getresponse().read().decode()
        except OSError:
            self.connection = None
            return ''

    def get(self, name, path):
        return self.host.run(['curl', '-s', '-f', '-m', '2', 'http://127.0.0.1:%d%s' % (self.ports[name], path)], check=False).stdout

    def ask(self, what, **parameters):
        """An answer of Prometheus' API; an error is a ValueError with its text."""
        answer = self.fetch('/api/v1/%s?%s' % (what, urllib.parse.urlencode(parameters)))
        if not answer.startswith('{'):
            return {'result': []}  # it is starting
        answer = json.loads(answer)
        if answer['status'] != 'success':
            raise ValueError('%s: %s' % (parameters.get('query'), answer['error']))
        return answer['data']

    def query(self, expression, at=None):
        return self.ask('query', query=expression, **({'time': at} if at else {}))['result']

    def value(self, expression, at=None):
        result = self.query(expression, at)
        assert len(result) == 1, '%s: %d series' % (expression, len(result))
        return float(result[0]['value'][1])

    def instance(self, name):
        return '127.0.0.1:%d' % self.ports[name]

    def send(self, capture):
        self.sender.run(['tcpreplay', '-q', '-i', 'eth0', '-M', '2', os.path.join(CAPTURES, capture)])


_shared = contextlib.ExitStack()
_started, _fleet = [], []


def fleet():
    """One for all tests."""
    if not _started:
        _started.append(True)
        _fleet.append(Fleet(_shared.enter_context(Lab())))
    assert _fleet, 'it did not start'
    return _fleet[0]


def panels():
    for path in DASHBOARDS:
        with open(path, encoding='utf-8') as file:
            dashboard = json.load(file)
        for panel in dashboard['panels']:
            yield dashboard, panel


def as_grafana_would(expression, chosen='.*'):
    """The query with its variables filled in: All, or one instance; intervals of a graph of the last seconds."""
    values = {'job': 'netpulse', 'instance': chosen, '__rate_interval': '%ds' % (4 * SCRAPE_SECONDS), '__range': '%ds' % (SCRAPES * SCRAPE_SECONDS)}

    def fill(match):
        name = match.group(1) or match.group(2)
        return values.get(name, '.*')
    return re.sub(r'\$(?:\{(\w+)\}|(\w+))', fill, expression)


def executed(fleet_, target, end, chosen='.*'):
    """What a panel's query gives, as lists of values that are numbers."""
    expression = as_grafana_would(target['expr'], chosen)
    if target.get('instant'):
        series = [[s['value'][1]] for s in fleet_.query(expression, end)]
    else:
        series = [[v for _, v in s['values']] for s in fleet_.ask('query_range', query=expression, step=SCRAPE_SECONDS, end=end,
                                                                  start=end - (SCRAPES - 4) * SCRAPE_SECONDS)['result']]
    return [numbers for numbers in ([v for v in values if v != 'NaN'] for values in series) if numbers]


def test_rules_do_what_their_tests_say():
    files = sorted(glob.glob(os.path.join(PROMETHEUS, 'tests', '*.yml')))
    assert files
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda path: promtool('test', 'rules', path), files))
    rules = [promtool('check', 'rules', path) for path in sorted(glob.glob(os.path.join(PROMETHEUS, '*.rules.yml')))]
    return '; '.join(rules)


def test_increase_equals_the_totals_of_the_captures():
    lab = fleet()
    live = lab.instance(LIVE)
    assert lab.value('sum(netpulse_capture_packets_total{instance="%s"})' % live) == 0, 'not idle before the first packet'
    wanted = {'packets': 0, 'bytes': 0}
    for capture in SENT:
        report = json.loads(subprocess.run([program(), 'read', '--format', 'json', os.path.join(CAPTURES, capture)], check=True,
                                           capture_output=True, text=True).stdout)
        wanted['packets'] += report['packets']['total']
        wanted['bytes'] += report['bytes']['wire']
    for capture in SENT:
        lab.send(capture)

    def increase_of(selected):
        return lab.value('sum(increase(%s[5m]))' % selected, lab.value('max(timestamp(%s))' % selected))
    said = []
    for unit, total in wanted.items():
        for metric in ('netpulse_capture_%s_total', 'netpulse_traffic_%s_total', 'netpulse_transport_%s_total',
                       'netpulse_network_%s_total'):
            selected = metric % unit + '{instance="%s"}' % live
            try:  # the last packets may wait in the kernel's ring, and then for a scrape
                eventually(lambda: abs(increase_of(selected) - total) <= 0.01 * total, 10, selected)
            except AssertionError:
                raise AssertionError('%s: increase %.1f, now %s, of %d; dropped: %s' % (
                    selected, increase_of(selected), lab.value('sum(%s)' % selected), total,
                    lab.query('netpulse_dropped_packets_total{instance="%s"} > 0' % live))) from None
        said.append('%s %.1f of %d' % (unit, increase_of(selected), total))
    return ', '.join(said)


def test_every_query_of_every_panel_has_an_answer():
    lab = fleet()
    for capture in ('browsing.pcap', 'quic.pcap'):
        lab.send(capture)
    sent = time.time()
    oldest = lab.value('min(min_over_time(timestamp(up)[5m:1s]))')
    eventually(lambda: time.time() - oldest > SCRAPES * SCRAPE_SECONDS + 2, 60, 'enough scrapes')
    # What was sent has to have come out of the kernel's ring, and to be within the range that is asked for.
    eventually(lambda: lab.value('min(timestamp(up))') > sent + 3 * SCRAPE_SECONDS, 30, 'scrapes of what was sent')
    end = lab.value('min(timestamp(up))')
    queries, empty = 0, []
    for dashboard, panel in panels():
        for target in panel['targets']:
            queries += 1
            where = '%s, %s, %s' % (dashboard['uid'], panel['title'], target['refId'])
            if not executed(lab, target, end):
                empty.append('%s: %s' % (where, as_grafana_would(target['expr'])))
    one = re.escape(lab.instance(LIVE)).replace('\\', '\\\\')  # as Grafana escapes a value that is chosen
    traffic = next(panel['targets'][0] for dashboard, panel in panels() if panel['title'] == 'Packets by interface')
    assert len(executed(lab, traffic, end, one)) == 1, 'one instance is chosen'
    assert not empty, 'no data:\n' + '\n'.join(empty)
    return '%d queries' % queries


def expressions(lab):
    """Every query of panels and rules, and where it is."""
    for dashboard, panel in panels():
        for target in panel['targets']:
            yield '%s, %s' % (dashboard['uid'], panel['title']), target['expr']
    for group in lab.ask('rules')['groups']:
        for rule in group['rules']:
            yield rule['name'], rule['query']


def test_queries_name_metrics_and_labels_that_there_are():
    lab = fleet()
    known = set(lab.ask('label/__name__/values', start=0)) | {'ALERTS'}
    recorded = {rule['name'] for group in lab.ask('rules')['groups'] for rule in group['rules']}
    values, metrics = {}, set()
    for where, expression in expressions(lab):
        for name in re.findall(r'\w+:netpulse_\w+:\w+', expression):
            assert name in recorded, '%s: nothing records %s' % (where, name)
        for name in re.findall(r'(?<!:)\b(?:netpulse|process|scrape)_\w+\b(?!:)|\bup\b', expression):
            assert name in known, '%s: no metric %s' % (where, name)
            metrics.add(name)
        for name, matchers in re.findall(r'(?<!:)\b(netpulse_\w+)\{([^}]*)\}', expression):
            for label, operator, value in re.findall(r'(\w+)(=~|=|!=|!~)"((?:[^"\\]|\\.)*)"', matchers):
                if '$' in value:
                    continue
                if (name, label) not in values:
                    values[name, label] = {s['metric'].get(label, '') for s in lab.query('group by (%s) (%s)' % (label, name))}
                wanted = value.replace('\\\\', '').split('|') if operator.endswith('~') else [value]
                absent = [one for one in wanted if one not in values[name, label]]
                assert not absent, '%s: %s has no %s of %s' % (where, name, label, absent)
    return '%d metrics, %d label matchers' % (len(metrics), len(values))


def test_promtool_finds_nothing_in_metrics_and_rules():
    lab = fleet()
    for name in lab.ports:
        done = lab.host.run(['promtool', 'check', 'metrics'], stdin=None, input=lab.get(name, '/metrics'), check=False)
        assert done.returncode == 0, name + ': ' + done.stdout + done.stderr
    return promtool('check', 'config', os.path.join(PROMETHEUS, 'prometheus.yml'))


def promtool(*arguments):
    done = subprocess.run(['promtool', *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and 'FAILED' not in done.stdout + done.stderr, done.stdout + done.stderr
    return re.sub(r'\s+', ' ', done.stdout.strip())[-200:]


def test_rules_evaluate_without_an_error_and_no_alert_fires_without_a_cause():
    lab = fleet()
    groups = lab.ask('rules')['groups']
    assert groups, 'Prometheus has loaded no rules'
    rules = [rule for group in groups for rule in group['rules']]
    bad = ['%s: %s' % (r['name'], r.get('lastError')) for r in rules if r['health'] != 'ok']
    assert not bad, bad
    firing = [r['name'] for r in rules if r['type'] == 'alerting' and r['state'] == 'firing']
    assert not firing, firing
    return '%d rules' % len(rules)


def test_an_instance_that_goes_is_seen():
    lab = fleet()
    lab.instances['cable'].terminate()
    down = next(panel for dashboard, panel in panels() if dashboard['uid'] == 'netpulse-fleet' and panel['title'] == 'Down')
    eventually(lambda: lab.value(as_grafana_would(down['targets'][0]['expr'])) == 1, 10, 'the Fleet dashboard shows one down')
    eventually(lambda: lab.query('ALERTS{alertname="NetpulseInstanceDown",instance="%s"}' % lab.instance('cable')), 10,
               'its alert is pending')


if __name__ == '__main__':
    with _shared:
        status = run_tests(dict(globals()), __doc__, ('prometheus', 'promtool', 'curl', 'tcpreplay', 'sysctl'))
    sys.exit(status)
