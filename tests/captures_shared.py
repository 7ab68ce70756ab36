#!/usr/bin/env python3
"""Many real captures, kept outside the project because they are other people's: invariants that need no expected output.

    captures_shared.py --netpulse PROGRAM [--directory DIR]... [--workers N]... [--invariants]

Without --invariants: every file is read with each number of workers; the program must end by itself with status 0, or 1
and a message with a byte offset. With it: one worker and four give the same flows and report, packets add up, and no
packet is lost without a reason. Skipped, and says so, where no directory is there.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_SECONDS = 120
# Of a report, what depends on the clock or on the number of workers.
TIMING = re.compile(r'seconds$|uptime|started|elapsed|throughput|per_second|worker', re.I)


def read(program, path, workers, flows=None):
    command = [program, 'read', '--format', 'json', '--workers', str(workers), path]
    if flows:
        command[2:2] = ['--flows', flows]
    return subprocess.run(command, capture_output=True, text=True, errors='replace', stdin=subprocess.DEVNULL,
                          timeout=TIMEOUT_SECONDS)


def survives(program, path, workers):
    findings = []
    for count in workers:
        try:
            done = read(program, path, count)
        except subprocess.TimeoutExpired:
            return ['%d workers: did not end within %d s' % (count, TIMEOUT_SECONDS)]
        if re.search(r'ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer', done.stderr):
            findings.append('%d workers: %s' % (count, done.stderr[:3000]))
        elif done.returncode not in (0, 1):
            findings.append('%d workers: exit %d: %s' % (count, done.returncode, done.stderr[-500:]))
        elif done.returncode == 1 and not re.search(r'\b(byte|offset)\D{0,12}\d+', done.stderr):
            findings.append('%d workers: failed without a byte offset: %s' % (count, done.stderr[-500:]))
    return findings


def steady(tree):
    """The report without what the clock or the number of workers changes."""
    if isinstance(tree, dict):
        return {k: steady(v) for k, v in tree.items() if not (TIMING.search(k) and not isinstance(v, dict) or k in ('workers', 'run'))}
    return [steady(v) for v in tree] if isinstance(tree, list) else tree


def differences(a, b, where=''):
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for k in sorted(set(a) | set(b)) for d in differences(a.get(k), b.get(k), where + '.' + k)]
    return [] if a == b else ['%s: %s / %s' % (where, str(a)[:120], str(b)[:120])]


def invariants(program, path):
    findings, runs = [], []
    with tempfile.TemporaryDirectory() as directory:
        for workers in (1, 4):
            flows = os.path.join(directory, 'flows%d' % workers)
            try:
                done = read(program, path, workers, flows)
                report = json.loads(done.stdout)
            except (subprocess.TimeoutExpired, ValueError) as error:
                return ['%d workers: %s' % (workers, error)]
            with open(flows, encoding='utf-8') as file:
                runs.append((done.returncode, sorted(file.read().splitlines()), report))
    (status_one, flows_one, one), (status_four, flows_four, four) = runs
    if status_one != status_four:
        findings.append('status %d with one worker, %d with four' % (status_one, status_four))
    if flows_one != flows_four:
        a, b = sorted(set(flows_one) - set(flows_four)), sorted(set(flows_four) - set(flows_one))
        findings.append('flows differ: only with one worker %d, only with four %d: %s / %s' % (len(a), len(b), a[:1], b[:1]))
    findings += ['report differs: ' + d for d in differences(steady(one), steady(four))[:5]]
    return findings + conservation(one, path)


def packets_of(path):
    """(packets, wire bytes) of a classic pcap file by its record headers alone; None for other files and cut ones."""
    with open(path, 'rb') as file:
        data = file.read()
    magic = data[:4]
    order = {b'\xd4\xc3\xb2\xa1': 'little', b'\x4d\x3c\xb2\xa1': 'little', b'\xa1\xb2\xc3\xd4': 'big',
             b'\xa1\xb2\x3c\x4d': 'big'}.get(magic)
    if order is None:
        return None
    offset, packets, wire = 24, 0, 0
    while offset + 16 <= len(data):
        captured, length = (int.from_bytes(data[offset + at:offset + at + 4], order) for at in (8, 12))
        packets, wire, offset = packets + 1, wire + length, offset + 16 + captured
    return (packets, wire) if offset == len(data) else None


def conservation(report, path):
    """Every packet of the file is in one network layer, and every lost one has a reason."""
    findings, packets = [], report['packets']
    layers = sum(packets[k] for k in ('ipv4', 'ipv6', 'arp', 'other_network'))
    lost = sum(l['count'] for l in report['losses'] if l['stage'] in ('interface', 'kernel', 'queue'))
    if layers != packets['total'] or lost:
        findings.append('%d packets, %d in the network layers, %d lost before a worker' % (packets['total'], layers, lost))
    in_file = packets_of(path)
    if in_file and report['complete'] and in_file != (packets['total'], report['bytes']['wire']):
        findings.append('the file holds %d packets and %d bytes, the report %d and %d' %
                        (in_file + (packets['total'], report['bytes']['wire'])))
    ended, records = sum(report['flows']['ended'].values()), report['flows']['records']
    dropped = sum(l['count'] for l in report['losses'] if l['what'] == 'flow_records' and l['stage'] == 'collector')
    if ended != records or dropped:
        findings.append('%d flows ended, %d records, %d dropped' % (ended, records, dropped))
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--netpulse', required=True)
    parser.add_argument('--directory', action='append')
    parser.add_argument('--workers', type=int, action='append')
    parser.add_argument('--invariants', action='store_true')
    options = parser.parse_args()
    shared = os.path.join(HERE, '..', '..', 'shared', 'captures')
    directories = options.directory or [os.path.join(shared, 'dev'), os.path.join(shared, 'malformed')]
    files = [os.path.join(d, f) for d in directories if os.path.isdir(d) for f in sorted(os.listdir(d))]
    if not files:
        print('skipped: there are no captures in %s' % ', '.join(map(os.path.normpath, directories)))
        print('0 passed, 0 failed, 1 skipped')
        return 0
    program = os.path.abspath(options.netpulse)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        check = (lambda f: invariants(program, f)) if options.invariants else \
            (lambda f: survives(program, f, options.workers or [1, 4]))
        for path, findings in zip(files, pool.map(check, files)):
            failed += bool(findings)
            for finding in findings:
                print('FAIL  %s: %s' % (os.path.basename(path), finding))
    print('%d passed, %d failed' % (len(files) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
