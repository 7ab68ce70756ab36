#!/usr/bin/env python3
"""Makes voice.pcap: two telephone calls with their media, and a video stream that nobody announced.

Written byte by byte from a fixed seed: what is lost, late, doubled and how much each packet is delayed is known.
"""
import os
import random
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN = 1_700_000_000.0
A4, B4, A6, B6 = '10.20.0.2', '10.20.0.3', 'fd00:20::2', 'fd00:20::3'


def address(text):
    if ':' not in text:
        return bytes(int(part) for part in text.split('.'))
    head, tail = (part.split(':') if part else [] for part in text.split('::'))
    groups = head + ['0'] * (8 - len(head) - len(tail)) + tail
    return b''.join(struct.pack('>H', int(group, 16)) for group in groups)


def frame(source, target, protocol, payload):
    a, b = address(source), address(target)
    ethernet = b'\x02\0\0\0\0\x02\x02\0\0\0\0\x01'
    if len(a) == 4:
        return ethernet + b'\x08\0' + struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + a + b + payload
    return ethernet + b'\x86\xdd' + struct.pack('>IHBB', 0x60000000, len(payload), protocol, 64) + a + b + payload


def udp(source, source_port, target, target_port, payload):
    return frame(source, target, 17, struct.pack('>HHHH', source_port, target_port, 8 + len(payload), 0) + payload)


def rtp(sequence, timestamp, payload_type, ssrc, size, marker=False):
    return struct.pack('>BBHII', 0x80, payload_type | marker << 7, sequence & 0xffff, timestamp & 0xffffffff, ssrc) + bytes(size)


def sip(start, fields, body=''):
    lines = [start] + fields + ['Content-Type: application/sdp'] * bool(body) + ['Content-Length: %d' % len(body), '', body]
    return '\r\n'.join(lines).encode()


def sdp(host, port, types, maps):
    version = 6 if ':' in host else 4
    lines = ['v=0', 'o=- 1 1 IN IP%d %s' % (version, host), 's=-', 'c=IN IP%d %s' % (version, host), 't=0 0',
             'm=audio %d RTP/AVP %s' % (port, types)] + ['a=rtpmap:' + line for line in maps]
    return ''.join(line + '\r\n' for line in lines)


def fields(call, caller, callee, number, method='INVITE', answered=False):
    return ['From: <sip:caller@%s>;tag=1' % caller, 'To: <sip:callee@%s>%s' % (callee, ';tag=2' if answered else ''),
            'Call-ID: %s' % call, 'CSeq: %d %s' % (number, method)]


def call_over_udp(frames):
    """G.711 one way with 15 of 300 packets lost, 4 twice, 3 late, an event of DTMF; the other way without a fault."""
    maps = ['8 PCMA/8000', '101 telephone-event/8000']
    head = fields('call-1', A4, B4, 1)
    frames.append((0.0, udp(A4, 5060, B4, 5060, sip('INVITE sip:callee@10.20.0.3 SIP/2.0', head, sdp(A4, 40000, '8 101', maps)))))
    frames.append((0.12, udp(B4, 5060, A4, 5060, sip('SIP/2.0 180 Ringing', fields('call-1', A4, B4, 1, answered=True)))))
    frames.append((2.0, udp(B4, 5060, A4, 5060, sip('SIP/2.0 200 OK', fields('call-1', A4, B4, 1, answered=True),
                                                    sdp(B4, 40002, '8 101', maps)))))
    chance = random.Random(1)
    lost = set(range(7, 300, 20))
    for i in range(300):
        if i in lost:
            continue
        sent = 2.1 + 0.02 * i
        event = 150 <= i < 155
        packet = udp(A4, 40000, B4, 40002, rtp(65400 + i, 1000 + 160 * (150 if event else i), 101 if event else 8, 0x11223344,
                                               4 if event else 40, i in (0, 150)))
        delay = 0.005 + chance.random() * 0.004 + (0.05 if i in (60, 120, 180) else 0)
        frames.append((sent + delay, packet))
        if i in (31, 91, 151, 211):
            frames.append((sent + delay + 0.0001, packet))
    for i in range(300):
        frames.append((2.1 + 0.02 * i, udp(B4, 40002, A4, 40000, rtp(i, 160 * i, 8, 0x55667788, 40, i == 0))))
    # Reports of the receiver: the tap sees the sender's report, and 80 ms later the answer that took 30 ms to make.
    report = struct.pack('>BBHIIIIII', 0x80, 200, 6, 0x11223344, 0xe8000000, 0x80000000, 0, 0, 0)
    frames.append((5.0, udp(A4, 40001, B4, 40003, report)))
    answer = struct.pack('>BBHIIIIIII', 0x81, 201, 7, 0x55667788, 0x11223344, 0, 0, 0, 0x00008000, int(0.03 * 65536))
    frames.append((5.08, udp(B4, 40003, A4, 40001, answer)))
    frames.append((8.5, udp(A4, 5060, B4, 5060, sip('BYE sip:callee@10.20.0.3 SIP/2.0',
                                                    fields('call-1', A4, B4, 2, 'BYE', answered=True)))))


def call_over_ipv6(frames):
    """Opus on a dynamic payload type, announced over IPv6; the caller's source changes in the middle."""
    maps = ['111 opus/48000/2']
    head = fields('call-2', '[' + A6 + ']', '[' + B6 + ']', 1)
    frames.append((1.0, udp(A6, 5070, B6, 5070, sip('INVITE sip:callee@[fd00:20::3] SIP/2.0', head, sdp(A6, 41000, '111', maps)))))
    frames.append((1.5, udp(B6, 5070, A6, 5070, sip('SIP/2.0 200 OK', head, sdp(B6, 41002, '111', maps)))))
    chance = random.Random(2)
    for i in range(100):
        ssrc = 0x0a0b0c0d if i < 50 else 0x0a0b0c0e
        frames.append((1.6 + 0.02 * i + chance.random() * 0.01,
                       udp(A6, 41000, B6, 41002, rtp(500 + i, 48 * 20 * i, 111, ssrc, 40))))


def unannounced_video(frames):
    """30 frames a second in three packets each, 90 kHz, which only the time stamps tell."""
    for i in range(90):
        for part in range(3):
            frames.append((3.0 + i / 30 + 0.001 * part,
                           udp(B4, 6000, A4, 6002, rtp(3 * i + part, 3000 * i, 96, 0x99aabbcc, 40, part == 2))))


def main():
    frames = []
    call_over_udp(frames)
    call_over_ipv6(frames)
    unannounced_video(frames)
    with open(os.path.join(HERE, 'voice.pcap'), 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for when, data in sorted(frames, key=lambda entry: entry[0]):
            microseconds = round((BEGIN + when) * 1e6)
            file.write(struct.pack('<IIII', microseconds // 1000000, microseconds % 1000000, len(data), len(data)) + data)


if __name__ == '__main__':
    main()
