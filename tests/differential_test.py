#!/usr/bin/env python3
"""Every protocol against an independent decoder: the sample conversations of the contract suite, as a capture, read by
netpulse and by tshark.

    differential_test.py --netpulse PROGRAM

The conversations are those of tests/fuzz/corpus/analyzers (see analyzers_fuzz.cpp for the format; NAME-N is the
analyzer and the sample's number). netpulse has to give each its protocol. Of each protocol tshark has to take at least
one sample for the same, or the table below says why not.
"""
import argparse
import collections
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fuzz', 'corpus', 'analyzers')
SYN, ACK, PUSH, FIN = 0x02, 0x10, 0x08, 0x01
CLIENT_PORT = 50000

# netpulse's name -> names in tshark's frame.protocols; without an entry it is the same name.
DISSECTORS = {
    'dropbox_lansync': {'db-lsp-disc'},
    'iec104': {'iec60870_104'},
    'ike': {'isakmp'},
    'ipfix': {'cflow'},
    'ipsec': {'esp'},
    'memcached': {'memcache'},
    'nat_pmp': {'portcontrol'},
    'netflow': {'cflow'},
    'nfs': {'rpc'},  # a call of procedure 0 has nothing that NFS would add
    'oracle': {'tns'},
    'pop3': {'pop'},
    'postgresql': {'pgsql'},
    'redis': {'resp'},
    'rtmp': {'rtmpt'},
    'tacacs': {'tacplus'},
    'wireguard': {'wg'},
}
# Protocols that tshark does not tell by these samples, and why.
UNKNOWN_TO_TSHARK = {
    'amqp': 'it does not dissect the protocol header alone',
    'mongodb': 'the bodies of the samples are no BSON',
    's7comm': 'the sample ends where netpulse is sure',
    'speedtest': 'no dissector',
    'spotify_lan': 'no dissector',
    'websocket': 'it dissects frames; the sample is the opening',
    'ws_discovery': 'no dissector',
}


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(protocol, source, target, segment):
    """An Ethernet frame with IPv4; segment: with its checksum at 0."""
    pseudo = source + target + struct.pack('!BBH', 0, protocol, len(segment))
    at = 16 if protocol == 6 else 6
    value = checksum(pseudo + segment) or 0xffff
    segment = segment[:at] + struct.pack('!H', value) + segment[at + 2:]
    header = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(segment), 0, 0x4000, 64, protocol, 0, source, target)
    header = header[:10] + struct.pack('!H', checksum(header)) + header[12:]
    return b'\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0' + header + segment


class Conversation:
    def __init__(self, number, path):
        self.name = os.path.basename(path).rsplit('-', 1)[0]
        self.client = bytes([10, 1, number >> 8, number & 255])
        self.server = bytes([10, 2, number >> 8, number & 255])
        with open(path, 'rb') as file:
            data = file.read()
        _, kind, self.port = struct.unpack('!BBH', data[:4])
        self.protocol = 6 if kind & 1 else 17
        self.steps = []
        at = 4
        while at < len(data):
            who, size = struct.unpack('!BH', data[at:at + 3])
            self.steps.append((bool(who & 1), data[at + 3:at + 3 + size]))
            at += 3 + size

    def frames(self):
        ports = {True: (CLIENT_PORT, self.port), False: (self.port, CLIENT_PORT)}
        ends = {True: (self.client, self.server), False: (self.server, self.client)}
        if self.protocol == 17:
            for who, payload in self.steps:
                yield frame(17, *ends[who], struct.pack('!HHHH', *ports[who], 8 + len(payload), 0) + payload)
            return
        sent = {True: 1000, False: 5000}

        def segment(who, flags, payload=b''):
            header = struct.pack('!HHIIBBHHH', *ports[who], sent[who], sent[not who] if flags & ACK else 0, 0x50, flags, 64000, 0, 0)
            sent[who] += len(payload) + (1 if flags & (SYN | FIN) else 0)
            return frame(6, *ends[who], header + payload)
        yield segment(True, SYN)
        yield segment(False, SYN | ACK)
        yield segment(True, ACK)
        for who, payload in self.steps:
            yield segment(who, PUSH | ACK, payload)
        yield segment(True, FIN | ACK)
        yield segment(False, FIN | ACK)
        yield segment(True, ACK)


def write_capture(path, conversations):
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        count = 0
        for conversation in conversations:
            for data in conversation.frames():
                file.write(struct.pack('<IIII', 1_700_000_000 + count // 1000, count % 1000 * 1000, len(data), len(data)) + data)
                count += 1


def seen_by_netpulse(program, capture, flows):
    subprocess.run([program, 'read', '--format', 'json', '--flows', flows, capture], check=True, stdout=subprocess.DEVNULL)
    seen = collections.defaultdict(set)
    with open(flows, encoding='utf-8') as file:
        for line in file:
            flow = json.loads(line)
            for address in (flow['src_addr'], flow['dst_addr']):
                seen[address].add(flow['app_protocol'])
    return seen


def seen_by_tshark(capture):
    out = subprocess.run(['tshark', '-n', '-o', 'rtp.heuristic_rtp:TRUE', '-r', capture, '-T', 'fields', '-e', 'ip.src', '-e', 'ip.dst', '-e', 'frame.protocols'],
                         check=True, capture_output=True, text=True).stdout
    seen = collections.defaultdict(set)
    for line in out.splitlines():
        source, target, protocols = line.split('\t')
        for address in (source, target):
            seen[address.split(',')[0]] |= set(protocols.split(':'))
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--netpulse', required=True)
    options = parser.parse_args()
    if not shutil.which('tshark'):
        print('skipped: tshark is not installed\n0 passed, 0 failed, 1 skipped')
        return 0
    conversations = [Conversation(n + 1, os.path.join(CORPUS, f)) for n, f in enumerate(sorted(os.listdir(CORPUS))) if not f.startswith('crash-')]
    with tempfile.TemporaryDirectory() as directory:
        capture = os.path.join(directory, 'samples.pcap')
        write_capture(capture, conversations)
        ours = seen_by_netpulse(options.netpulse, capture, os.path.join(directory, 'flows.jsonl'))
        theirs = seen_by_tshark(capture)
    by_name = collections.defaultdict(list)
    for conversation in conversations:
        by_name[conversation.name].append(conversation)
    failed = 0
    for name, samples in sorted(by_name.items()):
        wanted = DISSECTORS.get(name, {name})
        found = [theirs['.'.join(map(str, c.server))] for c in samples]
        problems = ['netpulse takes sample %d for %s' % (i, ours['.'.join(map(str, c.server))])
                    for i, c in enumerate(samples) if name not in ours['.'.join(map(str, c.server))]]
        if name in UNKNOWN_TO_TSHARK:
            if any(wanted & f for f in found):
                problems.append('tshark does know it: take it out of the table')
        elif not any(wanted & f for f in found):
            problems.append('tshark takes it for %s' % ' or '.join(sorted(':'.join(sorted(f)) for f in found)))
        for problem in problems:
            print('FAIL  %s: %s' % (name, problem))
        failed += bool(problems)
    print('%d passed, %d failed' % (len(by_name) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
