#!/usr/bin/env python3
"""Protocols as real servers and clients speak them, in network namespaces: what netpulse makes of each.

    protocols_test.py --netpulse PROGRAM [TEST...]

Needs root and the packages of the group "test" in tools/packages; where namespaces cannot be had it says so and skips.
"""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CLIENT, SERVER, Netpulse, run_tests, two_hosts  # noqa: E402
from lab import Lab, eventually  # noqa: E402


def only(flows, **wanted):
    """The flows with these values."""
    return [f for f in flows if all(f[key] == value for key, value in wanted.items())]


def one(flows, **wanted):
    found = only(flows, **wanted)
    assert len(found) == 1, '%d flows with %s among %s' % (len(found), wanted, [
        {k: f[k] for k in ('protocol', 'src_port', 'dst_port', 'app_protocol', 'server_name', 'name_source')} for f in flows])
    return found[0]


def quic_server(lab, server, *options):
    key, certificate = lab.certificate()
    root = lab.path('quic-www')
    os.makedirs(root, exist_ok=True)
    with open(os.path.join(root, 'page.bin'), 'wb') as file:
        file.write(os.urandom(200_000))
    server.start(['gtlsserver', '-q', '-d', root] + list(options) + [SERVER, '4433', key, certificate], log='gtlsserver.log')
    server.wait_for_port(4433, 'udp')


def quic_fetch(client, name, *options):
    client.knows(name, SERVER)
    client.run(['gtlsclient', '-q', '--no-http-dump', '--no-quic-dump', '--exit-on-all-streams-close'] + list(options) +
               [name, '4433', 'https://%s:4433/page.bin' % name], timeout=60)


def check_quic_flow(netpulse, name):
    flow = one([f for f in netpulse.stop() if f['app_protocol'] == 'quic'], server_name=name)
    assert flow['name_source'] == 'quic_sni' and flow['src_addr'] == CLIENT and flow['dst_port'] == 4433, flow
    assert flow['alpn'] == 'h3' and flow['encrypted'] is True and flow['ja4'].startswith('q13d'), flow
    assert flow['dst_payload_bytes'] > 200_000, flow
    return flow


def test_quic_handshake_on_another_port():
    with Lab() as lab:
        client, server = two_hosts(lab)
        quic_server(lab, server)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        quic_fetch(client, 'quic.example.org')
        check_quic_flow(netpulse, 'quic.example.org')


def test_quic_with_a_retry():
    with Lab() as lab:
        client, server = two_hosts(lab)
        quic_server(lab, server, '-V')
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        quic_fetch(client, 'retry.example.org')
        check_quic_flow(netpulse, 'retry.example.org')


def test_quic_version_negotiation():
    with Lab() as lab:
        client, server = two_hosts(lab)
        quic_server(lab, server)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        client.knows('quic.example.org', SERVER)
        # A reserved version, to which the server answers with those it knows; this client then gives up.
        client.run(['gtlsclient', '-q', '--no-http-dump', '--no-quic-dump', '--version=0x1a2a3a4a', 'quic.example.org', '4433',
                    'https://quic.example.org:4433/page.bin'], timeout=20, check=False)
        eventually(lambda: netpulse.sum('netpulse_quic_version_negotiations_total') == 1, 3, 'the server refused the version')
        flow = one(netpulse.stop(), dst_port=4433)
        assert flow['app_protocol'] == 'quic' and flow['server_name'] == 'quic.example.org', flow


def test_quic_upgraded_to_version_2():
    with Lab() as lab:
        client, server = two_hosts(lab)
        quic_server(lab, server, '--preferred-versions=v2draft')
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        quic_fetch(client, 'quic.example.org', '--other-versions=v2draft,v1')
        for version in ('1', '2'):
            eventually(lambda: netpulse.sum('netpulse_quic_initials_total', version=version, result='read') >= 1, 3,
                       'an Initial of version %s was read' % version)
        flow = check_quic_flow(netpulse, 'quic.example.org')
        assert flow['ja3s'] and flow['tls_version'] == 'TLS 1.3', flow


def test_quic_with_lost_packets():
    with Lab() as lab:
        client, server = two_hosts(lab)
        quic_server(lab, server, '-t', '0.1', '-r', '0.1')
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        for i in range(5):
            quic_fetch(client, 'lossy%d.example.org' % i, '-t', '0.1', '-r', '0.1')
        names = sorted(f['server_name'] or '' for f in netpulse.stop() if f['app_protocol'] == 'quic')
        assert names == ['lossy%d.example.org' % i for i in range(5)], names


def test_dtls_of_openssl_and_gnutls():
    with Lab() as lab:
        client, server = two_hosts(lab)
        key, certificate = lab.certificate()
        server.start(['sh', '-c', 'sleep 30 | openssl s_server -dtls1_2 -mtu 500 -accept %s:4444 -key %s -cert %s' %
                      (SERVER, key, certificate)], log='s_server.log')
        server.start(['gnutls-serv', '--udp', '--echo', '-p', '5556', '--x509keyfile', key, '--x509certfile', certificate],
                     log='gnutls-serv.log')
        server.wait_for_port(4444, 'udp')
        server.wait_for_port(5556, 'udp')
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        client.run(['sh', '-c', '(sleep 1; echo hello; sleep 1) | timeout 10 openssl s_client -dtls1_2 -mtu 500 '
                    '-servername dtls.example.org -connect %s:4444' % SERVER], check=False)
        client.run(['sh', '-c', '(sleep 1; echo hello; sleep 1) | timeout 10 gnutls-cli --udp --insecure --sni-hostname '
                    'gnutls.example.org -p 5556 ' + SERVER], check=False)
        flows = netpulse.stop()
        for name, port in (('dtls.example.org', 4444), ('gnutls.example.org', 5556)):
            flow = one(flows, server_name=name)
            assert flow['app_protocol'] == 'dtls' and flow['dst_port'] == port and flow['tls_version'] == 'DTLS 1.2', flow
            assert flow['ja4'].startswith('dd2d'), flow['ja4']


def test_http_1_and_http_2_in_clear():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server, http_ports=(80, 8081), extra='listen 8082 http2;')
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        for port, options in ((80, []), (8081, ['-A', 'Teapot/1.0']), (8082, ['--http2-prior-knowledge'])):
            client.run(['curl', '-s', '-o', '/dev/null', '--resolve', 'www.example.org:%d:%s' % (port, SERVER)] + options +
                       ['http://www.example.org:%d/10k' % port])
        flows = netpulse.stop()
        for port, protocol in ((80, 'http'), (8081, 'http'), (8082, 'http2')):
            flow = one(flows, dst_port=port)
            assert flow['app_protocol'] == protocol and flow['server_name'] == 'www.example.org', flow
            assert flow['http_method'] == 'GET' and flow['http_status'] == 200 and flow['encrypted'] is False, flow
        assert one(flows, dst_port=8081)['user_agent'] == 'Teapot/1.0'
        assert one(flows, dst_port=80)['server_software'] == 'nginx', one(flows, dst_port=80)


def test_tls_within_a_proxy_connection():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        configuration = lab.write('tinyproxy.conf', 'Port 8888\nListen %s\nTimeout 10\nAllow 0.0.0.0/0\nConnectPort 443\n' % SERVER)
        server.start(['tinyproxy', '-d', '-c', configuration], log='tinyproxy.log')
        server.wait_for_port(8888)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        # The name within the tunnel differs from the one that the proxy is asked for.
        client.run(['curl', '-sk', '-o', '/dev/null', '-x', 'http://%s:8888' % SERVER, '--connect-to',
                    'www.netflix.com:443:%s:443' % SERVER, 'https://www.netflix.com/10k'])
        flow = one(netpulse.stop(), dst_port=8888)
        assert flow['app_protocol'] == 'tls' and flow['http_method'] == 'CONNECT', flow
        assert flow['server_name'] == 'www.netflix.com' and flow['application'] == 'Netflix', flow


def test_a_call_with_its_voice():
    with Lab() as lab:
        client, server = two_hosts(lab)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        server.start(['sipp', '-sn', 'uas', '-i', SERVER, '-p', '5060', '-m', '1', '-nostdin'], log='uas.log', cwd=lab.path(''))
        server.wait_for_port(5060, 'udp')
        scenario = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'call.xml')
        client.run(['sipp', '-sf', scenario, '-i', CLIENT, '-p', '5062', '-mp', '6000', '-m', '1', '-nostdin', '-timeout', '20',
                    SERVER + ':5060'], timeout=40, cwd=lab.path(''))
        flows = netpulse.stop()
        signalling = one(flows, app_protocol='sip')
        assert signalling['dst_port'] == 5060 and 'caller' in signalling['sip_from'] and 'callee' in signalling['sip_to'], signalling
        voice = one(flows, app_protocol='rtp')
        assert 6000 in (voice['src_port'], voice['dst_port']) and voice['src_packets'] + voice['dst_packets'] > 50, voice
        return '%d packets of voice' % (voice['src_packets'] + voice['dst_packets'])


def g711_opinion_score(loss_ratio, delay_ms):
    """ITU-T G.107 with G.711 and concealment of losses (G.113: Ie 0, Bpl 25.1), in the simplified form for the delay."""
    percent = 100 * loss_ratio
    r = 93.2 - 0.024 * delay_ms - 95 * percent / (percent + 25.1)
    return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6


def test_a_call_over_a_bad_line():
    with Lab() as lab:
        client, relay, server = lab.host('client'), lab.host('relay'), lab.host('server')
        lab.cable(client, 'eth0', CLIENT + '/24', relay, 'left', '')
        lab.cable(server, 'eth0', SERVER + '/24', relay, 'right', '')
        here = os.path.dirname(os.path.abspath(__file__))
        line = relay.start([sys.executable, os.path.join(here, 'lossy_relay.py'), 'left', 'right'], log='relay.log')
        with open(os.path.join(here, 'call.xml'), encoding='utf-8') as file:
            scenario = lab.write('long_call.xml', file.read().replace('milliseconds="2000"', 'milliseconds="7600"'))
        server.start(['sipp', '-sn', 'uas', '-i', SERVER, '-p', '5060', '-m', '1', '-nostdin'], log='uas.log', cwd=lab.path(''))
        server.wait_for_port(5060, 'udp')
        before, behind = (Netpulse(lab, host, '-i', 'eth0', name=host.name, json=True) for host in (client, server))
        client.run(['sipp', '-sf', scenario, '-i', CLIENT, '-p', '5062', '-mp', '6000', '-m', '1', '-nostdin', '-timeout', '30',
                    SERVER + ':5060'], timeout=60, cwd=lab.path(''))
        line.terminate()
        line.wait(10)
        with open(lab.path('relay.log'), encoding='utf-8') as file:
            truth = json.loads(file.read())
        before.stop()
        voice = one(behind.stop(), app_protocol='rtp')
        report = behind.report()
        assert truth['rtp'] == 236 and truth['lost'] == 15, truth
        unharmed, = before.report()['rtp']['streams']
        assert {unharmed[key] for key in ('lost', 'missing', 'duplicates', 'reordered', 'discarded')} == {0}, unharmed
        assert unharmed['packets'] == 236 and abs(unharmed['mos_estimated'] - g711_opinion_score(0, 80)) < 0.01, unharmed
        stream, = report['rtp']['streams']
        got = {'rtp': stream['expected'], 'lost': stream['missing'], 'twice': stream['duplicates'], 'late': stream['reordered']}
        assert got == truth, (got, truth)
        assert stream['lost'] == truth['lost'] - truth['twice'] and stream['clock_hz'] == 8000, stream
        # What is late is so by more than the buffer that is assumed, so it is not played.
        assert stream['discarded'] == truth['late'] and stream['mos_buffer_ms'] == 60, stream
        unplayed = (truth['lost'] + truth['late']) / truth['rtp']
        wanted = g711_opinion_score(unplayed, stream['mos_delay_ms'])
        assert abs(stream['mos_estimated'] - wanted) < 0.01, (stream['mos_estimated'], wanted)
        assert abs(stream['mos_loss_ratio'] - unplayed) < 0.001, stream
        sender = 'src' if voice['src_addr'] == CLIENT else 'dst'
        assert voice[sender + '_rtp_lost_packets'] == truth['lost'], voice
        assert voice[sender + '_mos_estimated'] == stream['mos_estimated'], (voice, stream)
        assert abs(voice[sender + '_rtp_jitter_seconds'] * 1e3 - stream['jitter_ms']) < 1e-3, (voice, stream)
        calls = {entry['event']: entry['count'] for entry in report['analyzers']['sip']['calls']}
        assert calls == {'begun': 1, 'answered': 1} and report['analyzers']['sip']['setup_seconds']['count'] == 2, calls
        return '%(lost)d of %(rtp)d lost, %(twice)d twice, %(late)d late' % truth + ', MOS %.2f' % stream['mos_estimated']


def test_dns_over_tls():
    with Lab() as lab:
        client, server = two_hosts(lab)
        key, certificate = lab.certificate()
        lab.unbound(server, ['www.example.org. 60 IN A 10.9.8.7'],
                    '  interface-automatic-ports: "53 853"\n  tls-port: 853\n  tls-service-key: "%s"\n  tls-service-pem: "%s"\n' %
                    (key, certificate))
        server.wait_for_port(853)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        answer = client.run(['kdig', '@' + SERVER, '+tls', '+tls-sni=dot.example.org', 'www.example.org']).stdout
        assert '10.9.8.7' in answer, answer
        flow = one(netpulse.stop(), dst_port=853)
        assert flow['app_protocol'] == 'tls' and flow['server_name'] == 'dot.example.org', flow
        assert flow['application'] == 'DNS over TLS', flow


def test_starttls_of_an_imap_server():
    with Lab() as lab:
        client, server = two_hosts(lab)
        key, certificate = lab.certificate()
        config = lab.write('dovecot.conf', """
protocols = imap
listen = *
base_dir = %s
log_path = %s
ssl = yes
ssl_cert = <%s
ssl_key = <%s
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service imap-login {
  inet_listener imaps {
    port = 0
  }
}
""" % (lab.path('dovecot'), lab.path('dovecot.log'), certificate, key))
        server.start(['dovecot', '-F', '-c', config], log='dovecot.out')
        server.wait_for_port(143)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        client.run(['openssl', 's_client', '-quiet', '-starttls', 'imap', '-servername', 'mail.example.org', '-connect',
                    SERVER + ':143'], input='a1 LOGOUT\r\n', stdin=None, timeout=20, check=False)
        flow = one(netpulse.stop(), dst_port=143)
        assert flow['app_protocol'] == 'tls' and flow['server_name'] == 'mail.example.org', flow
        assert 'Dovecot' in (flow['server_software'] or ''), flow


def test_ssh_names_both_sides():
    with Lab() as lab:
        client, server = two_hosts(lab)
        key = lab.path('host_key')
        server.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
        os.makedirs('/run/sshd', exist_ok=True)
        server.start(['/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', '-h', key, '-p', '2222', '-o', 'PidFile=none'],
                     log='sshd.log')
        server.wait_for_port(2222)
        netpulse = Netpulse(lab, client, '-i', 'eth0')
        client.run(['ssh', '-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o',
                    'UserKnownHostsFile=/dev/null', '-p', '2222', 'nobody@' + SERVER, 'true'], check=False)
        flow = one(netpulse.stop(), dst_port=2222)
        assert flow['app_protocol'] == 'ssh', flow
        assert flow['client_software'].startswith('SSH-2.0-OpenSSH') and flow['server_software'].startswith('SSH-2.0-OpenSSH'), flow
        assert len(flow['hassh']) == 32 and len(flow['hassh_server']) == 32, flow


if __name__ == '__main__':
    sys.exit(run_tests(dict(globals()), __doc__,
                       ('gtlsserver', 'gtlsclient', 'gnutls-serv', 'gnutls-cli', 'openssl', 'nginx', 'curl', 'tinyproxy',
                        'sshd', 'ssh', 'sipp', 'unbound', 'kdig', 'dovecot', 'ethtool', 'ss')))
