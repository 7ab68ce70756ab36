"""`netpulse run` beside real peers, and the runner of the live tests."""
import argparse
import os
import re
import signal
import subprocess
import time
import traceback
from json import load

from lab import LOG, eventually, json_lines, missing

SERVER, CLIENT = '10.20.0.1', '10.20.0.2'
PROGRAM = None


def two_hosts(lab, **options):
    client, server = lab.host('client'), lab.host('server')
    lab.cable(client, 'eth0', CLIENT + '/24 fd00:20::2/64', server, 'eth0', SERVER + '/24 fd00:20::1/64', **options)
    return client, server


def program():
    return PROGRAM


class Netpulse:
    """`netpulse run` in a namespace, with /metrics on its loopback and flow records in a file.

    name: of its files, where a lab has several. json: its report is JSON, and in a file too.
    """

    def __init__(self, lab, host, *arguments, config='', name='netpulse', json=False):
        self.lab, self.host = lab, host
        self.flows, self.log, self.report_path = (lab.path(name + end) for end in ('-flows.jsonl', '.log', '.json'))
        path = lab.write(name + '.toml', '[exporters.jsonl]\npath = "%s"\n%s' % (self.flows, config))
        command = [PROGRAM, 'run', '-c', path] + list(arguments) + (['--format', 'json'] if json else [])
        with open(self.report_path, 'wb') as report:
            self.process = host.start(command, log=name + '.log', stdout=report if json else LOG, stderr=LOG)
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

    def report(self):
        """The final one, once it has stopped (json)."""
        with open(self.report_path, encoding='utf-8') as file:
            return load(file)

    def stop(self, expected=0, containing=''):
        """The flow records; of many, only those whose line contains a text."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(10)
        assert status == expected, 'exit %d: %s' % (status, self.output()[-2000:])
        return json_lines(self.flows, containing)


class Skipped(Exception):
    """A test cannot be had here; says why."""


def run_tests(namespace, doc, programs):
    """Runs the functions test_... of a module; returns the exit status. programs: what they need besides ip."""
    global PROGRAM
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--netpulse', required=True)
    parser.add_argument('tests', nargs='*', help='parts of test names')
    options = parser.parse_args()
    PROGRAM = os.path.abspath(options.netpulse)
    tests = [f for n, f in namespace.items() if n.startswith('test_') and
             (not options.tests or any(t in n for t in options.tests))]
    reason = missing(*programs)
    if reason:
        print('skipped: ' + reason)
        print('0 passed, 0 failed, %d skipped' % len(tests))
        return 0
    failed = skipped = 0
    for test in tests:
        begin = time.monotonic()
        name = test.__name__[5:].replace('_', ' ')
        try:
            said = test() or ''
            print('ok    %s (%.1f s)%s' % (name, time.monotonic() - begin, ': ' + said if said else ''), flush=True)
        except Skipped as reason:
            skipped += 1
            print('skipped: %s: %s' % (name, reason), flush=True)
        except (AssertionError, RuntimeError, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
            failed += 1
            traceback.print_exc()
            print('FAIL  %s (%.1f s): %s' % (name, time.monotonic() - begin, error), flush=True)
    print('%d passed, %d failed%s' % (len(tests) - failed - skipped, failed, ', %d skipped' % skipped if skipped else ''))
    return 1 if failed or not tests else 0
