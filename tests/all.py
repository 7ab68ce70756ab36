#!/usr/bin/env python3
"""Runs all tests: every build, every kind of test. Called by tools/test, which installs what this needs.

    all.py [--list] [STAGE...]

Each stage writes to build/test/STAGE.log; a failing one shows its end, and the others go on. The last line counts test
cases: "N passed, N failed, N skipped". A stage that counts no cases of its own (a formatter, a fuzzer) is one.
"""
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
LOGS = os.path.join(ROOT, 'build', 'test')
FUZZ_SECONDS = int(os.environ.get('FUZZ_SECONDS', '10'))
LOG_TAIL_LINES = 60
FAILURES_SHOWN, FAILURE_CHARACTERS = 40, 300
CORES = os.cpu_count() or 1
GCC, CLANG = 'g++', 'clang++-14'
SANITIZER_OPTIONS = {
    'ASAN_OPTIONS': 'detect_leaks=1:halt_on_error=1:abort_on_error=0:detect_stack_use_after_return=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
    'TSAN_OPTIONS': 'halt_on_error=1:second_deadlock_stack=1',
}


class StageFailed(Exception):
    pass


class Stage:
    """What a stage may use: commands whose output goes to its log, and counts."""

    def __init__(self, name):
        self.name = name
        self.log_path = os.path.join(LOGS, name + '.log')
        self.log = open(self.log_path, 'w', encoding='utf-8', errors='replace')
        self.passed = self.failed = self.skipped = 0
        self.notes = []

    def run(self, command, timeout, check=True, **environment):
        """Runs in the project's root; output to the log. Returns the status and what was printed."""
        self.log.write('$ ' + ' '.join(command) + '\n')
        self.log.flush()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.STDOUT, errors='replace', start_new_session=True,
                                   env={**os.environ, **SANITIZER_OPTIONS, **environment})
        try:
            output, _ = process.communicate(timeout=timeout)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            self.log.write(output)
            if isinstance(error, subprocess.TimeoutExpired):
                raise StageFailed('%s: not done within %d s' % (os.path.basename(command[0]), timeout))
            raise
        self.log.write(output)
        self.log.flush()
        if check and process.returncode != 0:
            raise StageFailed('%s: exit %d' % (' '.join(os.path.basename(c) for c in command[:2]), process.returncode))
        return process.returncode, output

    def run_counting(self, command, timeout, **environment):
        """A command that ends with 'N passed, N failed[, N skipped]' or Python's unittest summary."""
        status, output = self.run(command, timeout, check=False, **environment)
        counts = re.findall(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$', output, re.M)
        unittest = re.search(r'^Ran (\d+) tests?', output, re.M)
        if counts:
            passed, failed, skipped = (int(c or 0) for c in counts[-1])
        elif unittest:
            bad = sum(int(n) for n in re.findall(r'(?:failures|errors)=(\d+)', output))
            passed, failed, skipped = int(unittest.group(1)) - bad, bad, 0
        else:
            passed, failed, skipped = (0, 1, 0) if status else (1, 0, 0)
        if status and not failed:
            failed = 1
        self.count(passed, failed, skipped)
        self.notes += re.findall(r'^skipped: (.*)$', output, re.M)

    def count(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = self.passed + passed, self.failed + failed, self.skipped + skipped

    def build(self, name, compiler, *options):
        self.run(['tools/build', name] + list(options), 3000, CXX=compiler, LOG_LINES='80')

    def meson_test(self, name, *options, timeout=1500):
        """All tests of a build; counts the cases that it reports."""
        directory = os.path.join(ROOT, 'build', name)
        report = os.path.join(directory, 'meson-logs', 'testlog.junit.xml')
        if os.path.exists(report):
            os.remove(report)
        status, _ = self.run(['meson', 'test', '-C', directory, '--no-rebuild', '--print-errorlogs',
                              '--num-processes', str(CORES)] + list(options), timeout, check=False)
        cases = list(ElementTree.parse(report).getroot().iter('testcase')) if os.path.exists(report) else []
        failures = [(c, f) for c in cases for f in c.findall('failure') + c.findall('error')]
        bad = len({c for c, _ in failures})
        for case, failure in failures:  # last in the log, so that the summary shows them
            self.log.write('FAILED %s.%s\n%s\n' % (case.get('classname'), case.get('name'),
                                                   (failure.get('message') or failure.text or '')[:2000]))
        skipped = sum(1 for c in cases if c.find('skipped') is not None)
        # A program that dies reports no cases: its test still counts as one that failed.
        self.count(len(cases) - bad - skipped, max(bad, 1 if status or not cases else 0), skipped)


def program(build):
    return os.path.join(ROOT, 'build', build, 'tools', 'netpulse', 'netpulse')


def project_sources(suffixes):
    for folder in ('engine', 'plugins', 'exporters', 'tools', 'tests', 'bench'):
        for directory, folders, names in os.walk(os.path.join(ROOT, folder)):
            folders[:] = [f for f in folders if f != 'corpus']
            yield from (os.path.relpath(os.path.join(directory, n), ROOT) for n in sorted(names) if n.endswith(suffixes))


def lint(stage):
    stage.run_counting([sys.executable, 'tests/lint/include_direction_test.py'], 60)
    stage.run_counting([sys.executable, 'tests/lint/include_direction.py'], 60)
    stage.run_counting([sys.executable, 'tests/lint/run_packages.py'], 120)
    stage.run_counting([sys.executable, 'tests/lint/dashboards.py'], 400)


def formatting(stage):
    stage.run(['clang-format-14', '--dry-run', '--Werror'] + list(project_sources(('.h', '.cpp'))), 120)
    stage.count(1)


def release(stage):
    """gcc, as users build it: unit tests, corpus replays, golden tests; every protocol against tshark; what /metrics
    offers."""
    stage.build('release', GCC, '--buildtype=release', '-Dtests=true')
    stage.meson_test('release')
    stage.run_counting([sys.executable, 'tests/differential_test.py', '--netpulse', program('release')], 120)
    for test in ('metrics_test.py', 'api_test.py'):
        stage.run_counting([sys.executable, 'tests/' + test, '--netpulse', program('release')], 180)


def live(stage):
    for test in ('live_test.py', 'protocols_test.py', 'tcp_test.py', 'overload_test.py', 'http_test.py', 'restart_test.py',
                 'grafana_test.py', 'fleet_test.py', 'af_xdp_test.py', 'dpdk_test.py'):
        stage.run_counting([sys.executable, 'tests/live/' + test, '--netpulse', program('release')], 600)


def captures(stage):
    """One worker = four workers and conservation, on captures that are not part of the project."""
    stage.run_counting([sys.executable, 'tests/captures_shared.py', '--netpulse', program('release'), '--invariants',
                        '--directory', os.path.join(ROOT, '..', 'shared', 'captures', 'dev')], 900)


def sanitized(stage):
    """clang with AddressSanitizer and UndefinedBehaviorSanitizer: unit tests, corpus replays, golden tests, hostile captures."""
    stage.build('sanitized', CLANG, '--buildtype=debugoptimized', '-Doptimization=1', '-Db_sanitize=address,undefined',
                '-Db_lundef=false', '-Dfuzzers=true', '-Dmarch=x86-64-v3',
                '-Dcpp_args=-fsanitize-ignorelist=' + os.path.join(ROOT, 'tests', 'sanitizer_ignore.txt'))
    stage.meson_test('sanitized', '--timeout-multiplier', '5')
    stage.run_counting([sys.executable, 'tests/captures_shared.py', '--netpulse', program('sanitized')], 1800)


def fuzz(stage):
    """Every fuzz target for a while, from its corpus."""
    directory = os.path.join(ROOT, 'build', 'sanitized', 'tests', 'fuzz')
    fuzzers = sorted(f for f in os.listdir(directory) if f.endswith('_fuzzer'))
    if not fuzzers:
        raise StageFailed('no fuzzers were built')

    def one(fuzzer):
        name = fuzzer[:-len('_fuzzer')]
        found = os.path.join(ROOT, 'build', 'fuzz', name)  # grows; what the project keeps is tests/fuzz/corpus
        os.makedirs(found, exist_ok=True)
        return stage.run([os.path.join(directory, fuzzer), found, 'tests/fuzz/corpus/' + name, '-print_final_stats=1',
                          '-max_total_time=%d' % FUZZ_SECONDS, '-rss_limit_mb=2048', '-timeout=10',
                          '-artifact_prefix=' + found + '.'], FUZZ_SECONDS + 120, check=False)
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        for fuzzer, (status, output) in zip(fuzzers, pool.map(one, fuzzers)):
            runs = re.search(r'number_of_executed_units: (\d+)', output)
            stage.count(*((0, 1) if status or not runs else (1, 0)))
            stage.notes.append('%s %s' % (fuzzer[:-7], runs.group(1) if runs and not status else 'FAILED'))


def threads(stage):
    """gcc with ThreadSanitizer: the unit tests of what several threads run, and captures read by four workers."""
    # Boost.Asio's fences are not understood, and warned of; it does not need them between its own atomics.
    stage.build('threads', GCC, '--buildtype=debugoptimized', '-Doptimization=1', '-Db_sanitize=thread', '-Dmarch=x86-64-v3',
                '-Dcpp_args=-Wno-tsan', '--', 'tests/unit_tests', 'tools/netpulse/netpulse')
    stage.meson_test('threads', 'unit', '--timeout-multiplier', '10')
    for capture in ('sample.pcap', 'browsing.pcap'):
        stage.run([program('threads'), 'read', '--format', 'json', '--workers', '4', 'tests/captures/' + capture], 120)
        stage.count(1)


def benches(stage):
    """Each benchmark for an instant: they must run, their figures are not judged here."""
    stage.build('bench', GCC, '--buildtype=release', '-Dbenches=true', '-Dtests=false')
    directory = os.path.join(ROOT, 'build', 'bench', 'bench')
    programs = sorted(f for f in os.listdir(directory) if f.startswith('bench_') and os.path.isfile(os.path.join(directory, f)))
    if not programs:
        raise StageFailed('no benchmarks were built')
    for name in programs:
        status, output = stage.run([os.path.join(directory, name), '--benchmark_min_time=0.001'], 300, check=False)
        stage.count(*((0, 1) if status or 'ERROR OCCURRED' in output else (1, 0)))


def tidy(stage):
    stage.run_counting([sys.executable, 'tests/lint/tidy.py', os.path.join(ROOT, 'build', 'sanitized')], 1500)


STAGES = {'lint': lint, 'format': formatting, 'release': release, 'live': live, 'captures': captures, 'benches': benches,
          'sanitized': sanitized, 'fuzz': fuzz, 'tidy': tidy, 'threads': threads}


def main():
    if '--list' in sys.argv:
        print('\n'.join('%-10s %s' % (n, (f.__doc__ or '').split('\n')[0]) for n, f in STAGES.items()))
        return 0
    unknown = [a for a in sys.argv[1:] if a not in STAGES]
    if unknown:
        print('no such stage: %s (there are: %s)' % (', '.join(unknown), ', '.join(STAGES)))
        return 2
    os.makedirs(LOGS, exist_ok=True)
    passed = failed = skipped = 0
    failures = []
    begin = time.monotonic()
    for name in sys.argv[1:] or STAGES:
        stage, started = Stage(name), time.monotonic()
        print('      %s ...' % name, end='\r', flush=True) if sys.stdout.isatty() else None
        why = ''
        try:
            STAGES[name](stage)
        except (StageFailed, OSError, ElementTree.ParseError) as error:
            stage.count(0, 1)
            why = '  ' + str(error)
        if stage.passed + stage.failed + stage.skipped == 0:
            stage.count(0, 1)
            why = '  no test ran'
        stage.log.close()
        passed, failed, skipped = passed + stage.passed, failed + stage.failed, skipped + stage.skipped
        print('%s  %-10s %5.0f s  %d passed, %d failed%s%s%s' % (
            'FAIL' if stage.failed else 'ok  ', name, time.monotonic() - started, stage.passed, stage.failed,
            ', %d skipped' % stage.skipped if stage.skipped else '', '  (%s)' % '; '.join(stage.notes) if stage.notes else '',
            why), flush=True)
        if stage.failed:
            with open(stage.log_path, encoding='utf-8', errors='replace') as log:
                lines = log.read().split('\n')
            print('\n'.join('      | ' + line for line in lines[-LOG_TAIL_LINES:]), flush=True)
            failures += ['%s: %s%s' % (name, line[:FAILURE_CHARACTERS], why)
                         for line in lines if re.match(r'FAIL|ERROR', line)] or ['%s:%s' % (name, why)]
            print('      the whole log: ' + os.path.relpath(stage.log_path, ROOT), flush=True)
    print('\n'.join(failures[:FAILURES_SHOWN]), end='\n' if failures else '')  # again, for who sees only the end
    print('all stages: %.0f s' % (time.monotonic() - begin))
    print('%d passed, %d failed%s' % (passed, failed, ', %d skipped' % skipped if skipped else ''))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
