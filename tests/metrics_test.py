#!/usr/bin/env python3
"""What /metrics of the real program offers: both formats, its documentation, and that traffic adds no series.

    metrics_test.py --netpulse PROGRAM [TEST...]

Needs promtool and Debian's python3-prometheus-client (group "test" in tools/packages). Uses the loopback alone.
"""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
PAGE = os.path.join(ROOT, 'exporters', 'prometheus', 'METRICS.md')
SAMPLE = os.path.join(ROOT, 'tests', 'captures', 'sample.pcap')
NETPULSE = None

# As Prometheus 2.42 asks.
OPEN_METRICS = ('application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,'
                'text/plain;version=0.0.4;q=0.5,*/*;q=0.1')
# Debian's own interpreter has the package, whichever one runs the tests.
PARSER = '''
import json, sys
if sys.argv[1] == 'openmetrics':
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
else:
    from prometheus_client.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
print(json.dumps([[f.name, f.type, f.documentation, f.unit, [[s.name, s.labels, str(s.value)] for s in f.samples]]
                  for f in families]))
'''
DISTINCT = 1000000
MARK = 'zqx'  # in every name that the test makes up, and in no name of the program's own


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Run:
    """`netpulse run` on a replayed capture, again and again, as fast as it goes."""

    def __init__(self, capture, *arguments):
        self.url = 'http://127.0.0.1:%d' % free_port()
        self.process = subprocess.Popen(
            [NETPULSE, 'run', '-r', capture, '--loop', '--listen', self.url[7:], *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                return self if self.get('/readyz') else self
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError('netpulse does not answer: %s' % error)
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path, **headers):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(urllib.request.Request(self.url + path, headers=headers), timeout=10) as answer:
            self.content_type = answer.headers['Content-Type']
            return answer.read().decode()


def parsed(page, form):
    done = subprocess.run(['/usr/bin/python3', '-c', PARSER, form], input=page, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise AssertionError(done.stderr[-1500:])
    return json.loads(done.stdout)


def series_of(page):
    """{series: value}"""
    return dict(line.rsplit(' ', 1) for line in page.splitlines() if not line.startswith('#'))


class Formats(unittest.TestCase):
    def test_both_formats_are_what_the_parsers_expect_and_say_the_same(self):
        with Run(SAMPLE, '--pace', '50', '--workers', '2') as run:
            text = run.get('/metrics')
            self.assertEqual(run.content_type, 'text/plain; version=0.0.4; charset=utf-8')
            openmetrics = run.get('/metrics', Accept=OPEN_METRICS)
            self.assertEqual(run.content_type, 'application/openmetrics-text; version=1.0.0; charset=utf-8')
        checked = subprocess.run(['promtool', 'check', 'metrics'], input=text, capture_output=True, text=True, timeout=60)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ''))
        self.assertTrue(openmetrics.endswith('\n# EOF\n'))
        families, others = parsed(text, 'text'), parsed(openmetrics, 'openmetrics')
        self.assertGreater(len(families), 150)
        # The text parser takes _total off a counter's family, so that both are alike.
        self.assertEqual([f[:3] for f in families], [f[:3] for f in others])
        names = lambda found: [[s[:2] for s in f[4]] for f in found]  # noqa: E731
        self.assertEqual(names(families), names(others))
        for name, _, _, unit, _ in others:
            self.assertTrue(not unit or name.endswith('_' + unit), (name, unit))

    def test_a_hostile_file_name_stays_within_its_quotes(self):
        with tempfile.TemporaryDirectory() as folder:
            capture = os.path.join(os.fsencode(folder), b'a"} 1\nnetpulse_forged{x="\\\xff\xc3\xa9.pcap')
            os.symlink(SAMPLE, capture)
            with Run(capture, '--pace', '50') as run:
                text, openmetrics = run.get('/metrics'), run.get('/metrics', Accept=OPEN_METRICS)
        self.assertNotIn('netpulse_forged', {line.split('{')[0] for line in text.splitlines()})
        for page, form in ((text, 'text'), (openmetrics, 'openmetrics')):
            shown = {s[1]['interface'] for f in parsed(page, form) for s in f[4] if 'interface' in s[1]}
            self.assertEqual(shown, {'a"} 1\\x0anetpulse_forged{x="\\\\xff\u00e9.pcap'})


class Documentation(unittest.TestCase):
    def listed(self, *arguments):
        done = subprocess.run([NETPULSE, 'metrics', 'list', *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        return done.stdout

    def test_the_page_is_what_the_program_prints(self):
        with open(PAGE, encoding='utf-8') as page:
            self.assertEqual(page.read(), self.listed('--format', 'markdown'),
                             'netpulse metrics list --format markdown > exporters/prometheus/METRICS.md mends it')

    def test_the_list_is_what_a_scrape_shows(self):
        listed = {m['name']: m for m in json.loads(self.listed('--format', 'json'))['metrics']}
        with Run(SAMPLE, '--pace', '50', '--workers', '2') as run:
            families = parsed(run.get('/metrics'), 'text')
        self.assertGreater(len(families), 150)
        for name, kind, text, _, samples in families:
            metric = listed[name + '_total' if kind == 'counter' else name]
            self.assertEqual((metric['type'], metric['help']), (kind, text))
            labels = {label['name']: label for label in metric['labels']}
            for sample, shown, _ in samples:
                for label, value in shown.items():
                    if label == 'le' and kind == 'histogram':
                        self.assertIn(float(value), metric['bounds'] + [float('inf')], sample)
                    elif labels[label]['closed']:
                        self.assertIn(value, labels[label]['values'], sample)

    def test_it_lists_values_and_says_what_it_does_not_know(self):
        self.assertIn('Netflix', self.listed('--values', 'application').splitlines())
        self.assertIn('SE', json.loads(self.listed('--values', 'country', '--format', 'json'))['values'])
        self.assertIn('netpulse_rtp_mos  histogram', self.listed())
        for label, said in (('aplication', 'did you mean application?'), ('worker', 'in each run')):
            done = subprocess.run([NETPULSE, 'metrics', 'list', '--values', label], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ''))
            self.assertIn(said, done.stderr)


def client_hello(name):
    names = struct.pack('>HBH', len(name) + 3, 0, len(name)) + name
    extensions = struct.pack('>HH', 0, len(names)) + names
    body = b'\x03\x03' + bytes(32) + b'\x00' + b'\x00\x02\x13\x01' + b'\x01\x00' + struct.pack('>H', len(extensions)) + extensions
    return b'\x16\x03\x01' + struct.pack('>HBBH', len(body) + 4, 1, 0, len(body)) + body


def frame(protocol, destination_port, transport_rest, payload):
    """An Ethernet frame without check sums, with room for what each copy has of its own."""
    transport = struct.pack('>HH', 0, destination_port) + transport_rest + payload
    ip = struct.pack('>BBHHHBBHII', 0x45, 0, 20 + len(transport), 0, 0, 64, protocol, 0, 0, 0)
    return bytearray(bytes(12) + b'\x08\x00' + ip + transport)


def tcp(sequence, flags, payload, port):
    return frame(6, port, struct.pack('>IIBBHHH', sequence, 0, 0x50, flags, 65535, 0, 0), payload)


def udp(payload, port):
    return frame(17, port, struct.pack('>HH', 8 + len(payload), 0), payload)


def write_distinct(path):
    """A name, a client's address and port, and a server's address for each conversation; returns the packets."""
    name = MARK.encode() + b'0000000.netflix.com'
    question = b'\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00' + bytes([len(MARK) + 7]) + name[:-12] + b'\x07netflix\x03com\x00\x00\x01\x00\x01'
    syn, hello = tcp(1, 2, b'', 443), tcp(2, 0x18, client_hello(name), 443)
    syn80, request = tcp(1, 2, b'', 80), tcp(2, 0x18, b'GET / HTTP/1.1\r\nHost: ' + name + b'\r\n\r\n', 80)
    query = udp(question, 53)
    kinds = [(syn, hello), (syn80, request), (query,)]
    at = [k[-1].find(MARK.encode()) + len(MARK) for k in kinds]
    packets = 0
    with open(path, 'wb', buffering=1 << 20) as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(DISTINCT):
            kind = i % 3
            kinds[kind][-1][at[kind]:at[kind] + 7] = b'%07d' % i
            for one in kinds[kind]:
                struct.pack_into('>IIH', one, 26, 0x0a000000 + i, 0x2e000000 + i, 1024 + i % 64000)
                file.write(struct.pack('<IIII', 1700000000 + i // 20000, i % 20000 * 50, len(one), len(one)))
                file.write(one)
                packets += 1
    return packets


class Cardinality(unittest.TestCase):
    def test_a_million_names_addresses_and_ports_add_no_series(self):
        with tempfile.TemporaryDirectory() as folder:
            capture = os.path.join(folder, 'distinct.pcap')
            packets = write_distinct(capture)
            with Run(capture, '--pace', '0.001') as run:  # still before its first second
                before = run.get('/metrics')
            with Run(capture, '--pace', '1000000', '--workers', '1') as run:
                deadline = time.monotonic() + 60
                while True:
                    after = run.get('/metrics')
                    seen = series_of(after)
                    if float(seen['netpulse_capture_packets_total{interface="distinct.pcap",worker="0"}']) >= packets:
                        break
                    self.assertLess(time.monotonic(), deadline, 'not all packets within a minute')
                    time.sleep(0.2)
        value = lambda series: float(seen[series])  # noqa: E731
        # They were looked at, and their names read.
        self.assertGreaterEqual(value('netpulse_protocol_flows_total{protocol="tls"}'), DISTINCT // 3 * 0.98)
        self.assertGreaterEqual(value('netpulse_application_flows_total{application="Netflix",category="Streaming"}'),
                                DISTINCT // 3 * 2 * 0.98)
        self.assertGreaterEqual(value('netpulse_http_requests_total{method="GET"}'), DISTINCT // 3 * 0.98)
        self.assertGreaterEqual(value('netpulse_dns_queries_total{type="A"}'), DISTINCT // 3 * 0.98)
        self.assertGreaterEqual(value('netpulse_flows_created_total{worker="0"}'), DISTINCT * 0.98)
        self.assertEqual(series_of(before).keys(), seen.keys())
        labels = {value for _, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', after)}
        self.assertEqual([v for v in labels if MARK in v or re.search(r'\d+\.\d+\.\d+\.\d+|:\w*:', v)], [])
        self.assertLess(len(after), len(before) * 1.1)


def main():
    global NETPULSE
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] != '--netpulse':
        print(__doc__)
        return 2
    NETPULSE = os.path.abspath(arguments[1])
    result = unittest.main(argv=[sys.argv[0]] + arguments[2:], exit=False, verbosity=2).result
    return 0 if result.wasSuccessful() else 1


if __name__ == '__main__':
    sys.exit(main())
