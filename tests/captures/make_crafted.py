#!/usr/bin/python3
"""Makes the captures that no peer here can: tunnels and layers the kernel lacks, around real frames of browsing.pcap.

Run make_peers.py first. Needs python3-scapy and editcap (wireshark-common).
"""
import gzip
import os
import struct
import subprocess

from scapy.config import conf
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.mpls import MPLS
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import GRE, IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.layers.ppp import PPP, PPPoE
from scapy.utils import rdpcap, wrpcap

HERE = os.path.dirname(os.path.abspath(__file__))
conf.verb = 0


def path(name):
    return os.path.join(HERE, name)


def conversation(port_or_none=None):
    """The first TLS conversation over IPv4 of browsing.pcap: real frames with their times."""
    frames, wanted = [], None
    for frame in rdpcap(path('browsing.pcap')):
        if not frame.haslayer('TCP') or not frame.haslayer(IP) or 443 not in (frame['TCP'].sport, frame['TCP'].dport):
            continue
        ports = {frame['TCP'].sport, frame['TCP'].dport}
        wanted = wanted or ports
        if ports == wanted:
            frames.append(frame)
    return frames


def outer(frame):
    """Ethernet and IPv4 of the tunnel's ends, in the direction of the inner packet."""
    out = frame[IP].src == '10.20.0.2'
    a, b = ('192.0.2.1', '192.0.2.2') if out else ('192.0.2.2', '192.0.2.1')
    return Ether(src='02:00:00:00:00:01', dst='02:00:00:00:00:02') / IP(src=a, dst=b, id=0)


def write(name, frames, wrap):
    packets = []
    for frame in frames:
        packet = Ether(bytes(wrap(frame)))
        packet.time = frame.time
        packets.append(packet)
    wrpcap(path(name), packets)
    print(name, os.path.getsize(path(name)), 'bytes')


def tunnels():
    frames = conversation()
    ether = lambda f, kind=None: Ether(src=f.src, dst=f.dst, **({'type': kind} if kind else {}))  # noqa: E731
    write('gre.pcap', frames, lambda f: outer(f) / GRE(key_present=1, key=77, proto=0x0800) / f[IP])
    write('gtp.pcap', frames, lambda f: outer(f) / UDP(sport=2152, dport=2152) / GTP_U_Header(teid=0x1234) / f[IP])
    write('geneve.pcap', frames, lambda f: outer(f) / UDP(sport=50000, dport=6081) / GENEVE(vni=99, proto=0x6558) / f)
    write('ipip.pcap', frames, lambda f: outer(f) / f[IP])
    write('six_in_four.pcap', [f for f in rdpcap(path('browsing.pcap')) if f.haslayer(IPv6) and f.haslayer('TCP')],
          lambda f: Ether(src='02:00:00:00:00:01', dst='02:00:00:00:00:02') / IP(src='192.0.2.1', dst='192.0.2.2', proto=41) / f[IPv6])
    write('mpls.pcap', frames, lambda f: ether(f, 0x8847) / MPLS(label=16, s=0, ttl=64) / MPLS(label=17, s=1, ttl=64) / f[IP])
    write('pppoe.pcap', frames, lambda f: ether(f, 0x8864) / PPPoE(sessionid=5) / PPP(proto=0x0021) / f[IP])
    write('qinq.pcap', frames, lambda f: ether(f) / Dot1AD(vlan=100) / Dot1Q(vlan=200) / f[IP])


def local_names():
    """mDNS and LLMNR questions and answers, in the classes and bits that are special to mDNS (RFC 6762 section 5.4, 10.2)."""
    def mdns(message):
        return Ether(dst='01:00:5e:00:00:fb') / IP(src='10.20.0.2', dst='224.0.0.251', ttl=255) / UDP(sport=5353, dport=5353) / message

    def llmnr(message, answer=False):
        ports, ends = ((5355, 49152), ('10.20.0.9', '10.20.0.2')) if answer else ((49152, 5355), ('10.20.0.2', '224.0.0.252'))
        return Ether() / IP(src=ends[0], dst=ends[1], ttl=1) / UDP(sport=ports[0], dport=ports[1]) / message

    packets = [
        mdns(DNS(id=0, rd=0, qd=DNSQR(qname='_ipp._tcp.local', qtype='PTR') / DNSQR(qname='_googlecast._tcp.local', qtype='PTR'))),
        mdns(DNS(id=0, rd=0, qd=DNSQR(qname='printer.local', qtype='A', qclass=0x8001))),
        mdns(DNS(id=0, qr=1, aa=1, qd=None, an=DNSRR(rrname='printer.local', rclass=0x8001, ttl=120, rdata='10.20.0.9'))),
        llmnr(DNS(id=7, rd=0, qd=DNSQR(qname='fileserver', qtype='A'))),
        llmnr(DNS(id=7, qr=1, rd=0, qd=DNSQR(qname='fileserver', qtype='A'), an=DNSRR(rrname='fileserver', ttl=30, rdata='10.20.0.9')), True),
    ]
    for index, packet in enumerate(packets):
        packet.time = 1700000000 + index / 10
    wrpcap(path('local_names.pcap'), packets)


def file_forms():
    """The same frames in every form of file that is read: the reports must be equal."""
    source = path('tls_segmented.pcap')
    for name, form in (('form_micro.pcap', 'pcap'), ('form_nano.pcap', 'nsecpcap'), ('form.pcapng', 'pcapng')):
        subprocess.run(['editcap', '-F', form, source, path(name)], check=True)
    with open(path('form_micro.pcap'), 'rb') as file:
        data = file.read()
    with open(path('form.pcap.gz'), 'wb') as file:
        file.write(gzip.compress(data, 9, mtime=0))
    header, frames, offset = struct.unpack('<IHHiIII', data[:24]), [], 24
    while offset < len(data):
        seconds, micros, captured, wire = struct.unpack_from('<IIII', data, offset)
        frames.append((seconds, micros, wire, data[offset + 16:offset + 16 + captured]))
        offset += 16 + captured
    with open(path('form_big_endian.pcap'), 'wb') as file:
        file.write(struct.pack('>IHHiIII', *header))
        for seconds, micros, wire, frame in frames:
            file.write(struct.pack('>IIII', seconds, micros, len(frame), wire) + frame)
    with open(path('form_big_endian.pcapng'), 'wb') as file:
        def block(kind, body):
            body += b'\0' * (-len(body) % 4)
            file.write(struct.pack('>II', kind, len(body) + 12) + body + struct.pack('>I', len(body) + 12))
        half = len(frames) // 2
        for section, digits in ((frames[:half], 6), (frames[half:], 9)):  # two sections, each with its own if_tsresol
            block(0x0A0D0D0A, struct.pack('>IHHq', 0x1A2B3C4D, 1, 0, -1))
            block(1, struct.pack('>HHI', 1, 0, 0) + struct.pack('>HHB3xHH', 9, 1, digits, 0, 0))
            for seconds, micros, wire, frame in section:
                time = (seconds * 10**6 + micros) * 10 ** (digits - 6)
                block(6, struct.pack('>IIIII', 0, time >> 32, time & 0xffffffff, len(frame), wire) + frame)
    with open(path('form_cut.pcap'), 'wb') as file:  # ends inside a frame
        file.write(data[:-30])


if __name__ == '__main__':
    tunnels()
    local_names()
    file_forms()
