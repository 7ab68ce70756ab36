#!/usr/bin/env python3
"""Several netpulse instances and the Prometheus servers of configs/prometheus/fleet: a site's, a global one, a store.

    tests/live/fleet_test.py --netpulse PROGRAM [PART OF A TEST'S NAME...]

The files are used as they are, but for addresses and intervals.
"""
import json
import os
import re
import shutil
import sys
import time

from harness import program, run_tests
from lab import Lab, eventually

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
CONFIGS = os.path.join(ROOT, 'configs', 'prometheus')
SAMPLE = os.path.join(ROOT, 'tests', 'captures', 'sample.pcap')
SITE, GLOBAL, STORE = '127.0.0.1:9090', '127.0.0.1:9091', '127.0.0.1:9092'
ADDRESSES = {'store.example.net:9090': STORE, 'prometheus.berlin.example.net:9090': SITE,
             'prometheus.oslo.example.net:9090': '127.0.0.1:9093',  # a site that is not there
             'probe-1.berlin.example.net': '127.0.0.2', 'probe-2.berlin.example.net': '127.0.0.3'}
INTERVAL = re.compile(r'\b(\w*interval): \d+[sm]\b')


class Prometheus:
    def __init__(self, lab, host, name, address, *options):
        self.host, self.address = host, address
        directory = lab.path(name)
        os.makedirs(directory)
        shutil.copytree(os.path.join(CONFIGS, 'fleet', 'targets'), os.path.join(directory, 'targets'))
        for source in ('netpulse.rules.yml', 'netpulse.alerts.rules.yml', 'fleet/%s.yml' % name, 'fleet/targets/probes.yml'):
            with open(os.path.join(CONFIGS, source), encoding='utf-8') as file:
                text = INTERVAL.sub(r'\1: 1s', file.read())
            for there, here in ADDRESSES.items():
                text = text.replace(there, here)
            with open(os.path.join(directory, source.removeprefix('fleet/')), 'w', encoding='utf-8') as file:
                file.write(text)
        self.targets = os.path.join(directory, 'targets', 'probes.yml')
        host.start(['prometheus', '--config.file=' + os.path.join(directory, name + '.yml'),
                    '--storage.tsdb.path=' + os.path.join(directory, 'data'), '--web.listen-address=' + address] +
                   list(options), log=name + '.log')

    def query(self, expression):
        """[(labels, [(time, value), ...] or (time, value))]"""
        text = self.host.run(['curl', '-sf', '-m', '5', '-G', '--data-urlencode', 'query=' + expression,
                              'http://%s/api/v1/query' % self.address], check=False).stdout
        if not text:
            return []
        return [(r['metric'], r.get('values') or r['value']) for r in json.loads(text)['data']['result']]

    def values(self, expression, label):
        return {labels.get(label, ''): float(value[1]) for labels, value in self.query(expression)}


def start_probe(host, address, pace):
    host.start([program(), 'run', '-r', SAMPLE, '--loop', '--pace', pace, '--listen', address + ':8470'],
               log='netpulse-%s.log' % address)


def samples(prometheus, selector, seconds):
    """{series without site: {time: value}}"""
    found = {}
    for labels, values in prometheus.query('%s[%ds]' % (selector, seconds)):
        name = tuple(sorted((k, v) for k, v in labels.items() if k != 'site'))
        found[name] = dict(values)
    return found


def test_a_site_a_global_prometheus_and_a_store():
    with Lab() as lab:
        host = lab.host('site')
        for address, pace in (('127.0.0.2', 1), ('127.0.0.3', 4)):
            start_probe(host, address, pace)
        store = Prometheus(lab, host, 'store', STORE, '--web.enable-remote-write-receiver')
        site = Prometheus(lab, host, 'site', SITE)
        above = Prometheus(lab, host, 'global', GLOBAL)
        eventually(lambda: set(site.values('up == 1', 'instance')) == {'127.0.0.2', '127.0.0.3'}, 30, 'the site scrapes both')
        # A third instance is a line in a file.
        start_probe(host, '127.0.0.4', 2)
        with open(site.targets, 'a', encoding='utf-8') as file:
            file.write('- targets: ["127.0.0.4:8470"]\n  labels: {role: server}\n')
        eventually(lambda: site.values('up{role="server"} == 1', 'instance') == {'127.0.0.4': 1}, 30, 'the third is scraped')

        # What is dropped is gone, what is said to stay is there.
        eventually(lambda: site.values('count(netpulse_application_bytes_total)', ''), 10, 'details are there')
        assert not site.query('{__name__=~"netpulse_(application|protocol)_packets_total"}')

        # Federation: totals and instances, under their own names, with the site's.
        traffic = 'instance:netpulse_capture_bytes:rate5m'
        eventually(lambda: len(above.values(traffic + '{job="netpulse",site="berlin"}', 'instance')) == 3, 30, 'federation')
        assert above.values('up{job="netpulse",site="berlin"}', 'instance') == dict.fromkeys(
            ('127.0.0.2', '127.0.0.3', '127.0.0.4'), 1)
        assert set(above.values('up{job="sites"}', 'instance').values()) == {0, 1}, 'one site is not there, and that is seen'
        assert not above.query('netpulse_application_bytes_total'), 'details stay at the site'
        applications = eventually(lambda: above.values('job_application:netpulse_application_bytes:rate5m > 0', 'application'),
                                  20, 'applications over all')[0]
        time.sleep(5)

        # The numbers are the site's, sample for sample; and in the store none is missing.
        selector = '{__name__=~"(job|instance):netpulse_.+",__name__!~".*p50.*|.*p90.*|.*p95.*"}'
        now = time.time()
        local, fetched, written = (samples(p, selector, 12) for p in (site, above, store))
        compared = 0
        for series, values in local.items():
            for when, value in values.items():
                if when < now - 4:
                    assert written.get(series, {}).get(when) == value, (series, when, value, written.get(series))
                    compared += 1
        assert compared > 100, compared
        shared = sum(1 for series, values in fetched.items() for when, value in values.items()
                     if local.get(series, {}).get(when) == value)
        assert shared > 100, (shared, len(fetched))
        assert not store.query('netpulse_application_bytes_total')
        local_count = len(site.query('{job="netpulse"}'))
        remote_count = len(store.query('{job="netpulse"}'))
        return '%d applications; %d samples compared; %d series at the site, %d in the store' % (
            len(applications), compared + shared, local_count, remote_count)


def test_the_files_are_what_promtool_expects():
    with Lab() as lab:
        host = lab.host('site')
        for name in ('site', 'global', 'store'):
            directory = lab.path('check-' + name)
            shutil.copytree(CONFIGS, directory)
            path = shutil.copy(os.path.join(directory, 'fleet', name + '.yml'), directory)
            done = host.run(['promtool', 'check', 'config', path], check=False)
            assert done.returncode == 0, done.stdout + done.stderr


if __name__ == '__main__':
    sys.exit(run_tests(dict(globals()), __doc__, ('curl', 'prometheus', 'promtool')))
