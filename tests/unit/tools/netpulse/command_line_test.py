#!/usr/bin/env python3
"""Runs the program as its users do: command_line_test.py NETPULSE CAPTURES_FOLDER"""
import json
import operator
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

NETPULSE, CAPTURES = sys.argv[1], sys.argv[2]
SAMPLE = os.path.join(CAPTURES, 'sample.pcap')


def netpulse(*arguments, stdin=None, **environment):
    return subprocess.run([NETPULSE, *arguments], stdin=stdin, capture_output=True, timeout=60,
                          env={**os.environ, **environment})


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class WrongUsage(unittest.TestCase):
    def refused(self, said, *arguments, **environment):
        done = netpulse(*arguments, **environment)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, b'')
        for line in done.stderr.decode().splitlines():
            self.assertTrue(line.startswith(('netpulse: ', '  ')), line)
        self.assertIn(said, done.stderr.decode())

    def test_says_what_is_wrong_in_a_line(self):
        self.refused('--help')
        self.refused('did you mean read?', 'raed', SAMPLE)
        self.refused('needs a capture file', 'read')
        self.refused('--workers', 'read', '--workers', '0', SAMPLE)
        self.refused('--format', 'read', '--format', 'xml', SAMPLE)
        self.refused('--colour', 'read', '--colour', SAMPLE)
        self.refused('excludes', 'run', '-i', 'lo', '-r', SAMPLE)
        self.refused('requires', 'run', '--loop')
        self.refused('standard output', 'read', '--format', 'json', '--flows', '-', SAMPLE)

    def test_a_broken_filter_is_explained(self):
        self.refused('syntax error', 'read', '-f', 'tcp prot 80', SAMPLE)

    def test_a_broken_filter_of_flows_is_marked(self):
        self.refused('did you mean tls.sni?', 'read', '--filter', 'tls.snii == "x"', SAMPLE)
        self.refused('^~~~~~~~', 'read', '--filter', 'tls.snii == "x"', SAMPLE)
        self.refused('-f and a pcap-filter', 'read', '--filter', 'tcp port 443', SAMPLE)

    def test_configuration_errors_name_file_line_and_key(self):
        with tempfile.NamedTemporaryFile('w', suffix='.toml') as config:
            config.write('[http]\nlissten = "127.0.0.1:1"\n[workers]\ncount = 100000\n')
            config.flush()
            self.refused(config.name, 'read', '-c', config.name, SAMPLE)
            self.refused('lissten', 'read', '-c', config.name, SAMPLE)
            self.refused('count', 'read', '-c', config.name, SAMPLE)
        self.refused('/nonexistent.toml', 'read', '-c', '/nonexistent.toml', SAMPLE)
        self.refused('127.0.0.1', 'run', NETPULSE_HTTP_LISTEN='nonsense')

    def test_a_name_with_control_bytes_is_shown_escaped(self):
        self.refused('\\x1b[31m', '\x1b[31mread')


class Help(unittest.TestCase):
    def test_teaches_by_examples(self):
        for arguments in ([], ['run'], ['read'], ['catalogue']):
            done = netpulse(*arguments, '--help')
            self.assertEqual(done.returncode, 0)
            self.assertIn(b'Examples:', done.stdout)
        self.assertRegex(netpulse('--version').stdout, rb'^netpulse \d+\.\d+\.\d+\n$')


class Catalogue(unittest.TestCase):
    MINE = ('[[application]]\nname = "Mine"\ncategory = "Intranet"\n'
            'domains = ["wiki.example", "ytimg.com"]\nprotocols = ["no-such-protocol"]\n')

    def with_file(self, text):
        file = tempfile.NamedTemporaryFile('w', suffix='.toml')
        file.write(text)
        file.flush()
        self.addCleanup(file.close)
        return file.name

    def test_checks_a_file_beside_the_bundled_ones(self):
        mine = self.with_file(self.MINE)
        done = netpulse('catalogue', 'check', mine)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = done.stdout.decode()
        self.assertIn(mine + ":4: note: domain 'ytimg.com' belonged to 'YouTube'", said)
        self.assertIn(mine + ":5: note: this build has no protocol 'no-such-protocol'", said)
        self.assertRegex(said, r'\nthe catalogue is valid: \d+ applications in \d+ categories; .*\n$')
        told = json.loads(netpulse('catalogue', 'check', '--format', 'json', mine).stdout)
        self.assertTrue(told['valid'])
        self.assertEqual([note['kind'] for note in told['notes']], ['replaces', 'unknown protocol'])
        self.assertGreater(told['applications'], 450)

    def test_a_fault_has_file_and_line(self):
        wrong = self.with_file('[[application]]\nname = "A"\ncategory = "B"\ndomain = []\n')
        done = netpulse('catalogue', 'check', '--format', 'json', wrong)
        self.assertEqual(done.returncode, 1)
        fault = wrong + ":4: key 'domain' is unknown; did you mean 'domains'?"
        self.assertEqual(json.loads(done.stdout), {'valid': False, 'faults': [fault]})
        self.assertEqual(done.stderr.decode(), 'netpulse: ' + fault + '\n')
        self.assertEqual(netpulse('catalogue', 'check', '/nonexistent.toml').returncode, 1)
        self.assertEqual(netpulse('catalogue', 'explain', 'https://example.com/').returncode, 2)
        self.assertEqual(netpulse('catalogue').returncode, 2)
        self.assertEqual(netpulse('catalogue', 'explain').returncode, 2)

    def test_explains_names_ports_and_addresses_with_the_users_files(self):
        config = self.with_file('[catalogue]\nfiles = ["%s"]\n' % self.with_file(self.MINE))
        done = netpulse('catalogue', 'explain', '-c', config, '--format', 'json', 'I.YTIMG.com.', '53/udp', 'udp/53',
                        '203.0.113.1', 'ssh')
        self.assertEqual(done.returncode, 0, done.stderr)
        name, port, same_port, address, protocol = json.loads(done.stdout)['answers']
        self.assertEqual((name['application'], name['category']), ('Mine', 'Intranet'))
        self.assertEqual([(r['standing'], r['kind'], r['application']) for r in name['rules']],
                         [('decides', 'domain', 'Mine'), ('replaced', 'domain', 'YouTube')])
        self.assertEqual(name['rules'][1]['file'], 'netpulse:media.toml')
        self.assertEqual(port['application'], 'DNS')
        self.assertEqual(same_port['rules'], port['rules'])
        self.assertEqual((address['application'], address['rules']), (None, []))
        self.assertEqual(protocol['application'], 'SSH')
        self.assertIn(b'ytimg.com: YouTube (', netpulse('catalogue', 'explain', 'ytimg.com').stdout)

    def test_lists_every_application(self):
        told = json.loads(netpulse('catalogue', 'list', '--format', 'json').stdout)['applications']
        self.assertGreater(len(told), 450)
        self.assertGreater(next(a for a in told if a['application'] == 'Netflix')['domains'], 3)
        self.assertIn(b'Netflix', netpulse('catalogue', 'list').stdout)


class Read(unittest.TestCase):
    def report(self, *arguments, status=0, **more):
        done = netpulse('read', '--format', 'json', *arguments, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout), done.stderr.decode()

    def test_reports_packets_and_names(self):
        report, errors = self.report(SAMPLE)
        self.assertEqual(errors, '')
        self.assertTrue(report['complete'])
        self.assertGreater(report['packets']['total'], 1000)
        self.assertIn('github.com', report['names']['tls_server_name'])

    def test_flow_records_add_up_to_the_report(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'flows.jsonl')
            report, _ = self.report('--flows', path, SAMPLE)
            with open(path, encoding='utf-8') as file:
                flows = [json.loads(line) for line in file]
        self.assertEqual(len(flows), report['flows']['records'])
        packets = sum(flow['src_packets'] + flow['dst_packets'] for flow in flows)
        self.assertEqual(packets, report['packets']['total'] - report['packets']['arp'])
        self.assertEqual(len({flow['flow_id'] for flow in flows}), len(flows))

    def test_flows_on_standard_output_send_the_report_to_standard_error(self):
        done = netpulse('read', '--flows', '-', SAMPLE)
        self.assertEqual(done.returncode, 0)
        for line in done.stdout.splitlines():
            json.loads(line)
        self.assertIn(b'Applications', done.stderr)

    def test_standard_input_and_several_files_are_one_run(self):
        one, _ = self.report(SAMPLE)
        with open(SAMPLE, 'rb') as file:
            piped, _ = self.report('-', stdin=file)
        two, _ = self.report(SAMPLE, os.path.join(CAPTURES, 'vxlan.pcap'))
        self.assertEqual(piped['packets'], one['packets'])
        self.assertEqual(piped['names'], one['names'])
        self.assertGreater(two['packets']['total'], one['packets']['total'])

    def test_workers_do_not_change_the_answer(self):
        one, _ = self.report(SAMPLE)
        four, _ = self.report('--workers', '4', SAMPLE)
        for key in ('packets', 'bytes', 'names', 'applications', 'protocols', 'flows', 'analyzers'):
            self.assertEqual(one[key], four[key], key)

    def test_a_filter_selects(self):
        report, _ = self.report('-f', 'udp port 53', SAMPLE)
        self.assertEqual(report['packets']['tcp'], 0)
        self.assertGreater(report['packets']['udp'], 0)

    def test_a_filter_of_flows_selects_records_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as directory:
            everything, selected = (os.path.join(directory, name) for name in ('all.jsonl', 'some.jsonl'))
            whole, _ = self.report('--flows', everything, SAMPLE)
            expression = 'tls && bytes > 2k && tls.sni ~ "[.](com|org)$"'
            report, _ = self.report('--flows', selected, '--filter', expression, SAMPLE)
            with open(everything) as lines:
                flows = [json.loads(line) for line in lines]
            wanted = [f for f in flows if f['app_protocol'] == 'tls' and f['src_bytes'] + f['dst_bytes'] > 2000
                      and f['name_source'] == 'tls_sni' and re.search('[.](com|org)$', f['server_name'])]
            self.assertTrue(0 < len(wanted) < len(flows))
            with open(selected) as lines:
                key = operator.itemgetter('flow_id')
                self.assertEqual(sorted(map(json.loads, lines), key=key), sorted(wanted, key=key))
        self.assertEqual(report['packets'], whole['packets'])
        selection = report['selection']
        self.assertEqual(selection['records'], len(wanted))
        self.assertEqual(selection['records'] + selection['other_records'], len(flows))
        self.assertEqual(selection['bytes'], sum(f['src_bytes'] + f['dst_bytes'] for f in wanted))

    def test_the_filter_language_is_explained(self):
        text = subprocess.run([NETPULSE, 'read', '--filter', 'help'], capture_output=True, text=True, check=True).stdout
        for word in ('tls.sni', 'src_retransmissions', 'quic', 'contains'):
            self.assertIn(word, text)

    def test_a_cut_file_is_reported_then_complained_about(self):
        report, errors = self.report(os.path.join(CAPTURES, 'form_cut.pcap'), status=1)
        self.assertGreater(report['packets']['total'], 0)
        self.assertFalse(report['complete'])
        self.assertRegex(errors, r'^netpulse: .*form_cut\.pcap: byte \d+: .+\n$')

    def test_a_missing_file_fails_and_the_others_are_read(self):
        report, errors = self.report('/nonexistent.pcap', SAMPLE, status=1)
        self.assertGreater(report['packets']['total'], 1000)
        self.assertIn('/nonexistent.pcap', errors)

    def test_records_that_cannot_be_written_fail_the_run_but_not_the_report(self):
        report, errors = self.report('--flows', '/dev/full', SAMPLE, status=1)
        self.assertGreater(report['packets']['total'], 1000)
        self.assertIn('No space left on device', errors)
        self.assertEqual(report['exporters'][0]['records'], 0)
        self.assertEqual(report['exporters'][0]['dropped_records'], report['flows']['records'])

    def test_a_closed_pipe_is_an_error_not_a_death(self):
        with subprocess.Popen([NETPULSE, 'read', SAMPLE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            errors = process.stderr.read().decode()
            self.assertEqual(process.wait(60), 1)
        self.assertIn('could not be written', errors)


class Run(unittest.TestCase):
    def start(self, *arguments):
        self.port = free_port()
        process = subprocess.Popen([NETPULSE, 'run', '--listen', '127.0.0.1:%d' % self.port, *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait, 60)
        self.addCleanup(process.kill)
        return process

    def get(self, path):
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen('http://127.0.0.1:%d%s' % (self.port, path), timeout=10) as answer:
                    return answer.read().decode()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def test_replays_serves_and_ends_cleanly_on_a_signal(self):
        process = self.start('-r', SAMPLE, '--loop', '--pace', '1000', '--format', 'json')
        self.assertEqual(self.get('/healthz'), 'ok\n')
        deadline = time.monotonic() + 30
        while 'netpulse_application_bytes_total{application="GitHub",category="Developer"} 0\n' in self.get('/metrics'):
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(self.get('/readyz'), 'ready\n')
        self.assertIn('<h1>netpulse</h1>', self.get('/'))
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        report = json.loads(output)
        self.assertGreater(report['packets']['total'], 0)
        # A flow has a record more for each active timeout.
        self.assertEqual(report['flows']['total'] + report['flows']['ended']['active_timeout'],
                         report['flows']['records'])
        self.assertIn(b'/metrics', errors)

    def test_ends_after_its_duration(self):
        process = self.start('-r', SAMPLE, '--loop', '--duration', '0.3')
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0)

    def test_a_port_in_use_is_named_with_the_way_out(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = netpulse('run', '-r', SAMPLE, NETPULSE_HTTP_LISTEN='127.0.0.1:%d' % port)
        self.assertEqual(done.returncode, 1)
        self.assertIn('port %d is in use' % port, done.stderr.decode())
        self.assertIn('--listen', done.stderr.decode())

    def test_refuses_to_be_seen_from_outside(self):
        done = netpulse('run', '-r', SAMPLE, '--listen', '0.0.0.0:%d' % free_port())
        self.assertEqual(done.returncode, 1)
        self.assertIn('token and TLS', done.stderr.decode())

    def test_an_unknown_interface_is_an_error(self):
        done = netpulse('run', '-i', 'nosuchinterface0', '--listen', '127.0.0.1:%d' % free_port())
        self.assertEqual(done.returncode, 1)
        self.assertIn('nosuchinterface0', done.stderr.decode())


class InterfacesAndCheck(unittest.TestCase):
    def test_interfaces_as_text_and_json(self):
        listed = json.loads(netpulse('interfaces', '--format', 'json').stdout)
        self.assertIn('lo', [interface['name'] for interface in listed['interfaces']])
        self.assertIn(b'lo', netpulse('interfaces').stdout)

    def test_check_gives_findings_and_a_verdict(self):
        done = netpulse('check', '--format', 'json')
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if report['ready'] else 1)
        self.assertEqual(report['ready'], all(check['status'] != 'fail' for check in report['checks']))
        self.assertIn('catalogue', [check['name'] for check in report['checks']])

    def test_check_fails_on_a_bad_configuration(self):
        with tempfile.NamedTemporaryFile('w', suffix='.toml') as config:
            config.write('[workers]\ncoutn = 1\n')
            config.flush()
            done = netpulse('check', '-c', config.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b'coutn', done.stdout)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
