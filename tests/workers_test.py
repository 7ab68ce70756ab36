#!/usr/bin/env python3
"""Same input, same answer, whatever the number of workers: on captures so large that lists and tables overflow.

    workers_test.py NETPULSE MAKE_LARGE CAPTURES

Makes captures of some hundred thousand packets (bench/make_large.cpp) out of small ones and reads them with one worker
and with four: flow records and report must be the same. Excepted are the top lists once they are full: what they then
show depends on the order in which flows end, and says by how much it may be wrong (bytes_missed_max).
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import captures_shared
from captures_shared import conservation, differences, steady

# More DNS names and pairs of hosts than a report lists.
KINDS = {'dns': ['dns', '100000'], 'mix': ['mix', '150000'], 'small': ['small', '150000', '100000'], 'resolvers': []}
RESOLVERS = 100000  # more than are told apart


def without_full_top_lists(report):
    if report['top']['untracked_records'] == 0:
        return report
    report = dict(report, losses=[loss for loss in report['losses'] if loss['reason'] != 'top_list_full'])
    del report['top']
    return report


def datagram(source, source_port, destination, destination_port, payload):
    """An Ethernet frame, without check sums."""
    udp = struct.pack('>HHHH', source_port, destination_port, 8 + len(payload), 0) + payload
    ip = struct.pack('>BBHHHBBHII', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, destination)
    return bytes(12) + b'\x08\x00' + ip + udp


def make_resolvers(path):
    """Each server is asked by one of 50 clients, once or, every tenth, several times; every other query is answered."""
    question = b'\x03www\x07example\x03org\x00\x00\x01\x00\x01'
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        microseconds = 0
        for i in range(RESOLVERS):
            server, client, port = 0x0b000000 + i * 7, 0x0a000001 + i % 50, 20000 + i // 50
            for n in range(1 + (i % 7 if i % 10 == 0 else 0)):
                for answer in (0, 1) if (i + n) % 2 else (0,):
                    message = struct.pack('>HHHHHH', n, 0x8180 + i % 4 if answer else 0x0100, 1, 0, 0, 0) + question
                    frame = (datagram(server, 53, client, port, message) if answer else
                             datagram(client, port, server, 53, message))
                    microseconds += 13
                    file.write(struct.pack('<IIII', 1700000000 + microseconds // 1000000, microseconds % 1000000,
                                           len(frame), len(frame)) + frame)


def read(netpulse, path, workers, directory):
    flows = os.path.join(directory, 'flows')
    done = subprocess.run([netpulse, 'read', '--flows', flows, '--format', 'json', '--workers', str(workers), path],
                          capture_output=True, text=True, timeout=captures_shared.TIMEOUT_SECONDS)
    with open(flows, encoding='utf-8') as file:
        return done.returncode, json.loads(done.stdout), sorted(file)


def loss(report, reason):
    return sum(entry['count'] for entry in report['losses'] if entry['reason'] == reason)


def main():
    netpulse, maker, captures = sys.argv[1:]
    sources = [os.path.join(captures, name) for name in ('sample.pcap', 'browsing.pcap')]
    findings, full = [], set()
    with tempfile.TemporaryDirectory() as directory:
        for kind, arguments in KINDS.items():
            path = os.path.join(directory, kind + '.pcap')
            if kind == 'resolvers':
                make_resolvers(path)
            else:
                subprocess.run([maker, arguments[0], path] + arguments[1:] + ([] if kind == 'small' else sources),
                               check=True, timeout=captures_shared.TIMEOUT_SECONDS)
            (status, one, flows_one), (status_four, four, flows_four) = (read(netpulse, path, n, directory) for n in (1, 4))
            if status != 0 or status_four != 0:
                findings.append('%s: status %d and %d' % (kind, status, status_four))
            if flows_one != flows_four:
                findings.append('%s: flow records differ' % kind)
            different = differences(without_full_top_lists(steady(one)), without_full_top_lists(steady(four)))
            findings += ['%s: %s' % (kind, d) for d in different + conservation(one, path)]
            full |= {reason for reason in ('name_set_full', 'top_list_full') if loss(one, reason)}
            if any(resolver['address'] == 'other' for resolver in one['dns']['resolvers']):
                full.add('resolvers')
            os.remove(path)
    # Or this has tested nothing.
    wanted = {'name_set_full', 'top_list_full', 'resolvers'}
    if not wanted <= full:
        findings.append('not full: %s' % ', '.join(sorted(wanted - full)))
    for finding in findings:
        print('FAIL  ' + finding)
    print('%d passed, %d failed' % (len(KINDS) - min(len(findings), len(KINDS)), min(len(findings), len(KINDS))))
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
