#!/usr/bin/env python3
"""A bad cable: passes frames between two interfaces and harms those with TCP payload that come from the second one.

    relay.py IF_A IF_B LOG [--loss P] [--reorder P] [--duplicate P] [--delay SECONDS] [--seed N]

The kernel of the tests need not have netem. LOG gets a line of JSON for each TCP frame that comes from IF_B, in the order
in which that happened: {"did": "in" | "lost" | "out", "time", "port" (the receiver's), "seq", "bytes", "flags"}. Frames
without payload pass unharmed, so that handshakes and acknowledgements are whole. Ends at SIGTERM.
"""
import argparse
import heapq
import json
import random
import select
import signal
import socket
import struct
import time

REORDER_SECONDS = 0.004
FRAME_BYTES_MAX = 65600


def listen(interface):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # ETH_P_ALL
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
    packets.bind((interface, 0))
    packets.setblocking(False)
    return packets


def tcp_of(frame):
    """The TCP values of an IPv4 frame, or None."""
    if len(frame) < 54 or frame[12:14] != b'\x08\x00' or frame[23] != 6:
        return None
    header = 14 + (frame[14] & 15) * 4
    port, seq = struct.unpack_from('>HI', frame, header + 2)
    length = struct.unpack_from('>H', frame, 16)[0]
    return {'port': port, 'seq': seq, 'bytes': 14 + length - header - (frame[header + 12] >> 4) * 4,
            'flags': frame[header + 13]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('a')
    parser.add_argument('b')
    parser.add_argument('log')
    for chance in ('loss', 'reorder', 'duplicate', 'delay'):
        parser.add_argument('--' + chance, type=float, default=0)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    a, b = listen(options.a), listen(options.b)
    running = True

    def stop(*_):
        nonlocal running
        running = False
    signal.signal(signal.SIGTERM, stop)

    waiting, count = [], 0  # (due, ordinal, to, frame, what the log says)
    with open(options.log, 'w', buffering=1) as log:
        def note(did, tcp):
            if tcp is not None:
                log.write(json.dumps({'did': did, 'time': time.monotonic(), **tcp}) + '\n')
        while running:
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, to, frame, tcp = heapq.heappop(waiting)
                note('out', tcp)
                to.send(frame)
            timeout = 0.05 if not waiting else min(0.05, max(0, waiting[0][0] - time.monotonic()))
            for source in select.select([a, b], [], [], timeout)[0]:
                for _ in range(64):
                    try:
                        frame, address = source.recvfrom(FRAME_BYTES_MAX)
                    except BlockingIOError:
                        break
                    if address[2] == socket.PACKET_OUTGOING:
                        continue
                    harmed = source is b
                    tcp = tcp_of(frame) if harmed else None
                    note('in', tcp)
                    due = time.monotonic() + (options.delay if harmed else 0)
                    copies = 1
                    if tcp is not None and tcp['bytes'] != 0:
                        if chance.random() < options.loss:
                            note('lost', tcp)
                            continue
                        due += REORDER_SECONDS if chance.random() < options.reorder else 0
                        copies += chance.random() < options.duplicate
                    for _ in range(copies):
                        count += 1
                        heapq.heappush(waiting, (due, count, a if harmed else b, frame, tcp))


main()
