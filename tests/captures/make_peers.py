#!/usr/bin/python3
"""Makes the captures of real peers: browsing, tls_segmented, fragments, vxlan, cooked, bad_cable, quic (README.md tells what is in them).

Namespaces, a cable, real servers and clients; nothing leaves the machine. Needs root and the packages of make_sample.py.
"""
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'live'))
from lab import Lab, missing  # noqa: E402

CLIENT, SERVER = '10.20.0.2', '10.20.0.1'
RESOLVER = '10.20.0.53'
RECORDS = ['www.netflix.com. 60 IN CNAME www.geo.netflix.com.', 'www.geo.netflix.com. 60 IN A 10.20.0.11',
           'www.wikipedia.org. 60 IN A 10.20.0.12', 'www.wikipedia.org. 60 IN AAAA fd00:20::12',
           'example.org. 60 IN A 10.20.0.13', 'example.org. 60 IN HTTPS 1 . alpn="h2,h3"',
           'example.org. 60 IN TXT "' + 'x' * 200 + '" "' + 'y' * 200 + '"', 'example.org. 60 IN MX 10 mail.example.org.']
# The server's addresses: itself, the resolver, and one for each name.
SERVER_ADDRESSES = ' '.join(['10.20.0.1/24', 'fd00:20::1/64', 'fd00:20::53/64', 'fd00:20::12/64'] +
                            ['10.20.0.%d/24' % n for n in (53, 11, 12, 13)])


def two_hosts(lab):
    client, server = lab.host('client'), lab.host('server')
    lab.cable(client, 'eth0', '10.20.0.2/24 fd00:20::2/64', server, 'eth0', SERVER_ADDRESSES)
    return client, server


def keep(lab, capture, name):
    target = os.path.join(HERE, name)
    shutil.copyfile(lab.stop_capture(capture), target)
    os.chmod(target, 0o644)
    print(name, os.path.getsize(target), 'bytes')


def curl(client, name, address, *options, path='1k'):
    url = 'https://%s/%s' % (name, path)
    client.run(['curl', '-sk', '-o', '/dev/null', '--resolve', '%s:443:%s' % (name, address)] + list(options) + [url])


def browsing():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        lab.unbound(server, RECORDS)
        client.resolver(RESOLVER)
        capture = lab.capture(client, 'eth0', 'browsing.pcap')
        for question in (['www.netflix.com', 'A'], ['www.wikipedia.org', 'AAAA'], ['example.org', 'HTTPS'],
                         ['missing.example.org', 'A'], ['example.org', 'TXT', '+tcp'], ['example.org', 'MX']):
            client.run(['kdig', '@' + RESOLVER] + question)
        client.run(['kdig', '@fd00:20::53', 'example.org', 'A'])
        client.run(['curl', '-sk', '-o', '/dev/null', 'https://www.netflix.com/10k'])  # asks the resolver itself
        client.run(['curl', '-sk6', '-o', '/dev/null', 'https://www.wikipedia.org/1k'])
        curl(client, 'github.com', SERVER, '--http1.1', '--tls-max', '1.2')
        curl(client, 'www.spotify.com', SERVER, '--http1.1')
        curl(client, 'Mixed-Case.Example.ORG', SERVER, '--no-alpn')
        client.run(['openssl', 's_client', '-connect', SERVER + ':443', '-noservername'], check=False)
        client.run(['curl', '-s', '-o', '/dev/null', '-H', 'Host: neverssl.example.com', 'http://%s/' % SERVER])
        client.run(['ping', '-c', '2', '-i', '0.2', SERVER])
        client.run(['ping', '-6', '-c', '2', '-i', '0.2', 'fd00:20::1'])
        client.run(['curl', '-s', 'http://%s:81/' % SERVER], check=False)  # refused: SYN, RST
        keep(lab, capture, 'browsing.pcap')


def tls_segmented():
    """The server asks for segments of 88 bytes, so each ClientHello comes in several."""
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        server.ip('route', 'change', '10.20.0.0/24', 'dev', 'eth0', 'advmss', '88')
        capture = lab.capture(client, 'eth0', 'tls_segmented.pcap')
        curl(client, 'www.netflix.com', SERVER)
        curl(client, 'a-rather-long-host-name-that-crosses-segments.cdn.example.net', SERVER, '--tls-max', '1.2')
        keep(lab, capture, 'tls_segmented.pcap')


def fragments():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.unbound(server, ['big.example.org. 60 IN TXT ' + ' '.join('"%s"' % (c * 250) for c in 'abcdefghij')],
                    extra='  edns-buffer-size: 4096\n  max-udp-size: 4096')
        capture = lab.capture(client, 'eth0', 'fragments.pcap')
        client.run(['ping', '-c', '2', '-i', '0.2', '-s', '4000', SERVER])
        client.run(['ping', '-6', '-c', '2', '-i', '0.2', '-s', '4000', 'fd00:20::1'])
        client.run(['kdig', '@' + RESOLVER, 'big.example.org', 'TXT', '+bufsize=4096', '+ignore'])
        keep(lab, capture, 'fragments.pcap')


def vxlan():
    """Two hosts in VXLAN 4242 over the cable, by the kernel's own driver; captured on the cable."""
    with Lab() as lab:
        client, server = two_hosts(lab)
        for host, mine, other, inner in ((client, CLIENT, SERVER, '172.31.0.2/24'), (server, SERVER, CLIENT, '172.31.0.1/24')):
            host.ip('link', 'add', 'vx0', 'mtu', '1400', 'type', 'vxlan', 'id', '4242', 'dstport', '4789', 'local', mine, 'remote',
                    other, 'dev', 'eth0')
            host.run(['ethtool', '-K', 'vx0', 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off', 'rx', 'off'], check=False)
            host.ip('addr', 'add', inner, 'dev', 'vx0')
            host.ip('link', 'set', 'vx0', 'up')
        lab.nginx(server)
        capture = lab.capture(client, 'eth0', 'vxlan.pcap', 'ip')
        curl(client, 'teams.microsoft.com', '172.31.0.1', path='10k')
        client.run(['ping', '-c', '2', '-i', '0.2', '172.31.0.1'])
        keep(lab, capture, 'vxlan.pcap')


def cooked():
    """The same session as tcpdump -i any sees it: Linux cooked v1 and v2."""
    for link_type in ('LINUX_SLL', 'LINUX_SLL2'):
        with Lab() as lab:
            client, server = two_hosts(lab)
            lab.nginx(server)
            name = 'cooked_%s.pcap' % ('v2' if link_type.endswith('2') else 'v1')
            capture = lab.capture(client, 'any', name, '-y', link_type, 'tcp')
            curl(client, 'slack.com', SERVER)
            keep(lab, capture, name)


SLOW_READER = '''
import socket, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect(('%s', 80))
s.sendall(b'GET /100k HTTP/1.1\\r\\nHost: slow.example.com\\r\\n\\r\\n')
time.sleep(1.5)  # the window closes, and is probed
received = 0
while received < 100 << 10:
    received += len(s.recv(65536))
s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
time.sleep(3.5)
''' % SERVER


def bad_cable():
    """Downloads over a cable that loses, reorders, doubles and delays; a reader who stops reading, and then idles."""
    with Lab() as lab:
        client, server = lab.host('client'), lab.host('server')
        lab.bad_cable(client, CLIENT + '/24', server, SERVER + '/24', 'relay.jsonl', loss=0.04, reorder=0.04,
                      duplicate=0.03, delay=0.01, seed=11)
        lab.nginx(server)
        capture = lab.capture(client, 'eth0', 'bad_cable.pcap', '-s', '100', 'tcp')
        for _ in range(3):
            client.run(['curl', '-s', '-o', '/dev/null', 'http://%s/100k' % SERVER])
        client.run(['curl', '-s', '-o', '/dev/null', 'http://%s/1m' % SERVER])
        client.run([sys.executable, '-c', SLOW_READER])
        keep(lab, capture, 'bad_cable.pcap')


def quic():
    """HTTP/3 of ngtcp2: version 1, with a Retry, upgraded to version 2, a version that nobody knows, over a lossy path."""
    runs = (('www.youtube.com', [], []), ('www.cloudflare.com', ['-V'], []),
            ('static.example.org', ['--preferred-versions=v2draft'], ['--other-versions=v2draft,v1']),
            ('unknown-version.example.org', [], ['--version=0x1a2a3a4a']),
            ('lossy.example.org', ['-t', '0.05', '-r', '0.05'], ['-t', '0.05', '-r', '0.05']))
    with Lab() as lab:
        client, server = two_hosts(lab)
        key, certificate = lab.certificate()
        root = lab.path('www')
        os.makedirs(root)
        with open(os.path.join(root, 'page'), 'wb') as file:
            file.write(os.urandom(20_000))
        capture = lab.capture(client, 'eth0', 'quic.pcap', 'udp')
        for number, (name, server_options, client_options) in enumerate(runs):
            port = 443 + number  # a server each, as their options are for all clients
            server.start(['gtlsserver', '-q', '-d', root] + server_options + [SERVER, str(port), key, certificate],
                         log='gtlsserver%d.log' % number)
            server.wait_for_port(port, 'udp')
            client.knows(name, SERVER)
            client.run(['gtlsclient', '-q', '--no-http-dump', '--no-quic-dump', '--exit-on-all-streams-close'] + client_options +
                       [name, str(port), 'https://%s:%d/page' % (name, port)], timeout=30, check=False)
        keep(lab, capture, 'quic.pcap')


if __name__ == '__main__':
    reason = missing('nginx', 'unbound', 'kdig', 'curl', 'openssl', 'tcpdump', 'ethtool', 'ping', 'gtlsserver', 'gtlsclient')
    if reason:
        sys.exit(reason)
    makers = (browsing, tls_segmented, fragments, vxlan, cooked, bad_cable, quic)
    for make in makers:
        if len(sys.argv) == 1 or make.__name__ in sys.argv[1:]:
            make()
