#!/usr/bin/env python3
"""netpulse is killed and started again while a real Prometheus scrapes it: its counters behave as resets.

    restart_test.py --netpulse PROGRAM [TEST...]

Needs root and the packages of the group "test" in tools/packages; where namespaces cannot be had it says so and skips.
"""
import json
import os
import re
import signal
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import program, run_tests  # noqa: E402
from lab import Lab, eventually  # noqa: E402

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures', 'sample.pcap')
PACKETS = 'sum(netpulse_capture_packets_total)'
# What is counted at all times of a replay, by workers, at look-ups and as sums of others.
STEADY = ('netpulse_capture_packets_total', 'netpulse_capture_bytes_total', 'netpulse_traffic_bytes_total',
          'netpulse_protocol_bytes_total', 'netpulse_application_bytes_total', 'netpulse_category_bytes_total',
          'netpulse_encryption_bytes_total', 'netpulse_goodput_bytes_total', 'netpulse_flows_created_total',
          'netpulse_tcp_rtt_seconds_count', 'netpulse_worker_batch_packets_bucket', 'netpulse_worker_cycles_total')


class Prometheus:
    def __init__(self, lab, host):
        self.lab, self.host = lab, host
        self.configuration = lab.write('prometheus.yml', 'global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n'
                                       'scrape_configs: [{job_name: netpulse, static_configs: [{targets: ["127.0.0.1:8470"]}]}]\n')
        self.start()

    def start(self):
        self.process = self.host.start(
            ['prometheus', '--config.file=' + self.configuration, '--storage.tsdb.path=' + self.lab.path('tsdb'),
             '--web.listen-address=127.0.0.1:9090'], log='prometheus.log')

    def query(self, expression):
        """[value of each series]"""
        return self.queries([expression])[0]

    def queries(self, expressions):
        urls = ['http://127.0.0.1:9090/api/v1/query?query=' + urllib.parse.quote(e) for e in expressions]
        answers = self.host.run(['curl', '-s', '-m', '20', '-w', '\\n'] + urls, check=False).stdout.split('\n')[:len(urls)]
        answers = [json.loads(a) if a.startswith('{"status":"success"') else {'data': {'result': []}} for a in answers]
        return [[float(series['value'][1]) for series in answer['data']['result']] for answer in answers]

    def names(self):
        return json.loads(self.host.run(['curl', '-s', 'http://127.0.0.1:9090/api/v1/label/__name__/values']).stdout)['data']


def start_netpulse(host):
    process = host.start([program(), 'run', '-r', SAMPLE, '--loop', '--pace', '60', '--workers', '2'], log='netpulse.log')
    eventually(lambda: host.run(['curl', '-sf', 'http://127.0.0.1:8470/readyz'], check=False).returncode == 0, 10, 'up')
    return process


def test_a_killed_netpulse_is_one_reset_of_each_counter_and_no_rate_is_negative():
    with Lab() as lab:
        host = lab.host('fleet')
        netpulse, prometheus = start_netpulse(host), Prometheus(lab, host)
        begin = time.monotonic()
        eventually(lambda: prometheus.query('count_over_time(up[1m])') >= [6], 20, 'six scrapes')
        netpulse.send_signal(signal.SIGKILL)
        netpulse.wait(5)
        before = prometheus.query(PACKETS)
        eventually(lambda: prometheus.query('up') == [0], 10, 'Prometheus sees that it is down')
        start_netpulse(host)
        eventually(lambda: prometheus.query('up') == [1], 10, 'Prometheus sees that it is up')
        eventually(lambda: prometheus.query('sum(count_over_time(up[1m]))') >= [18], 20, 'more scrapes')
        window = '[%ds]' % (time.monotonic() - begin + 5)
        for name in STEADY:
            resets = prometheus.query('max(resets(%s%s))' % (name, window))
            assert resets == [1], (name, resets)
            assert prometheus.query('max(%s)' % name)[0] > 0, name
        names = [n for n in prometheus.names() if re.search('_(total|count|bucket)$', n)]
        assert len(names) > 120, names
        counted = sum(v for found in prometheus.queries(['count(rate(%s%s) >= 0)' % (n, window) for n in names]) for v in found)
        assert counted > 3500, counted
        wrong = prometheus.queries(['(rate(%s%s) < 0) or (resets(%s%s) > 1)' % (n, window, n, window) for n in names])
        wrong = [(n, found) for n, found in zip(names, wrong) if found]
        assert not wrong, 'they fell otherwise than by the restart: %s' % wrong
        # What both runs counted is in the increase: no less than what the second one alone has.
        increase, now = prometheus.query('sum(increase(netpulse_capture_packets_total%s))' % window), prometheus.query(PACKETS)
        assert increase[0] > now[0], (increase, now)
        return '%d series; %d packets before, %d since, increase() %d' % (counted, before[0], now[0], increase[0])


def test_a_killed_prometheus_goes_on_where_it_was():
    with Lab() as lab:
        host = lab.host('fleet')
        start_netpulse(host)
        prometheus = Prometheus(lab, host)
        eventually(lambda: prometheus.query('count_over_time(up[1m])') >= [6], 20, 'six scrapes')
        prometheus.process.send_signal(signal.SIGKILL)
        prometheus.process.wait(5)
        prometheus.start()
        eventually(lambda: prometheus.query('count_over_time(up[1m])') >= [12], 30, 'it has the old samples and new ones')
        for name in STEADY:
            assert prometheus.query('max(resets(%s[1m]))' % name) == [0], name
        scrapes = prometheus.query('netpulse_scrapes_total')
        assert scrapes[0] >= 11, scrapes


if __name__ == '__main__':
    sys.exit(run_tests(dict(globals()), __doc__, ('prometheus', 'curl')))
