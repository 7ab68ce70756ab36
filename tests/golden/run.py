#!/usr/bin/env python3
"""Golden tests: what netpulse says about the project's own captures, down to the last field.

    run.py --netpulse PROGRAM [--update] [CASE...]

A case is a folder: case.json ("captures": under tests/captures, "arguments": more for `netpulse read`, "exit": the
expected status, "report": more parts of the report, "why"), config.toml if it needs one, expected.jsonl (the flow records, sorted) and expected.json (parts
of the report). Each is run with one worker and with four: both must give exactly what is expected.

--update writes the expected files anew, but only where tshark, an independent decoder, agrees on the packets and bytes of
every conversation, the TLS server names, the DNS names, the RTP streams that it knows, and what TCP's segments show.
"""
import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, '..', 'captures')
REPORT_KEYS = ('packets', 'bytes', 'names', 'tcp', 'throughput', 'goodput')
TIMEOUT_SECONDS = 60


class Mismatch(Exception):
    pass


def load_case(name):
    with open(os.path.join(HERE, name, 'case.json'), encoding='utf-8') as file:
        return json.load(file)


def read(program, name, case, workers):
    """Runs netpulse; returns (sorted flow lines, the report's parts)."""
    with tempfile.TemporaryDirectory() as directory:
        flows = os.path.join(directory, 'flows.jsonl')
        command = [program, 'read', '--format', 'json', '--flows', flows, '--workers', str(workers)]
        config = os.path.join(HERE, name, 'config.toml')
        if os.path.exists(config):
            command += ['-c', config]
        command += case.get('arguments', []) + [os.path.join(CAPTURES, c) for c in case['captures']]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS)
        if done.returncode != case.get('exit', 0):
            raise Mismatch('%d workers: exit %d: %s' % (workers, done.returncode, done.stderr[-2000:]))
        if case.get('message', '') not in done.stderr:
            raise Mismatch('%d workers: no "%s" in: %s' % (workers, case['message'], done.stderr[-2000:]))
        report = json.loads(done.stdout)
        with open(flows, encoding='utf-8') as file:
            lines = sorted(json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False) for line in file)
    if not lines:
        raise Mismatch('%d workers: no flow records' % workers)
    return lines, {key: report[key] for key in REPORT_KEYS + tuple(case.get('report', ()))}


def compare(what, got, want):
    if got == want:
        return
    if isinstance(got, list):
        extra, absent = sorted(set(got) - set(want)), sorted(set(want) - set(got))
        if extra and absent:
            fields = {k: (json.loads(absent[0]).get(k), v) for k, v in json.loads(extra[0]).items()
                      if json.loads(absent[0]).get(k) != v}
            raise Mismatch('%s: %d of %d records differ; the first in (expected, got): %s' %
                           (what, len(extra), len(want), fields))
        raise Mismatch('%s: %d records, expected %d; more: %s; missing: %s' %
                       (what, len(got), len(want), extra[:2], absent[:2]))
    raise Mismatch('%s: %s' % (what, {k: (want.get(k), got.get(k)) for k in set(got) | set(want)
                                      if got.get(k) != want.get(k)}))


def test(program, name):
    case = load_case(name)
    with open(os.path.join(HERE, name, 'expected.jsonl'), encoding='utf-8') as file:
        lines = file.read().splitlines()
    with open(os.path.join(HERE, name, 'expected.json'), encoding='utf-8') as file:
        report = json.load(file)
    for workers in (1, 4):
        got_lines, got_report = read(program, name, case, workers)
        compare('%d workers, flows' % workers, got_lines, lines)
        compare('%d workers, report' % workers, got_report, report)


# --- the independent decoder

TSHARK_FIELDS = ('frame.len', 'frame.protocols', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst', 'ip.id', 'ipv6.fraghdr.ident', 'tcp.srcport',
                 'tcp.dstport', 'udp.srcport', 'udp.dstport', 'icmp.type', 'icmpv6.type', 'tls.handshake.extensions_server_name',
                 'dns.qry.name')
# Start, end, source, port, target, port, SSRC, payload, packets, lost (share), three deltas, three jitters.
STREAM = re.compile(r'\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+\S+\s+\d+\s+(0x\w+)\s+.*?\s(\d+)\s+(-?\d+) \(\S+\)'
                    r'(?:\s+-?[\d.]+){4}\s+([\d.]+)\s+([\d.]+)')
TSHARK_TCP = {'retransmissions': 'retransmission', 'fast_retransmissions': 'fast_retransmission',
              'spurious_retransmissions': 'spurious_retransmission', 'out_of_order': 'out_of_order',
              'duplicate_acks': 'duplicate_ack', 'lost_segments': 'lost_segment', 'zero_windows': 'zero_window',
              'windows_full': 'window_full', 'keep_alives': 'keep_alive'}  # our counts -> tshark's tcp.analysis
TSHARK_FIELDS += tuple('tcp.analysis.' + f for f in TSHARK_TCP.values()) + ('tcp.options.sack.dsack_le',)
EVERY = ('tls.handshake.extensions_server_name', 'dns.qry.name')


def tshark(path):
    """Per frame, the innermost value of each field; all of those in EVERY."""
    command = ['tshark', '-r', path, '-n', '-T', 'fields', '-E', 'separator=|', '-E', 'occurrence=a', '-E', 'aggregator=;', '-o', 'ip.defragment:FALSE',
               '-o', 'ipv6.defragment:FALSE'] + [x for f in TSHARK_FIELDS for x in ('-e', f)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS)
    for line in done.stdout.splitlines():
        yield {f: v.split(';') if f in EVERY else v.split(';')[-1] for f, v in zip(TSHARK_FIELDS, line.split('|'))}


def truth(case):
    """Conversations (protocol and both ends) -> packets and bytes by sender; server names; DNS names; TCP's findings."""
    conversations = collections.defaultdict(lambda: [0, 0])
    names, questions, fragments, tcp = set(), set(), {}, collections.Counter()
    for capture in case['captures']:
        for f in tshark(os.path.join(CAPTURES, capture)):
            tcp.update(count for count, flag in TSHARK_TCP.items() if f['tcp.analysis.' + flag])
            tcp['duplicate_sacks'] += f['tcp.options.sack.dsack_le'] != ''
            layers = f['frame.protocols'].split(':')
            ip = next((l for l in reversed(layers) if l in ('ip', 'ipv6')), 'ip')
            source, target = f[ip + '.src'], f[ip + '.dst']
            names.update(n.lower() for n in f['tls.handshake.extensions_server_name'] if n)
            questions.update(n.lower() for n in f['dns.qry.name'] if n)
            if f['icmp.type'] or f['icmpv6.type']:
                continue
            datagram = (source, target, f['ip.id'] if ip == 'ip' else f['ipv6.fraghdr.ident'])
            protocol = 6 if f['tcp.srcport'] else 17 if f['udp.srcport'] else 0
            if protocol:
                layer = 'tcp' if protocol == 6 else 'udp'
                key = (protocol, (source, int(f[layer + '.srcport'])), (target, int(f[layer + '.dstport'])))
                fragments[datagram] = key
            else:
                key = fragments.get(datagram)
            if key:
                conversations[key][0] += 1
                conversations[key][1] += int(f['frame.len'])
    return dict(conversations), names, questions, tcp


def check_streams(case, report):
    """RTP streams that tshark knows by their SDP: packets, lost, mean and largest jitter in its three decimals."""
    ours = {(s['ssrc'], s['src_addr'], s['src_port']): s for s in report['rtp']['streams']}
    for capture in case['captures']:
        done = subprocess.run(['tshark', '-q', '-n', '-r', os.path.join(CAPTURES, capture), '-z', 'rtp,streams'],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS)
        for line in done.stdout.splitlines():
            match = STREAM.match(line)
            if not match:
                continue
            address, port, ssrc, packets, lost, mean, largest = match.groups()
            stream = ours[ssrc.lower(), address, int(port)]
            want = (int(packets), int(lost), float(mean), float(largest))
            got = (stream['packets'], stream['lost'], round(stream['jitter_ms_mean'], 3), round(stream['jitter_ms_max'], 3))
            if got != want:
                raise Mismatch('%s: tshark has %s, the report %s' % (ssrc, want, got))


def check_against_tshark(case, lines, report):
    if case.get('arguments') or case.get('exit'):
        return  # a part of the capture only
    if 'rtp' in report:
        check_streams(case, report)
    want, names, questions, tcp = truth(case)
    got = collections.defaultdict(lambda: [0, 0])
    for flow in map(json.loads, lines):
        if flow['protocol'] in (6, 17):
            ends = ((flow['src_addr'], flow['src_port']), (flow['dst_addr'], flow['dst_port']))
            for key, side in (((flow['protocol'],) + ends, 'src'), ((flow['protocol'],) + ends[::-1], 'dst')):
                if flow[side + '_packets']:
                    got[key][0] += flow[side + '_packets']
                    got[key][1] += flow[side + '_bytes']
    for key in set(want) | set(got):
        if list(want.get(key, [0, 0])) != list(got.get(key, [0, 0])):
            raise Mismatch('tshark disagrees on %s: packets and bytes %s, netpulse %s' % (key, want.get(key), got.get(key)))
    found = {name for names_of in ('tls_server_name', 'quic_server_name') for name in report['names'].get(names_of, [])}
    if found != names:
        raise Mismatch('tshark has other server names: %s' % (names ^ found))
    mine = {n.rstrip('.') for kind in ('dns', 'mdns', 'llmnr') for n in report['names'].get(kind + '_query', [])}
    if not mine <= questions or questions - mine:
        raise Mismatch('tshark has other DNS names: %s' % (questions ^ mine))
    other = {count: (tcp[count], report['tcp'][count]) for count in (*TSHARK_TCP, 'duplicate_sacks')
             if tcp[count] != report['tcp'][count]}
    if other:
        raise Mismatch('tshark finds otherwise in TCP (tshark, netpulse): %s' % other)


def update(program, name):
    case = load_case(name)
    lines, report = read(program, name, case, 1)
    compare('four workers, flows', read(program, name, case, 4)[0], lines)
    check_against_tshark(case, lines, report)
    with open(os.path.join(HERE, name, 'expected.jsonl'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')
    with open(os.path.join(HERE, name, 'expected.json'), 'w', encoding='utf-8') as file:
        json.dump(report, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write('\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--netpulse', required=True)
    parser.add_argument('--update', action='store_true')
    parser.add_argument('cases', nargs='*')
    options = parser.parse_args()
    if options.update and not shutil.which('tshark'):
        sys.exit('--update needs tshark')
    cases = options.cases or sorted(d for d in os.listdir(HERE) if os.path.exists(os.path.join(HERE, d, 'case.json')))
    failed = 0
    for name in cases:
        try:
            (update if options.update else test)(os.path.abspath(options.netpulse), name)
            print('ok    ' + name)
        except (Mismatch, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
            failed += 1
            print('FAIL  %s: %s: %s' % (name, type(error).__name__, error))
    print('%d passed, %d failed' % (len(cases) - failed, failed))
    return 1 if failed or not cases else 0


if __name__ == '__main__':
    sys.exit(main())
