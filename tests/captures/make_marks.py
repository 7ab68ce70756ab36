#!/usr/bin/env python3
"""Makes marks.pcap: TCP that must be marked as what it is, byte by byte, so that the truth is known.

Segments joined by the capturing host, a connection that was caught in its middle, one of which only one direction was
captured, resets that nobody believes, retransmissions that were not needed.
"""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN = 1_700_000_000.0
CLIENT, SERVER, GROUP = (10, 30, 0, 2), (10, 30, 0, 3), (239, 1, 2, 3)
FIN, SYN, RST, ACK = 1, 2, 4, 16
MSS = b'\x02\x04\x05\xb4'  # 1460


def stamps(value, echo):
    return b'\x01\x01\x08\x0a' + struct.pack('>II', value, echo)


def sack(*edges):
    return b'\x01\x01\x05' + bytes([2 + 4 * len(edges)]) + struct.pack('>%dI' % len(edges), *edges)


def frame(source, target, protocol, payload, total=None):
    """total: what the IPv4 header says of its length, if not the truth (BIG TCP: 0)."""
    header = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload) if total is None else total, 0, 0, 64, protocol, 0)
    return b'\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0' + header + bytes(source) + bytes(target) + payload


class Connection:
    """Segments between the client's port and port 80 of the server."""

    def __init__(self, frames, port):
        self.frames, self.port = frames, port

    def client(self, at, seq, ack, size=0, flags=ACK, options=b'', window=1000, total=None):
        self.add(at, CLIENT, SERVER, (self.port, 80), seq, ack, size, flags, options, window, total)

    def server(self, at, seq, ack, size=0, flags=ACK, options=b'', window=1000, total=None):
        self.add(at, SERVER, CLIENT, (80, self.port), seq, ack, size, flags, options, window, total)

    def add(self, at, source, target, ports, seq, ack, size, flags, options, window, total):
        head = struct.pack('>HHIIBBHHH', *ports, seq, ack, (20 + len(options)) // 4 << 4, flags, window, 0, 0)
        self.frames.append((at, frame(source, target, 6, head + options + bytes(size), total)))

    def shake_hands(self, at, options=b''):
        self.client(at, 1000, 0, flags=SYN, options=MSS + options)
        self.server(at + 0.030, 5000, 1001, flags=SYN | ACK, options=MSS + options)
        self.client(at + 0.040, 1001, 5001)


def super_frames(frames):
    """Frames of 3 and of 10 segments towards the client, and one of a segment."""
    c = Connection(frames, 40001)
    c.shake_hands(0.0)
    c.client(0.05, 1001, 5001, 100)
    c.server(0.08, 5001, 1101, 3 * 1460)
    c.server(0.09, 5001 + 3 * 1460, 1101, 9 * 1460 + 1)
    c.server(0.10, 5002 + 12 * 1460, 1101, 1460)
    c.client(0.11, 1101, 5002 + 13 * 1460)


def midstream(frames):
    """BIG TCP, of which the IPv4 header cannot say the length, and a jumbo frame; no SYN."""
    c = Connection(frames, 40002)
    c.client(1.0, 1, 1, 90_000, total=0)
    c.client(1.1, 90_001, 1, 8960)
    c.server(1.2, 1, 98_961)


def one_way(frames):
    """The client's segments alone; and a datagram to a group, which nobody answers."""
    c = Connection(frames, 40003)
    c.client(2.0, 1000, 0, flags=SYN, options=MSS)
    c.client(2.1, 1001, 5001)
    c.client(2.2, 1001, 5001, 500)
    frames.append((2.3, frame(CLIENT, GROUP, 17, struct.pack('>HHHH', 40003, 40003, 12, 0) + bytes(4))))


def resets(frames):
    """Two forged ones in the name of the server; data go on after a pause longer than the linger; then a real one."""
    c = Connection(frames, 40004)
    c.shake_hands(3.0)
    c.client(3.05, 1001, 5001, 100)
    c.server(3.06, 0x50000000, 0, flags=RST, window=0)
    c.server(3.07, 4000, 0, flags=RST, window=0)
    c.server(3.08, 5001, 1101)
    c.client(9.0, 1101, 5001, 100)
    c.server(9.03, 5001, 1201)
    c.client(9.04, 1201, 5001, flags=RST, window=0)


def spurious(frames):
    """A segment sent again although its acknowledgement was on its way, as the time stamps show; then one that the
    receiver reports to have come twice."""
    c = Connection(frames, 40005)
    c.shake_hands(4.0)
    c.client(4.05, 1001, 5001, 100, options=stamps(500, 70))
    c.client(4.30, 1001, 5001, 100, options=stamps(750, 70))
    c.server(4.31, 5001, 1101, options=stamps(80, 500))
    c.server(4.34, 5001, 1101, options=stamps(80, 500) + sack(1001, 1101))
    c.client(4.40, 1101, 5001, 100, options=stamps(850, 80))
    c.server(4.43, 5001, 1201, options=stamps(90, 850) + sack(1101, 1201), window=990)


def main():
    frames = []
    for part in (super_frames, midstream, one_way, resets, spurious):
        part(frames)
    with open(os.path.join(HERE, 'marks.pcap'), 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for at, data in sorted(frames, key=lambda f: f[0]):
            moment = round((BEGIN + at) * 1e6)
            kept = data[:100]
            file.write(struct.pack('<IIII', moment // 1_000_000, moment % 1_000_000, len(kept), len(data)) + kept)


if __name__ == '__main__':
    main()
