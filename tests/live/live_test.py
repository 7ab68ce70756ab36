#!/usr/bin/env python3
"""netpulse on live interfaces, with real servers, clients and a real Prometheus, in network namespaces.

    live_test.py --netpulse PROGRAM [TEST...]

Needs root and the packages of the group "test" in tools/packages; where namespaces cannot be had it says so and skips.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CLIENT, SERVER, Netpulse, program, run_tests, two_hosts  # noqa: E402
from lab import Lab, eventually, json_lines  # noqa: E402


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
            eventually(lambda: netpulse.sum('netpulse_capture_packets_total') > 0, 10, 'the first packets')
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

        def both():
            """What the interface and netpulse have counted, at a moment when nothing (a router solicitation) was on its way."""
            for _ in range(20):
                on_cable = count()
                time.sleep(0.5)
                captured = seen()
                if count() == on_cable:
                    return on_cable, captured
            raise AssertionError('the cable is never silent')
        before = both()
        for _ in range(5):
            fetch(client, 'github.com', '1m')
        after = both()
        on_cable, captured = after[0] - before[0], after[1] - before[1]
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


def test_each_interface_has_counters_of_its_own():
    with Lab() as lab:
        client, server = two_hosts(lab)
        other = lab.host('other')
        lab.cable(other, 'eth0', '10.21.0.2/24', server, 'eth1', '10.21.0.1/24')
        netpulse = Netpulse(lab, server, '-i', 'eth0', '-i', 'eth1', '--workers', '2', '--format', 'json', '-f', 'icmp')
        client.run(['ping', '-c', '5', '-i', '0.02', SERVER])
        other.run(['ping', '-c', '3', '-i', '0.02', '10.21.0.1'])
        received = lambda interface: netpulse.sum('netpulse_capture_packets_total', interface=interface)  # noqa: E731
        eventually(lambda: (received('eth0'), received('eth1')) == (10, 6), 5, 'ten packets on eth0 and six on eth1')
        series = {(n, tuple(v for k, v in l if k == 'interface')) for n, l in netpulse.metrics() if dict(l).get('interface')}
        assert {interface for _, interface in series} == {('eth0',), ('eth1',)}, series
        assert netpulse.sum('netpulse_capture_info', backend='pcap', mode='') == 2, netpulse.metrics()
        assert 0 <= netpulse.sum('netpulse_source_backlog_ratio', interface='eth0') <= 2, 'a source for each worker'
        netpulse.stop()
        text = netpulse.output()
        report = json.loads(text[text.index('\n{') + 1:text.rindex('}') + 1])
        counts = {i['name']: (i['received_packets'], i['dropped_packets']) for i in report['capture']['interfaces']}
        assert counts == {'eth0': (10, 0), 'eth1': (6, 0)}, report['capture']


def test_the_interfaces_own_network_is_home_unless_another_is_listed():
    with Lab() as lab:
        near, far = lab.host('near'), lab.host('far')
        lab.cable(near, 'eth0', '198.51.100.2/24', far, 'eth0', '198.51.100.1/24')
        far.ip('address', 'add', '203.0.113.9/32', 'dev', 'lo')
        near.ip('route', 'add', 'default', 'via', '198.51.100.1')
        netpulse = Netpulse(lab, near, '-i', 'eth0', '-f', 'icmp')
        far.run(['ping', '-c', '3', '-i', '0.02', '198.51.100.2'])
        near.run(['ping', '-c', '5', '-i', '0.02', '203.0.113.9'])
        packets = lambda way: netpulse.sum('netpulse_traffic_packets_total', direction=way)  # noqa: E731
        ways = lambda: tuple(packets(way) for way in ('local', 'out', 'in', 'transit'))  # noqa: E731
        eventually(lambda: ways() == (6, 5, 5, 0), 5, 'six packets local, five each way')
        peak = lambda: netpulse.sum('netpulse_throughput_peak_packets_per_second', direction='all')  # noqa: E731
        eventually(lambda: 0 < peak() <= 16, 10, 'a peak once packet time is past its second')
        netpulse.stop()
        netpulse = Netpulse(lab, near, '-i', 'eth0', '-f', 'icmp', config='[home]\nnetworks = ["203.0.113.0/24"]\n')
        near.run(['ping', '-c', '5', '-i', '0.02', '203.0.113.9'])
        eventually(lambda: ways() == (0, 5, 5, 0), 5, 'the pinged host is home, its answers go out')
        netpulse.stop()


def test_errors_name_what_is_wrong_and_the_remedy():
    with Lab() as lab:
        client, _ = two_hosts(lab)
        netpulse = Netpulse(lab, client, '-i', 'eth0')

        def refuses(arguments, status, *words, before=()):
            done = client.run(list(before) + [program()] + arguments, check=False, timeout=20)
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
        everyones = lab.path('netpulse')
        shutil.copyfile(program(), everyones)
        os.chmod(everyones, 0o755)
        nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all']
        done = client.run(nobody + [everyones, 'run', '-i', 'eth0'], check=False, cwd='/')
        assert done.returncode == 1 and re.search('setcap|CAP_NET_RAW|cap_net_raw', done.stderr), (done.returncode, done.stderr)


def test_without_an_interface_up_it_says_so():
    with Lab() as lab:
        alone = lab.host('alone')
        done = alone.run([program(), 'run'], check=False, timeout=20)
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
        process = client.start([program(), 'run', '-i', 'eth0', '-c', path], log='second.log')
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


if __name__ == '__main__':
    sys.exit(run_tests(dict(globals()), __doc__, ('nginx', 'curl', 'openssl', 'unbound', 'dnsperf', 'tcpdump', 'prometheus',
                                                  'promtool', 'ethtool', 'ping', 'setpriv', 'ss')))
