#!/usr/bin/env python3
"""The API of a real run, against its flow records and its own description: api_test.py --netpulse NETPULSE"""
import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
NETPULSE = sys.argv[sys.argv.index('--netpulse') + 1]
JSON_TYPES = {'integer': int, 'number': (int, float), 'string': str, 'boolean': bool, 'null': type(None), 'array': list,
              'object': dict}


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.records = os.path.join(cls.directory.name, 'flows.jsonl')
        cls.base = 'http://127.0.0.1:%d' % free_port()
        with open(os.path.join(cls.directory.name, 'run.toml'), 'w', encoding='utf-8') as config:
            config.write('[flow_table]\nidle_timeout_seconds = 1\n[exporters.jsonl]\npath = "%s"\n[http]\nrecent_flows_max = 150\n'
                         % cls.records)
        cls.process = subprocess.Popen(
            [NETPULSE, 'run', '-c', config.name, '-r', os.path.join(ROOT, 'tests', 'captures', 'sample.pcap'), '--pace', '10',
             '--loop', '--listen', cls.base[7:], '--duration', '60'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and cls.ended() < 300:
            time.sleep(0.2)

    @classmethod
    def tearDownClass(cls):
        if cls.process.poll() is None:
            cls.process.send_signal(signal.SIGINT)
        cls.process.wait(timeout=30)
        cls.directory.cleanup()

    @classmethod
    def ended(cls):
        try:
            return json.loads(cls.fetch('/api/v1/flows?limit=1')[1])['ended']
        except OSError:
            return 0

    @classmethod
    def fetch(cls, path, **headers):
        """Status, text, headers."""
        request = urllib.request.Request(cls.base + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def flows(self, **parameters):
        status, text, _ = self.fetch('/api/v1/flows?' + urllib.parse.urlencode(parameters))
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def test_records_are_those_that_exporters_get(self):
        shown = json.loads(self.fetch('/api/v1/export/flows.json')[1])
        self.assertEqual(len(shown), 150)
        time.sleep(0.5)  # the exporter's buffer
        with open(self.records, encoding='utf-8') as lines:
            written = {flow['flow_id']: flow for flow in map(json.loads, filter(lambda l: l.endswith('\n'), lines))}
        for flow in shown:
            self.assertEqual(flow, written[flow['flow_id']])

    def test_pages_follow_each_other(self):
        first = self.flows(limit=50)
        second = self.flows(limit=50, before=first['next'])
        ids = [flow['flow_id'] for flow in first['flows'] + second['flows']]
        self.assertEqual(len(set(ids)), 100)
        with open(self.records, encoding='utf-8') as lines:
            written = [json.loads(line)['flow_id'] for line in lines if line.endswith('\n')]
        places = [written.index(one) for one in ids if one in written]
        self.assertEqual(places, sorted(places, reverse=True), 'the newest first')

    def test_a_filter_selects(self):
        wanted = r'(github|youtube|spotify)\.com$'
        found = self.flows(filter='tls.sni ~ "%s" && bytes > 2k' % wanted, limit=1000)['flows']
        self.assertTrue(found)
        for flow in found:
            self.assertRegex(flow['server_name'], wanted)
            self.assertGreater(flow['src_bytes'] + flow['dst_bytes'], 2000)
        self.assertEqual(self.flows(filter='tls && dns')['flows'], [])
        self.assertIsNone(self.flows(filter='tls && dns')['next'])

    def test_what_is_wrong_is_said(self):
        for path, says in (('/api/v1/flows?filter=' + urllib.parse.quote('tls.snii == x'), 'did you mean tls.sni?'),
                           ('/api/v1/flows?limt=1', 'did you mean limit?'), ('/api/v1/flows?limit=1001', '1 to 1000'),
                           ('/api/v1/export/flows.csv?limit=1', 'no parameter limit'), ('/api/v1/flows?filter=%', 'hexadecimal')):
            status, text, _ = self.fetch(path)
            self.assertEqual(status, 400, path)
            self.assertIn(says, json.loads(text)['error']['message'])
        error = json.loads(self.fetch('/api/v1/flows?filter=' + urllib.parse.quote('tcp && snii'))[1])['error']
        self.assertEqual((error['parameter'], error['offset'], error['length']), ('filter', 7, 4))

    def test_csv_says_the_same(self):
        status, text, headers = self.fetch('/api/v1/export/flows.csv?filter=quic+or+tls')
        self.assertEqual(status, 200)
        self.assertRegex(headers['Content-Disposition'], r'^attachment; filename="[\w.-]+\.csv"$')
        rows = {row['flow_id']: row for row in csv.DictReader(io.StringIO(text, newline=''))}
        flows = json.loads(self.fetch('/api/v1/export/flows.json?filter=quic+or+tls')[1])
        both = [flow for flow in flows if str(flow['flow_id']) in rows]
        self.assertTrue(both)
        for flow in both:
            row = rows[str(flow['flow_id'])]
            self.assertEqual(set(row), set(flow))
            for name, value in flow.items():
                shown = '' if value is None else {True: 'true', False: 'false'}.get(value, value) if isinstance(value, bool) else value
                if isinstance(value, float):
                    self.assertAlmostEqual(float(row[name]), value)
                else:
                    self.assertEqual(row[name], str(shown), name)

    def check_schema(self, document, schema, value, where):
        if '$ref' in schema:
            schema = document['components']['schemas'][schema['$ref'].rsplit('/', 1)[1]]
        types = schema['type'] if isinstance(schema['type'], list) else [schema['type']]
        self.assertIsInstance(value, tuple(t for name in types for t in (JSON_TYPES[name] if isinstance(JSON_TYPES[name], tuple)
                                                                          else (JSON_TYPES[name],))), where)
        if isinstance(value, bool):
            self.assertIn('boolean', types, where)
        if isinstance(value, list):
            for item in value:
                self.check_schema(document, schema['items'], item, where + '[]')
        if isinstance(value, dict):
            self.assertEqual(set(value) - set(schema['properties']), set(), where)
            for name, member in value.items():
                self.check_schema(document, schema['properties'][name], member, where + '.' + name)

    def test_the_description_is_true(self):
        document = json.loads(self.fetch('/api/v1/openapi.json')[1])
        self.assertTrue(document['openapi'].startswith('3.'))
        self.assertIn('/api/v1/flows', document['paths'])
        for path, methods in document['paths'].items():
            for parameters in [''] + ['?%s=1' % p['name'] for p in methods['get']['parameters'] if p['schema']['type'] == 'integer']:
                status, text, headers = self.fetch(path + parameters)
                self.assertEqual(status, 200, path + parameters)
                content_type, content = next(iter(methods['get']['responses']['200']['content'].items()))
                self.assertEqual(headers['Content-Type'].split(';')[0], content_type.split(';')[0], path)
                if 'schema' in content:
                    self.check_schema(document, content['schema'], json.loads(text), path)
            if '400' in methods['get']['responses']:
                status, text, _ = self.fetch(path + '?nonsense=1')
                self.assertEqual(status, 400)
                self.check_schema(document, methods['get']['responses']['400']['content']['application/json']['schema'],
                                  json.loads(text), path)

    def test_pages_of_other_sites_get_nothing(self):
        cross = {'Sec-Fetch-Site': 'cross-site'}
        self.assertEqual(self.fetch('/api/v1/flows', **cross, **{'Sec-Fetch-Mode': 'no-cors'})[0], 403)
        self.assertEqual(self.fetch('/api/v1/flows', **cross, **{'Sec-Fetch-Mode': 'navigate'})[0], 200, 'a link was followed')
        self.assertEqual(self.fetch('/api/v1/flows', **{'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors'})[0], 200)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=1)
