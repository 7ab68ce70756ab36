#!/usr/bin/python3
"""Makes sample.pcap: half a minute of an office laptop, for a first look at netpulse.

A "laptop" and a "network" namespace, a cable between them, tcpdump on the laptop. The network answers DNS (unbound) for
well-known names with addresses of its own and serves them all from one nginx, so each name has its own address, server
name and traffic, and nothing leaves the machine. Needs root and: nginx-light unbound knot-dnsutils curl openssl
gnutls-bin wget tcpdump iproute2 ethtool iputils-ping python3-scapy.
"""
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'live'))
from lab import Lab, missing  # noqa: E402

# name, client, path, repetitions. Clients differ in their ClientHello, so fingerprints differ as on a real network.
VISITS = [
    ('www.google.com', 'h2', '1k', 1), ('mail.google.com', 'h2', '10k', 1), ('www.youtube.com', 'h2', '10k', 1),
    ('r3---sn-4g5e6nsz.googlevideo.com', 'h2', '100k', 1), ('www.netflix.com', 'h2', '10k', 1),
    ('ipv4-c001-fra001-ix.1.oca.nflxvideo.net', 'h1', '100k', 1), ('github.com', 'h2', '10k', 1),
    ('api.github.com', 'h2', '1k', 2), ('objects.githubusercontent.com', 'h2', '10k', 1), ('slack.com', 'h2', '1k', 1),
    ('wss-primary.slack.com', 'h1', '1k', 1), ('teams.microsoft.com', 'h2', '10k', 1),
    ('outlook.office365.com', 'tls12', '10k', 1), ('login.microsoftonline.com', 'tls12', '1k', 1),
    ('zoom.us', 'h2', '1k', 1), ('www.linkedin.com', 'h2', '10k', 1), ('www.facebook.com', 'h2', '10k', 1),
    ('www.instagram.com', 'h2', '10k', 1), ('web.whatsapp.com', 'h2', '1k', 1), ('x.com', 'h2', '1k', 1),
    ('www.reddit.com', 'h2', '10k', 1), ('www.wikipedia.org', 'h2', '10k', 1), ('www.amazon.com', 'h2', '10k', 1),
    ('s3.amazonaws.com', 'h1', '10k', 1), ('www.spotify.com', 'h2', '1k', 1), ('audio-fa.scdn.co', 'h1', '100k', 1),
    ('www.dropbox.com', 'h2', '1k', 1), ('client.dropbox.com', 'gnutls', '1k', 1), ('www.twitch.tv', 'h2', '10k', 1),
    ('discord.com', 'h2', '1k', 1), ('gateway.discord.gg', 'h1', '1k', 1), ('open.tidal.com', 'h2', '1k', 1),
    ('stackoverflow.com', 'h2', '10k', 1), ('www.cloudflare.com', 'h2', '1k', 1), ('api.openai.com', 'h2', '1k', 1),
    ('www.apple.com', 'h2', '1k', 1), ('gs-loc.apple.com', 'tls12', '1k', 1), ('www.icloud.com', 'h2', '1k', 1),
    ('www.paypal.com', 'h2', '1k', 1), ('www.bing.com', 'h2', '1k', 1), ('web.telegram.org', 'h2', '1k', 1),
    ('www.tiktok.com', 'h2', '1k', 1), ('store.steampowered.com', 'h2', '10k', 1), ('pypi.org', 'openssl', '1k', 1),
    ('registry.npmjs.org', 'openssl', '1k', 1), ('intranet.example.com', 'h1', '1k', 1),
]
PLAIN = ['detectportal.firefox.com', 'connectivitycheck.gstatic.com', 'deb.debian.org']
# A TLS session without a server name, and a datagram service: only the DNS answer tells whose they are.
NAMED_BY_DNS_ONLY = [('vortex.data.microsoft.com', 'tls'), ('turn.zoom.us', 'udp'), ('global.turn.twilio.com', 'udp')]
NAMES = [v[0] for v in VISITS] + PLAIN + [n for n, _ in NAMED_BY_DNS_ONLY]
SILENT_PORTS = [('tcp', 5432), ('tcp', 3306), ('udp', 123), ('tcp', 8883)]  # no name anywhere: the port alone


def addresses(index):
    return '10.40.%d.%d' % (1 + index // 200, 10 + index % 200), 'fd00:40::%x' % (0x10 + index)


def records():
    out = []
    for index, name in enumerate(NAMES):
        v4, v6 = addresses(index)
        if index % 7 == 3:  # as content networks do it
            edge = 'e%d.edge.example.net' % index
            out += ['%s. 60 IN CNAME %s.' % (name, edge), '%s. 60 IN A %s' % (edge, v4)]
        else:
            out.append('%s. 60 IN A %s' % (name, v4))
            if index % 3 == 0:
                out.append('%s. 60 IN AAAA %s' % (name, v6))
        if index % 5 == 0:
            out.append('%s. 60 IN HTTPS 1 . alpn="h2,h3"' % name)
    return out


UDP_ECHO = '''
import select, socket, sys
sockets = []
for address, port in [(a, 3478) for a in sys.argv[1:]] + [("10.20.0.1", 123)]:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind((address, port)); sockets.append(s)
for port in (5432, 3306, 8883, 22):
    s = socket.socket(socket.AF_INET6); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port)); s.listen(); sockets.append(s)
while True:
    for s in select.select(sockets, [], [])[0]:
        if s.type == socket.SOCK_DGRAM:
            data, peer = s.recvfrom(2048); s.sendto(data, peer)
        else:
            c, _ = s.accept(); port = s.getsockname()[1]
            if port == 22: c.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\\r\\n")
            c.settimeout(2)
            try:
                while True:
                    data = c.recv(2048)
                    if not data: break
                    c.sendall(data[::-1])
            except OSError: pass
            c.close()
'''


def visit(laptop, name, client, path, repetitions):
    if client == 'openssl':
        return laptop.start(['openssl', 's_client', '-connect', name + ':443', '-servername', name, '-alpn', 'http/1.1', '-quiet'],
                            stdin=subprocess.DEVNULL)
    if client == 'gnutls':
        return laptop.start(['gnutls-cli', '--insecure', '--alpn', 'http/1.1', '-p', '443', name])
    options = {'h2': ['--http2'], 'h1': ['--http1.1'], 'tls12': ['--http1.1', '--tls-max', '1.2']}[client]
    urls = []
    for _ in range(repetitions):
        urls += ['-o', '/dev/null', 'https://%s/%s' % (name, path)]
    return laptop.start(['curl', '-sk', '-A', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0'] + options + urls)


def multicast(laptop):
    """Printers, phones and Windows machines asking around: mDNS, LLMNR, SSDP."""
    laptop.run(['/usr/bin/python3', '-c', '''
import socket
from scapy.layers.dns import DNS, DNSQR, DNSRR
def send(group, port, data, source=0):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("10.20.0.2", source))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.20.0.2")); s.sendto(data, (group, port))
send("224.0.0.251", 5353, bytes(DNS(id=0, rd=0, qd=DNSQR(qname="_googlecast._tcp.local", qtype="PTR"))), 5353)
send("224.0.0.251", 5353, bytes(DNS(id=0, rd=0, qd=DNSQR(qname="_ipp._tcp.local", qtype="PTR"))), 5353)
send("224.0.0.251", 5353, bytes(DNS(id=0, qr=1, aa=1, qd=None, an=DNSRR(rrname="laptop.local", type="A", ttl=120, rdata="10.20.0.2"))), 5353)
send("224.0.0.252", 5355, bytes(DNS(id=4711, rd=0, qd=DNSQR(qname="fileserver", qtype="A"))))
send("239.255.255.250", 1900, b"M-SEARCH * HTTP/1.1\\r\\nHOST: 239.255.255.250:1900\\r\\nMAN: \\"ssdp:discover\\"\\r\\nMX: 1\\r\\nST: ssdp:all\\r\\n\\r\\n")
'''])


TALK = '''
import socket, sys, time
kind, host, port, times, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
address = socket.getaddrinfo(host, port, socket.AF_INET)[0][4]
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
s.settimeout(2); s.connect(address)
import random
random.seed(port)
for i in range(times):
    s.send(bytes([0x17]) * 4 + random.randbytes(size)); s.recv(2048); time.sleep(0.02)
'''


def talk(laptop, kind, host, port, times, size):
    return laptop.start(['/usr/bin/python3', '-c', TALK, kind, host, port, times, size])


def main():
    reason = missing('nginx', 'unbound', 'kdig', 'curl', 'openssl', 'tcpdump', 'ethtool', 'ping')
    if reason:
        sys.exit(reason)
    with Lab() as lab:
        laptop, network = lab.host('laptop'), lab.host('net')
        lab.cable(laptop, 'eth0', '10.20.0.2/24 fd00:20::2/64', network, 'eth0', '10.20.0.1/24 fd00:20::1/64')
        laptop.ip('route', 'add', 'default', 'via', '10.20.0.1')
        laptop.ip('-6', 'route', 'add', 'default', 'via', 'fd00:20::1')
        network.ip('route', 'add', 'local', '10.40.0.0/16', 'dev', 'lo')
        network.ip('-6', 'route', 'add', 'local', 'fd00:40::/64', 'dev', 'lo')
        laptop.resolver('10.20.0.1')
        lab.nginx(network)
        lab.unbound(network, records())
        network.start(['/usr/bin/python3', '-c', UDP_ECHO] + [addresses(NAMES.index(n))[0] for n, kind in NAMED_BY_DNS_ONLY if kind == 'udp'])
        network.wait_for_port(3478, 'udp')
        capture = lab.capture(laptop, 'eth0', 'sample.pcap')

        clients = [laptop.start(['ping', '-c', '6', '-i', '4', '10.20.0.1'])]
        multicast(laptop)
        for index, (name, client, path, repetitions) in enumerate(VISITS):
            if client == 'gnutls' and not shutil.which('gnutls-cli'):
                client = 'openssl'
            if index % 5 == 0:  # browsers ask for the service binding first
                laptop.run(['kdig', '@10.20.0.1', name, 'HTTPS', '+timeout=2'])
            clients.append(visit(laptop, name, client, path, repetitions))
            if index < len(PLAIN):
                clients.append(laptop.start(['curl', '-s', '-o', '/dev/null', 'http://%s/' % PLAIN[index]]))
            if index in (10, 20, 30):
                host, kind = NAMED_BY_DNS_ONLY[index // 10 - 1]
                if kind == 'tls':
                    laptop.run(['kdig', '@10.20.0.1', host, '+timeout=2'])
                    clients.append(laptop.start(['openssl', 's_client', '-connect', host + ':443', '-noservername', '-quiet']))
                else:
                    clients.append(talk(laptop, 'udp', host, 3478, 20, 160))
            if index in (5, 15, 25, 35):
                kind, port = SILENT_PORTS[index // 10]
                clients.append(talk(laptop, kind, '10.20.0.1', port, 1 if port == 123 else 4, 44))
            if index == 12:
                laptop.run(['kdig', '@10.20.0.1', 'wpad.example.com', '+timeout=2'])
                laptop.run(['kdig', '@10.20.0.1', 'no-such-host.example.com', 'AAAA', '+timeout=2'])
            if index == 18:
                clients.append(laptop.start(['ping', '-6', '-c', '3', 'fd00:20::1']))
            if index == 28:
                multicast(laptop)
            time.sleep(0.55)
        for client in clients:
            try:
                client.wait(10)
            except subprocess.TimeoutExpired:
                client.terminate()
        shutil.copyfile(lab.stop_capture(capture), os.path.join(HERE, 'sample.pcap'))
    os.chmod(os.path.join(HERE, 'sample.pcap'), 0o644)


if __name__ == '__main__':
    main()
