#!/usr/bin/env python3
"""Joins two interfaces, and treats RTP from the first one badly by a fixed plan.

    lossy_relay.py FIRST SECOND

Of the RTP packets that go from FIRST to SECOND each 16th is lost, each 40th comes twice, and each 25th comes 100 ms
late, behind the ones that follow it. At the end a line on standard output tells how many of each: JSON.
"""
import heapq
import json
import select
import signal
import socket
import sys
import time

ETH_P_ALL, SOL_PACKET, PACKET_IGNORE_OUTGOING = 3, 263, 23
LATE_SECONDS = 0.1


def listen(interface):
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    opened.bind((interface, 0))
    opened.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    return opened


def is_rtp(frame):
    """IPv4 without options, UDP, version 2 and the payload type of G.711 A-law."""
    return len(frame) > 54 and frame[12:15] == b'\x08\x00\x45' and frame[23] == 17 and frame[42] == 0x80 and frame[43] & 0x7f == 8


def main():
    first, second = listen(sys.argv[1]), listen(sys.argv[2])
    done = {'rtp': 0, 'lost': 0, 'twice': 0, 'late': 0}
    waiting, running = [], [True]

    def stop(*_):
        running[0] = False
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while running[0]:
        readable = select.select([first, second], [], [], 0.01)[0]
        while waiting and waiting[0][0] <= time.monotonic():
            second.send(heapq.heappop(waiting)[2])
        for source in readable:
            frame = source.recv(65536)
            if source is second:
                first.send(frame)
                continue
            if is_rtp(frame):
                done['rtp'] += 1
                if done['rtp'] % 16 == 8:
                    done['lost'] += 1
                    continue
                if done['rtp'] % 25 == 12:
                    done['late'] += 1
                    heapq.heappush(waiting, (time.monotonic() + LATE_SECONDS, done['rtp'], frame))
                    continue
                if done['rtp'] % 40 == 20:
                    done['twice'] += 1
                    second.send(frame)
            second.send(frame)
    print(json.dumps(done), flush=True)


if __name__ == '__main__':
    main()
