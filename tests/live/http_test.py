#!/usr/bin/env python3
"""The HTTP port beyond this machine: TLS, tokens and passwords, Prometheus, renewal, slow clients.

    tests/live/http_test.py --netpulse PROGRAM [PART OF A TEST'S NAME...]

A server and a client in two network namespaces; curl, openssl, Prometheus and slowhttptest as the peers.
"""
import os
import re
import signal
import subprocess
import sys
import time

from harness import program, run_tests, two_hosts, CLIENT, SERVER
from lab import Lab, eventually

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures', 'sample.pcap')
LISTEN = SERVER + ':8470'
URL = 'https://' + LISTEN
TOKEN = '5f1c0e3b9a7d42688f0b1c2d3e4f5a6b'
PASSWORD = 'correct horse'
SCRAPE_SECONDS_MAX = 0.2


def write_certificate(lab, name, days=30, address=SERVER):
    """Replaces NAME-key.pem and NAME.pem, as a renewal does; returns the paths."""
    key, certificate = lab.path(name + '-key.pem'), lab.path(name + '.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days',
                    str(days), '-subj', '/CN=' + address, '-addext', 'subjectAltName=IP:' + address, '-keyout', key + '.new',
                    '-out', certificate + '.new'], check=True, capture_output=True)
    os.rename(certificate + '.new', certificate)
    os.rename(key + '.new', key)
    return certificate, key


class Server:
    """netpulse with a capture file again and again, on an address that the client can reach."""

    def __init__(self, lab, host, http=''):
        self.lab, self.host = lab, host
        self.certificate, key = write_certificate(lab, 'server')
        self.token = lab.write('token', TOKEN + '\n')
        self.users = lab.write('users', 'alice:' + subprocess.run(
            ['openssl', 'passwd', '-6', PASSWORD], check=True, capture_output=True, text=True).stdout)
        for path in (self.token, self.users, key):
            os.chmod(path, 0o600)
        config = lab.write('netpulse.toml', '[http]\nlisten = "%s"\ntls_certificate = "%s"\ntls_key = "%s"\n'
                           'token_file = "%s"\nusers_file = "%s"\n%s' % (LISTEN, self.certificate, key, self.token, self.users,
                                                                       http))
        self.process = host.start([program(), 'run', '-r', SAMPLE, '--loop', '-c', config], log='netpulse.log')
        host.wait_for_port(8470)

    def output(self):
        with open(self.lab.path('netpulse.log'), encoding='utf-8', errors='replace') as file:
            return file.read()

    def says(self, text, seconds=10):
        eventually(lambda: text in self.output(), seconds, 'netpulse says "%s"' % text)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(10) == 0, self.output()[-2000:]


def curl(client, server, path, *options):
    """(status, seconds, text)"""
    done = client.run(['curl', '-s', '-m', '5', '--cacert', server.certificate, '-w', '\n%{http_code} %{time_total}'] +
                      list(options) + [URL + path], check=False)
    text, _, last = done.stdout.rpartition('\n')
    status, seconds = last.split()
    return int(status), float(seconds), text


def bearer(token=TOKEN):
    return '-H', 'Authorization: Bearer ' + token


def user(name='alice', password=PASSWORD):
    return '-u', name + ':' + password


def metric(client, server, series):
    text = curl(client, server, '/metrics', *bearer())[2]
    return float(re.search('^%s (.*)$' % re.escape(series), text, re.M).group(1))


def test_the_refusal_to_start_says_how_to_begin_and_that_works():
    with Lab() as lab:
        client, server = two_hosts(lab)
        # As somebody would: run it, paste the commands, paste the configuration.
        refused = server.run([program(), 'run', '-r', SAMPLE, '--listen', LISTEN], check=False)
        assert refused.returncode == 1 and 'need a token and TLS' in refused.stderr, refused.stderr
        lines = refused.stderr.splitlines()
        indented = [line[2:] for line in lines if line.startswith('  ')]
        begin, end = indented.index('[http]'), next(i for i, line in enumerate(indented) if line.startswith('scheme:'))
        server.run(['sh', '-e', '-c', 'cd %s\n%s' % (lab.directory, '\n'.join(indented[:begin]))])
        config = lab.write('pasted.toml', '\n'.join(indented[begin:end]).replace('"netpulse-', '"%s/netpulse-' % lab.directory))
        server.start([program(), 'run', '-r', SAMPLE, '--loop', '-c', config], log='netpulse.log')
        server.wait_for_port(8470)
        # Prometheus, with its lines.
        prometheus = lab.write('prometheus.yml', 'global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: netpulse\n'
                               '  static_configs: [{targets: ["%s"]}]\n  ' % LISTEN + '\n  '.join(indented[end:]) + '\n')
        prometheus_is_up(lab, client, prometheus, ['netpulse'])
        for half in (['--tls-certificate', 'netpulse-certificate.pem', '--tls-key', 'netpulse-key.pem'],
                     ['--token-file', 'netpulse-token']):
            refused = server.run(['sh', '-c', 'cd %s && exec %s run -r %s --listen 0.0.0.0:8471 %s' % (
                lab.directory, program(), SAMPLE, ' '.join(half))], check=False)
            assert refused.returncode == 1 and 'beyond this machine' in refused.stderr, refused.stderr


def prometheus_is_up(lab, client, config, jobs, down=()):
    client.start(['prometheus', '--config.file=' + config, '--storage.tsdb.path=' + lab.path('tsdb'),
                  '--web.listen-address=127.0.0.1:9090'], log='prometheus.log')

    def query(expression):
        return client.run(['curl', '-s', '-m', '2', '-G', '--data-urlencode', 'query=' + expression,
                           'http://127.0.0.1:9090/api/v1/query'], check=False).stdout
    for job in jobs:
        expression = 'up{job="%s"} == 1 and on() count(netpulse_build_info{job="%s"}) == 1' % (job, job)
        eventually(lambda: '"job"' in query(expression), 20, 'Prometheus scrapes ' + job)
    for job in down:
        eventually(lambda: '"job"' in query('up{job="%s"} == 0' % job), 10, 'Prometheus is refused as ' + job)


def test_prometheus_scrapes_with_a_token_and_with_a_password():
    with Lab() as lab:
        client, host = two_hosts(lab)
        server = Server(lab, host)
        password = lab.write('password', PASSWORD)
        job = '- {job_name: %s, scheme: https, tls_config: {ca_file: "%s"}, static_configs: [{targets: ["%s"]}], %s}\n'
        token = 'authorization: {credentials_file: "%s"}' % server.token
        basic = 'basic_auth: {username: %s, password_file: "%s"}'
        config = lab.write('prometheus.yml', 'global: {scrape_interval: 1s}\nscrape_configs:\n' + ''.join(
            job % (name, server.certificate, LISTEN, auth) for name, auth in (
                ('token', token), ('password', basic % ('alice', password)), ('stranger', basic % ('mallory', password)),
                ('nobody', 'honor_labels: false'))))
        # The stranger and those with the password come from one address, so who is wrong all the time may cost them
        # their place: the connection that has been let in keeps it.
        prometheus_is_up(lab, client, config, ['token', 'password'], ['stranger', 'nobody'])
        time.sleep(8)
        answer = client.run(['curl', '-s', '-G', '--data-urlencode', 'query=min_over_time(up{job=~"token|password"}[6s])',
                             'http://127.0.0.1:9090/api/v1/query']).stdout
        assert answer.count('"1"]') == 2, answer
        server.stop()


def test_who_may_ask():
    with Lab() as lab:
        client, host = two_hosts(lab)
        server = Server(lab, host, 'hosts = ["monitor.example.org"]\n')
        assert curl(client, server, '/healthz')[0] == 200
        for path in ('/metrics', '/', '/nothing'):
            assert curl(client, server, path)[0] == 401, path
        head = client.run(['curl', '-s', '-i', '--cacert', server.certificate, URL + '/metrics']).stdout
        assert 'WWW-Authenticate: Bearer' in head and 'WWW-Authenticate: Basic' in head, head
        for right in (bearer(), user(), user('token', TOKEN)):
            assert curl(client, server, '/metrics', *right)[0] == 200, right
        assert curl(client, server, '/metrics', '-I', *bearer())[0] == 200
        assert curl(client, server, '/nothing', *bearer())[0] == 404
        for wrong in (bearer(TOKEN[:-1] + 'c'), user(password='wrong'), user('mallory')):
            status, _, text = curl(client, server, '/metrics', *wrong)
            assert (status, text) == (401, 'Unauthorized\n'), (wrong, status, text)
        # On one connection: what is open to everybody does not open the rest.
        both = client.run(['curl', '-s', '--cacert', server.certificate, '-w', '%{http_code} ', '-o', '/dev/null', '-o', '/dev/null',
                           '-H', 'Authorization: Bearer ' + TOKEN[::-1], URL + '/healthz', URL + '/metrics']).stdout
        assert both == '200 401 ', both
        resolve = ['--resolve', 'monitor.example.org:8470:' + SERVER, '-k']
        for name, status in (('monitor.example.org', 200), ('monitor.example.org.', 421), ('evil.example', 421)):
            asked = curl(client, server, '/healthz', '-k', '-H', 'Host: %s:8470' % name, *resolve)
            assert asked[0] == status, (name, asked)
        plain = client.run(['curl', '-s', '-m', '3', 'http://' + LISTEN + '/metrics']).stdout
        assert 'use https://' in plain, plain
        assert metric(client, server, 'netpulse_http_requests_refused_total{reason="no_credentials"}') == 4
        assert metric(client, server, 'netpulse_http_requests_refused_total{reason="credentials"}') == 4
        assert metric(client, server, 'netpulse_http_requests_refused_total{reason="host"}') == 2
        assert metric(client, server, 'netpulse_http_requests_refused_total{reason="plain_http"}') == 1
        server.stop()


def test_guessing_passwords_is_slowed_down_and_hinders_nobody():
    with Lab() as lab:
        client, host = two_hosts(lab)
        client.ip('addr', 'add', '10.20.0.3/24', 'dev', 'eth0')
        server = Server(lab, host)
        curl(client, server, '/metrics', *user())
        for first in range(0, 40, 8):
            guesses = [client.start(['curl', '-sk', '-m', '5', '-o', '/dev/null', '--interface', '10.20.0.3', '-u',
                                     'alice:guess%d' % (first + i), URL + '/metrics']) for i in range(8)]
            for right in (bearer(), user()):  # from another address
                status, seconds, _ = curl(client, server, '/metrics', '--interface', CLIENT, *right)
                assert status == 200 and seconds < SCRAPE_SECONDS_MAX, (right, status, seconds)
            for guess in guesses:
                guess.wait(10)
        late = client.run(['curl', '-sk', '-i', '--interface', '10.20.0.3', '-u', 'alice:' + PASSWORD, URL + '/metrics']).stdout
        assert late.startswith('HTTP/1.1 429') and re.search(r'^Retry-After: [1-9]\d?\r?$', late, re.M), late[:500]
        # A token cannot be guessed, so who has it is let in at any time.
        assert curl(client, server, '/metrics', '--interface', '10.20.0.3', *bearer())[0] == 200
        hashed = metric(client, server, 'netpulse_http_requests_refused_total{reason="credentials"}')
        assert 5 <= hashed <= 7, hashed
        server.stop()
        return '%d of 40 guesses were looked at' % hashed


def test_tls_1_2_and_1_3_with_good_ciphers_only():
    with Lab() as lab:
        client, host = two_hosts(lab)
        server = Server(lab, host)

        def shake(*options):
            done = client.run(['openssl', 's_client', '-connect', LISTEN, '-CAfile', server.certificate, '-verify_return_error'] +
                              list(options), check=False)
            return done.returncode == 0, done.stdout + done.stderr
        for version in ('-tls1_2', '-tls1_3'):
            good, text = shake(version, '-alpn', 'http/1.1')
            assert good and 'ALPN protocol: http/1.1' in text and 'Verify return code: 0' in text, text
        # The client would: security level 0.
        for version in ('-tls1', '-tls1_1'):
            good, text = shake(version, '-cipher', 'ALL:@SECLEVEL=0')
            assert not good and 'alert protocol version' in text, text
        for weak in ('AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256'):
            good, text = shake('-tls1_2', '-cipher', weak)
            assert not good and 'alert handshake failure' in text, (weak, text)
        good, text = shake('-alpn', 'h2')
        assert not good and 'alert no application protocol' in text, text
        assert metric(client, server, 'netpulse_http_tls_handshakes_total{result="failed"}') == 6
        server.stop()


def test_a_renewed_certificate_and_token_are_taken_while_it_runs_and_bad_ones_are_not():
    with Lab() as lab:
        client, host = two_hosts(lab)
        server = Server(lab, host)
        first = metric(client, server, 'netpulse_http_certificate_not_after_timestamp_seconds')
        assert 29 * 86400 < first - time.time() < 31 * 86400, first
        write_certificate(lab, 'server', days=60)
        server.says('took the changed certificate')
        second = metric(client, server, 'netpulse_http_certificate_not_after_timestamp_seconds')
        assert 59 * 86400 < second - time.time() < 61 * 86400, second
        # A key of another certificate: the pair before stays.
        write_certificate(lab, 'other')
        os.rename(lab.path('other-key.pem'), lab.path('server-key.pem'))
        server.says('the changed certificate is not taken, the one before stays in use: ' + lab.path('server-key.pem'))
        assert curl(client, server, '/metrics', *bearer())[0] == 200
        assert metric(client, server, 'netpulse_http_reloads_total{files="certificate",result="refused"}') == 1
        new = TOKEN[::-1]
        lab.write('token', new + '\n')
        server.says('took the changed token')
        assert curl(client, server, '/metrics', *bearer())[0] == 401
        assert curl(client, server, '/metrics', *bearer(new))[0] == 200
        lab.write('users', 'alice:secret\n')
        server.says('users:1: the password of alice is not hashed')
        assert curl(client, server, '/metrics', *user())[0] == 200
        server.stop()


def test_check_and_run_say_what_is_wrong_with_the_files():
    with Lab() as lab:
        host = lab.host('server')
        certificate, key = write_certificate(lab, 'server', days=3)
        other = write_certificate(lab, 'other')[1]
        token = lab.write('token', TOKEN)
        encrypted = lab.path('encrypted.pem')
        host.run(['openssl', 'pkey', '-in', key, '-aes256', '-passout', 'pass:secret', '-out', encrypted])
        for config, status, expected in (
                ((certificate, other, token), 'fail', 'is not the key of the certificate in ' + certificate),
                ((certificate, encrypted, token), 'fail', 'is encrypted'),
                ((key, key, token), 'fail', 'holds a key and no certificate'),
                ((certificate, certificate, token), 'fail', 'holds a certificate and no key'),
                ((certificate, token, token), 'fail', 'holds no key in PEM form'),
                ((certificate, lab.path('absent'), token), 'fail', 'No such file'),
                ((certificate, key, lab.write('short', 'abc')), 'fail', 'at least 16 characters'),
                ((certificate, key, token), 'warn', 'ends on'),
                ((certificate, key, token), 'warn', 'every user of this machine can read ' + token)):
            path = lab.write('netpulse.toml', '[http]\nlisten = "0.0.0.0:8470"\ntls_certificate = "%s"\ntls_key = "%s"\n'
                             'token_file = "%s"\n' % config)
            text = host.run([program(), 'check', '-c', path], check=False).stdout
            lines = [line for line in text.splitlines() if line.startswith(status) and expected in line]
            assert lines and 'page and /metrics' in lines[0], (expected, text)


def test_slow_clients_do_not_hold_scrapes_up():
    with Lab() as lab:
        client, host = two_hosts(lab)
        client.ip('addr', 'add', '10.20.0.3/24', 'dev', 'eth0')
        server = Server(lab, host)
        log = lab.path('slowhttptest.log')
        # A thousand that only connect; as many that send their heads a few bytes at a time.
        idle = client.start([sys.executable, '-c', IDLE_CLIENTS], log='idle.log')
        eventually(lambda: 'connected' in open(lab.path('idle.log')).read(), 10, 'idle clients connect')
        client.start(['slowhttptest', '-H', '-c', '1000', '-r', '250', '-i', '1', '-x', '24', '-l', '8', '-p', '2', '-u',
                      URL + '/metrics'], log='slowhttptest.log')
        times = []
        end = time.monotonic() + 8
        while time.monotonic() < end:
            status, seconds, _ = curl(client, server, '/metrics', *bearer())
            assert status == 200, (status, open(log).read()[-500:])
            times.append(seconds)
            time.sleep(0.1)
        assert idle.poll() is None
        times.sort()
        assert times[-1] < SCRAPE_SECONDS_MAX, times[-5:]
        displaced = metric(client, server, 'netpulse_http_connections_total{result="displaced"}')
        assert displaced > 1000, displaced
        server.stop()
        return '%d scrapes, the slowest %.0f ms; %d connections displaced' % (len(times), times[-1] * 1000, displaced)


IDLE_CLIENTS = '''
import resource, socket, time
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
held = [socket.create_connection(("%s", 8470), 5, ("10.20.0.3", 0)) for i in range(1000)]
print("connected", flush=True)
time.sleep(20)
''' % SERVER


if __name__ == '__main__':
    sys.exit(run_tests(dict(globals()), __doc__, ('curl', 'openssl', 'prometheus', 'slowhttptest', 'ethtool', 'ss')))
