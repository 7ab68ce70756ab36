#!/usr/bin/env python3
"""netpulse on live interfaces, with real servers, clients and a real Prometheus, in network namespaces.

    live_test.py --netpulse PROGRAM [TEST...]

Needs root and the packages of the group "test" in tools/packages; where namespaces cannot be had it says so and skips.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lab import Lab, eventually, json_lines, missing  # noqa: E402

SERVER, CLIENT = '10.20.0.1', '10.20.0.2'
PROGRAM = None


def two_hosts(lab, **options):
    client, server = lab.host('client'), lab.host('server')
    lab.cable(client, 'eth0', CLIENT + '/24 fd00:20::2/64', server, 'eth0', SERVER + '/24 fd00:20::1/64', **options)
    return client, server


class Netpulse:
    """`netpulse run` in a namespace, with /metrics on its loopback and flow records in a file."""

    def __init__(self, lab, host, *arguments, config=''):
        self.lab, self.host = lab, host
        self.flows = lab.path('flows.jsonl')
        self.log = lab.path('netpulse.log')
        path = lab.write('netpulse.toml', '[exporters.jsonl]\npath = "%s"\n%s' % (self.flows, config))
        self.process = host.start([PROGRAM, 'run', '-c', path] + list(arguments), log='netpulse.log')
        self.wait_until_ready()

    def output(self):
        with open(self.log, encoding='utf-8', errors='replace') as file:
            return file.read()

    def wait_until_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError('netpulse ended with %d: %s' % (self.process.returncode, self.output()))
            return self.get('/healthz', check=False)
        eventually(ready, 10, 'netpulse answers /healthz')

    def get(self, path, check=True):
        return self.host.run(['curl', '-s', '-f', '-m', '2', 'http://127.0.0.1:8470' + path], check=check).stdout

    def metrics(self):
        """{(name, labels as a sorted tuple): value}"""
        found = {}
        for line in self.get('/metrics').splitlines():
            match = re.match(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)', line)
            if match and not line.startswith('#'):
                labels = tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or '')))
                found[match.group(1), labels] = float(match.group(3))
        return found

    def sum(self, name, **labels):
        wanted = set(labels.items())
        return sum(v for (n, l), v in self.metrics().items() if n == name and wanted <= set(l))

    def stop(self, expected=0):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(10)
        assert status == expected, 'exit %d: %s' % (status, self.output()[-2000:])
        return json_lines(self.flows)


def fetch(client, name, path='10k', *options):
    client.run(['curl', '-sk', '-o', '/dev/null', '--resolve', '%s:443:%s' % (name, SERVER)] + list(options) +
               ['https://%s/%s' % (name, path)])


def test_https_appears_by_name_in_flows_metrics_and_prometheus():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        netpulse = Netpulse(lab, client, '-i', 'eth0', config='[flow_table]\ntcp_end_timeout_seconds = 1\n')
        configuration = lab.write('prometheus.yml', '''
global: {scrape_interval: 1s}
scrape_configs: [{job_name: netpulse, static_configs: [{targets: ["127.0.0.1:8470"]}]}]
''')
        client.start(['prometheus', '--config.file=' + configuration, '--storage.tsdb.path=' + lab.path('tsdb'),
                      '--web.listen-address=127.0.0.1:9090'], log='prometheus.log')

        def query(expression):
            answer = client.run(['curl', '-s', '-m', '2', '-G', '--data-urlencode', 'query=' + expression,
                                 'http://127.0.0.1:9090/api/v1/query'], check=False).stdout
            result = json.loads(answer)['data']['result'] if answer.startswith('{"status":"success"') else []
            return float(result[0]['value'][1]) if result else 0.0

        eventually(lambda: query('up{job="netpulse"}') == 1, 20, 'Prometheus scrapes netpulse')
        fetch(client, 'www.netflix.com')
        fetched = time.monotonic()
        eventually(lambda: netpulse.sum('netpulse_application_bytes_total', application='Netflix') > 10240, 2,
                   '/metrics has the bytes of Netflix')
        metrics_seconds = time.monotonic() - fetched
        eventually(lambda: query('sum(netpulse_application_bytes_total{application="Netflix"})') > 10240,
                   2 - metrics_seconds, 'Prometheus has the bytes of Netflix')
        prometheus_seconds = time.monotonic() - fetched
        flow, _ = eventually(lambda: [f for f in json_lines(netpulse.flows) if f['server_name'] == 'www.netflix.com'],
                             4, 'the flow record has the server name')  # one second of linger after the connection's end
        record_seconds = time.monotonic() - fetched
        assert flow[0]['application'] == 'Netflix' and flow[0]['name_source'] == 'tls_sni', flow[0]
        assert flow[0]['src_addr'] == CLIENT and flow[0]['dst_port'] == 443, flow[0]
        assert flow[0]['dst_payload_bytes'] > 10240 and flow[0]['encrypted'] is True, flow[0]
        assert netpulse.sum('netpulse_tls_handshakes_total', version='1.3', sni='visible') == 1, netpulse.metrics()
        checked = client.run(['promtool', 'check', 'metrics'], stdin=None, input=netpulse.get('/metrics'), check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        netpulse.stop()
        return 'in /metrics after %.2f s, in Prometheus after %.2f s, its record after %.2f s' % (
            metrics_seconds, prometheus_seconds, record_seconds)


def test_dns_counters_equal_dnsperf_and_nothing_is_lost_without_a_reason():
    with Lab() as lab:
        client, server = two_hosts(lab)
        names = ['host%d.example.org' % i for i in range(500)]
        lab.unbound(server, ['%s. 60 IN A 10.9.%d.%d' % (n, i // 250, i % 250) for i, n in enumerate(names[:400])])
        queries = lab.write('queries.txt', ''.join('%s A\n' % n for n in names))
        netpulse = Netpulse(lab, server, '-i', 'eth0')
        out = client.run(['dnsperf', '-s', SERVER, '-d', queries, '-l', '3', '-Q', '2000', '-c', '8'], timeout=60).stdout
        sent = int(re.search(r'Queries sent:\s+(\d+)', out).group(1))
        completed = int(re.search(r'Queries completed:\s+(\d+)', out).group(1))
        codes = {name: int(n) for name, n in re.findall(r'(NOERROR|NXDOMAIN) (\d+)', out)}
        assert completed > 1000 and len(codes) == 2, out
        eventually(lambda: netpulse.sum('netpulse_dns_responses_total') >= completed, 3, 'all answers are counted')
        for name, count in codes.items():
            counted = netpulse.sum('netpulse_dns_responses_total', rcode=name)
            assert counted == count, '%s: dnsperf %d, netpulse %d' % (name, count, counted)
        counted = netpulse.sum('netpulse_dns_messages_total', kind='query', transport='udp')
        assert counted == sent, 'queries: dnsperf %d, netpulse %d' % (sent, counted)
        flows = netpulse.stop()
        packets = sum(f['src_packets'] + f['dst_packets'] for f in flows if 53 in (f['src_port'], f['dst_port']))
        assert packets == sent + completed, 'flow records hold %d packets of %d' % (packets, sent + completed)
        return '%d queries, %d answers' % (sent, completed)


def test_every_received_packet_is_in_one_layer_at_any_time():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        netpulse = Netpulse(lab, server, '-i', 'eth0')
        stop = threading.Event()

        def traffic():
            while not stop.is_set():
                fetch(client, 'github.com', '1m')
        worker = threading.Thread(target=traffic)
        worker.start()
        try:
            for _ in range(8):
                time.sleep(0.2)
                metrics = netpulse.metrics()  # one scrape is one moment
                total = lambda name: sum(v for (n, _), v in metrics.items() if n == name)  # noqa: E731
                received, layers = total('netpulse_capture_packets_total'), total('netpulse_network_packets_total')
                assert received > 0 and received == layers, (received, layers)
        finally:
            stop.set()
            worker.join()
        # On the cable: what the interface itself counts while only this traffic runs.
        count = lambda: sum(int(server.run(['cat', '/sys/class/net/eth0/statistics/%s_packets' % d]).stdout)  # noqa: E731
                            for d in ('rx', 'tx'))
        seen = lambda: netpulse.sum('netpulse_capture_packets_total') + sum(  # noqa: E731
            v for (n, l), v in netpulse.metrics().items()
            if n == 'netpulse_dropped_packets_total' and dict(l)['stage'] in ('interface', 'kernel', 'queue'))
        time.sleep(0.5)
        before = count(), seen()
        for _ in range(5):
            fetch(client, 'github.com', '1m')
        time.sleep(0.5)
        on_cable, captured = count() - before[0], seen() - before[1]
        assert on_cable == captured, 'the interface counts %d packets, netpulse received or lost %d' % (on_cable, captured)
        netpulse.stop()
        return '%d packets' % on_cable


def test_an_interface_that_goes_down_and_up_does_not_end_the_run():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        fetch(client, 'www.netflix.com')
        for _ in range(3):
            client.ip('link', 'set', 'eth0', 'down')
            time.sleep(0.5)
            assert netpulse.process.poll() is None, netpulse.output()
            client.ip('link', 'set', 'eth0', 'up')
            time.sleep(0.5)
        eventually(lambda: client.run(['ping', '-c', '1', '-W', '1', SERVER], check=False).returncode == 0, 5, 'link is up')
        fetch(client, 'www.spotify.com')
        eventually(lambda: netpulse.sum('netpulse_application_bytes_total', application='Spotify') > 0, 3,
                   'traffic is seen after the interface came back')
        names = {f['server_name'] for f in netpulse.stop()}
        assert {'www.netflix.com', 'www.spotify.com'} <= names, names


def test_two_workers_see_what_tcpdump_sees():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        netpulse = Netpulse(lab, server, '-i', 'eth0', '--workers', '2', '-f', 'tcp port 443')
        capture = lab.capture(server, 'eth0', 'beside.pcap', 'tcp', 'port', '443')
        for i in range(40):
            fetch(client, 'host%d.example.org' % i, '100k' if i % 4 == 0 else '1k')
        time.sleep(1)
        per_worker = {dict(l)['worker']: v for (n, l), v in netpulse.metrics().items()
                      if n == 'netpulse_capture_packets_total'}
        flows = netpulse.stop()
        path = lab.stop_capture(capture)
        with open(lab.path('beside.pcap.tcpdump'), encoding='utf-8', errors='replace') as file:
            said = file.read()
        assert re.search(r'\b0 packets dropped by kernel', said), said
        packets, size, offset = 0, 0, 24
        with open(path, 'rb') as file:
            data = file.read()
        while offset < len(data):
            captured, wire = (int.from_bytes(data[offset + o:offset + o + 4], 'little') for o in (8, 12))
            packets, size, offset = packets + 1, size + wire, offset + 16 + captured
        assert sum(f['src_packets'] + f['dst_packets'] for f in flows) == packets, (len(flows), packets)
        assert sum(f['src_bytes'] + f['dst_bytes'] for f in flows) == size, size
        assert len(flows) == 40 and len({f['server_name'] for f in flows}) == 40, len(flows)
        assert len(per_worker) == 2 and all(v > 0 for v in per_worker.values()), per_worker
        return '%d packets, by worker %s' % (packets, per_worker)


def test_errors_name_what_is_wrong_and_the_remedy():
    with Lab() as lab:
        client, _ = two_hosts(lab)
        netpulse = Netpulse(lab, client, '-i', 'eth0')

        def refuses(arguments, status, *words, before=()):
            done = client.run(list(before) + [PROGRAM] + arguments, check=False, timeout=20)
            assert done.returncode == status, '%s: exit %d: %s' % (arguments, done.returncode, done.stdout + done.stderr)
            for word in words:
                assert re.search(word, done.stderr), '%s: no "%s" in: %s' % (arguments, word, done.stderr)

        refuses(['run', '-i', 'eth0', '--duration', '1'], 1, '8470', 'in use')
        netpulse.stop()
        refuses(['run', '-i', 'eth1'], 1, 'eth1', r'\beth0\b')
        refuses(['run', '-i', 'eth0', '-f', 'tcp prot 80'], 1, 'tcp prot 80')
        refuses(['run', '--no-such-option'], 2, 'no-such-option')
        refuses(['run', '-c', '/nonexistent.toml'], 2, '/nonexistent.toml')
        refuses(['read', '/nonexistent.pcap'], 1, '/nonexistent.pcap')
        bad = lab.write('bad.toml', '[http]\n\nlissten = "127.0.0.1:1"\n')
        refuses(['run', '-i', 'eth0', '-c', bad], 2, re.escape(bad) + r':3', 'lissten', r'\blisten\b')
        # A user without the right to capture; a copy of the program that everyone may run.
        program = lab.path('netpulse')
        shutil.copyfile(PROGRAM, program)
        os.chmod(program, 0o755)
        nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']
        done = client.run(nobody + [program, 'run', '-i', 'eth0'], check=False, cwd='/')
        assert done.returncode == 1 and re.search('setcap|CAP_NET_RAW|cap_net_raw', done.stderr), (done.returncode, done.stderr)


def test_without_an_interface_up_it_says_so():
    with Lab() as lab:
        alone = lab.host('alone')
        done = alone.run([PROGRAM, 'run'], check=False, timeout=20)
        assert done.returncode == 1 and re.search('interface', done.stderr), (done.returncode, done.stderr)


def test_ctrl_c_ends_with_the_report_and_a_second_one_at_once():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        fetch(client, 'www.netflix.com')
        time.sleep(0.5)
        flows = netpulse.stop(expected=0)
        assert any(f['server_name'] == 'www.netflix.com' for f in flows), flows
        assert 'Netflix' in netpulse.output(), 'no report: ' + netpulse.output()
        # A frozen exporter holds the first one up (a FIFO that nobody reads): the second must not wait for it.
        os.mkfifo(lab.path('frozen'))
        reader = os.open(lab.path('frozen'), os.O_RDONLY | os.O_NONBLOCK)
        path = lab.write('frozen.toml', '[exporters.jsonl]\npath = "%s"\n' % lab.path('frozen'))
        process = client.start([PROGRAM, 'run', '-i', 'eth0', '-c', path], log='second.log')
        eventually(lambda: client.run(['curl', '-sf', 'http://127.0.0.1:8470/healthz'], check=False).returncode == 0, 10, 'up')
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        process.wait(5)
        os.close(reader)
        assert time.monotonic() - begin < 2, 'a second Ctrl-C took %.1f s' % (time.monotonic() - begin)


def test_a_capture_file_replays_at_its_own_pace_and_serves_metrics():
    with Lab() as lab:
        alone = lab.host('alone')
        sample = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures', 'sample.pcap')
        netpulse = Netpulse(lab, alone, '-r', sample, '--pace', '1', '--loop')
        first = netpulse.sum('netpulse_capture_packets_total')
        eventually(lambda: netpulse.sum('netpulse_application_bytes_total', application='Google') > 0, 5, 'Google is seen')
        later = netpulse.sum('netpulse_capture_packets_total')
        assert first < later < 1500, (first, later)  # 1,706 packets in 56 s: not all of them at once
        netpulse.stop()


def main():
    global PROGRAM
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--netpulse', required=True)
    parser.add_argument('tests', nargs='*', help='parts of test names')
    options = parser.parse_args()
    PROGRAM = os.path.abspath(options.netpulse)
    tests = [f for n, f in globals().items() if n.startswith('test_') and
             (not options.tests or any(t in n for t in options.tests))]
    reason = missing('nginx', 'curl', 'openssl', 'unbound', 'dnsperf', 'tcpdump', 'prometheus', 'promtool', 'ethtool', 'ping',
                     'setpriv', 'ss')
    if reason:
        print('skipped: ' + reason)
        print('0 passed, 0 failed, %d skipped' % len(tests))
        return 0
    failed = 0
    for test in tests:
        begin = time.monotonic()
        name = test.__name__[5:].replace('_', ' ')
        try:
            said = test() or ''
            print('ok    %s (%.1f s)%s' % (name, time.monotonic() - begin, ': ' + said if said else ''), flush=True)
        except (AssertionError, RuntimeError, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
            failed += 1
            traceback.print_exc()
            print('FAIL  %s (%.1f s): %s' % (name, time.monotonic() - begin, error), flush=True)
    print('%d passed, %d failed' % (len(tests) - failed, failed))
    return 1 if failed or not tests else 0


if __name__ == '__main__':
    sys.exit(main())
