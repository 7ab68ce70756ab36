"""Hosts on one machine: network namespaces with veth cables between them, for tests that need real peers.

    with Lab() as lab:
        a, b = lab.host('a'), lab.host('b')
        lab.cable(a, 'eth0', '10.20.0.1/24', b, 'eth0', '10.20.0.2/24')
        server = b.start(['nginx', ...])
        a.run(['curl', ...])

Traffic stays inside the namespaces. Names carry the process id, so that several labs can live side by side. Leaving the
block ends every process that was started in it and removes the namespaces, whatever happened.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SEGMENT_OFFLOADS = ('tso', 'gso', 'gro', 'tx', 'rx', 'tx-udp-segmentation')


def missing(*programs):
    """Why a lab cannot be had here, or None. Names programs that are not installed."""
    absent = [p for p in ('ip',) + programs if not shutil.which(p, path=PATH)]
    if absent:
        return 'not installed: ' + ', '.join(absent)
    if os.geteuid() != 0:
        return 'needs root (network namespaces)'
    name = 'np%dprobe' % os.getpid()
    probe = subprocess.run(['ip', 'netns', 'add', name], capture_output=True, text=True)
    if probe.returncode == 0:
        probe = subprocess.run(['ip', 'netns', 'exec', name, 'true'], capture_output=True, text=True)
        subprocess.run(['ip', 'netns', 'del', name], capture_output=True)
    return None if probe.returncode == 0 else 'no network namespaces here: ' + probe.stderr.strip()


LOG = object()
PATH = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'


class Host:
    """One network namespace."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, 'np%d%s' % (os.getpid(), name)

    def command(self, arguments):
        return ['ip', 'netns', 'exec', self.name] + [str(a) for a in arguments]

    def run(self, arguments, timeout=30, check=True, **options):
        """Runs to the end; returns the CompletedProcess with text output."""
        options.setdefault('stdin', subprocess.DEVNULL)
        done = subprocess.run(self.command(arguments), timeout=timeout, text=True, env=self.lab.environment,
                              capture_output=True, **options)
        if check and done.returncode != 0:
            raise RuntimeError('%s: exit %d: %s%s' % (' '.join(map(str, arguments)), done.returncode, done.stdout[-2000:],
                                                      done.stderr[-2000:]))
        return done

    def start(self, arguments, log=None, **options):
        """Starts in the background; its output goes to log (a file name in the lab's directory), what is LOG too."""
        output = open(self.lab.path(log), 'wb') if log else subprocess.DEVNULL
        options.setdefault('stdin', subprocess.DEVNULL)
        options.setdefault('stdout', LOG)
        options.setdefault('stderr', subprocess.STDOUT)
        options = {name: output if value is LOG else value for name, value in options.items()}
        process = subprocess.Popen(self.command(arguments), env=self.lab.environment, start_new_session=True, **options)
        self.lab.processes.append(process)
        return process

    def ip(self, *arguments):
        return self.run(['ip'] + list(arguments))

    def wait_for_port(self, port, protocol='tcp', seconds=10):
        """Until something in this namespace listens on the port."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            listening = self.run(['ss', '-Hln', '-t' if protocol == 'tcp' else '-u', 'sport', '=', ':%d' % port]).stdout
            if listening.strip():
                return
            time.sleep(0.05)
        raise RuntimeError('nothing listens on %s port %d' % (protocol, port))

    def knows(self, name, address):
        """Programs in this namespace find name at address without asking anybody."""
        directory = '/etc/netns/' + self.name
        os.makedirs(directory, exist_ok=True)
        with open(directory + '/hosts', 'a') as file:
            file.write('%s %s\n' % (address, name))

    def resolver(self, address):
        """Programs in this namespace look names up at address."""
        directory = '/etc/netns/' + self.name
        os.makedirs(directory, exist_ok=True)
        with open(directory + '/resolv.conf', 'w') as file:
            file.write('nameserver %s\noptions timeout:2 attempts:2\n' % address)


class Lab:
    def __init__(self):
        self.hosts, self.processes = [], []
        self.directory = tempfile.mkdtemp(prefix='netpulse-lab-')
        os.chmod(self.directory, 0o755)
        self.environment = {k: v for k, v in os.environ.items() if 'proxy' not in k.lower()}
        self.environment['PATH'] = PATH

    def __enter__(self):
        # A terminated test leaves no namespaces behind.
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for host in self.hosts:
            subprocess.run(['ip', 'netns', 'del', host.name], capture_output=True)
            shutil.rmtree('/etc/netns/' + host.name, ignore_errors=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), 'w') as file:
            file.write(text)
        return self.path(name)

    def host(self, name):
        host = Host(self, name)
        subprocess.run(['ip', 'netns', 'add', host.name], check=True)
        self.hosts.append(host)
        host.ip('link', 'set', 'lo', 'up')
        return host

    def cable(self, a, a_device, a_addresses, b, b_device, b_addresses, offloads=False):
        """A veth pair; without offloads each frame on it is one that a real cable could carry."""
        subprocess.run(['ip', 'link', 'add', a_device, 'netns', a.name, 'type', 'veth', 'peer', 'name', b_device, 'netns',
                        b.name], check=True)
        for host, device, addresses in ((a, a_device, a_addresses), (b, b_device, b_addresses)):
            host.run(['sysctl', '-qw', 'net.ipv6.conf.%s.accept_dad=0' % device], check=False)
            for address in addresses.split():
                host.ip('addr', 'add', address, 'dev', device)
            if not offloads:
                for feature in SEGMENT_OFFLOADS:
                    host.run(['ethtool', '-K', device, feature, 'off'], check=False)
            host.ip('link', 'set', device, 'up')

    def bad_cable(self, near, near_addresses, far, far_addresses, log, **harm):
        """eth0 to eth0 through relay.py, which harms what far sends (harm: its options) and accounts for it in log."""
        relay = self.host('cable')
        self.cable(near, 'eth0', near_addresses, relay, 'near', '')
        self.cable(far, 'eth0', far_addresses, relay, 'far', '')
        for host in (near, far):
            host.run(['sysctl', '-qw', 'net.ipv6.conf.eth0.disable_ipv6=1'], check=False)
            host.run(['sysctl', '-qw', 'net.ipv4.tcp_congestion_control=cubic'], check=False)
        options = [text for name, value in harm.items() for text in ('--' + name, value)]
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'relay.py')
        process = relay.start([sys.executable, script, 'near', 'far', self.path(log)] + options, log='relay.log')
        near.run(['ping', '-c', '1', '-W', '5', far_addresses.split('/')[0]])
        return process

    def certificate(self):
        """A self-signed key and certificate for any name; returns their paths."""
        key, certificate = self.path('key.pem'), self.path('certificate.pem')
        if not os.path.exists(key):
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                            '-days', '30', '-subj', '/CN=netpulse test', '-keyout', key, '-out', certificate],
                           check=True, capture_output=True)
        return key, certificate

    def nginx(self, host, https_ports=(443,), http_ports=(80,), extra=''):
        """nginx on all addresses of the host: any name, TLS 1.2 and 1.3, h2; /1k /10k /100k /1m and / (a small page)."""
        key, certificate = self.certificate()
        root = self.path('www')
        os.makedirs(root, exist_ok=True)
        for name, size in (('1k', 1 << 10), ('10k', 10 << 10), ('100k', 100 << 10), ('1m', 1 << 20)):
            with open(os.path.join(root, name), 'wb') as file:
                file.write(os.urandom(size))
        with open(os.path.join(root, 'index.html'), 'w') as file:
            file.write('<!doctype html><title>netpulse test</title><p>Nothing to see here.</p>\n' * 8)
        listen = ''.join('listen %d ssl http2; listen [::]:%d ssl http2; ' % (p, p) for p in https_ports)
        listen += ''.join('listen %d; listen [::]:%d; ' % (p, p) for p in http_ports)
        configuration = self.write('nginx.conf', '''
            daemon off; worker_processes 1; pid %(directory)s/nginx.pid; error_log %(directory)s/nginx.log;
            events { worker_connections 512; }
            http { access_log off; server_tokens off; default_type text/html;
              client_body_temp_path %(directory)s/t1; proxy_temp_path %(directory)s/t2; fastcgi_temp_path %(directory)s/t3;
              uwsgi_temp_path %(directory)s/t4; scgi_temp_path %(directory)s/t5;
              server { %(listen)s ssl_certificate %(certificate)s; ssl_certificate_key %(key)s;
                ssl_protocols TLSv1.2 TLSv1.3; root %(root)s; %(extra)s } }
            ''' % dict(directory=self.directory, listen=listen, certificate=certificate, key=key, root=root, extra=extra))
        os.chmod(self.directory, 0o755)
        process = host.start(['nginx', '-e', self.path('nginx.log'), '-c', configuration], log='nginx.out')
        for port in tuple(https_ports) + tuple(http_ports):
            host.wait_for_port(port)
        return process

    def unbound(self, host, records, extra=''):
        """unbound on all addresses of the host, answering from records (zone-file lines) and NXDOMAIN for the rest."""
        # One authoritative root zone: its answers follow CNAMEs, which local-data does not.
        zone = self.write('root.zone', '. 300 IN SOA ns. admin. 1 3600 600 86400 60\n. 300 IN NS ns.\nns. 300 IN A 10.20.0.1\n' +
                          '\n'.join(records) + '\n')
        configuration = self.write('unbound.conf', '''
server:
  interface: 0.0.0.0
  interface: ::0
  interface-automatic: yes
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  chroot: ""
  username: ""
  directory: "%s"
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
%s
auth-zone:
  name: "."
  zonefile: "%s"
  for-downstream: yes
  for-upstream: no
  fallback-enabled: no
remote-control:
  control-enable: no
''' % (self.directory, extra, zone))
        process = host.start(['unbound', '-d', '-c', configuration], log='unbound.out')
        host.wait_for_port(53, 'udp')
        return process

    def capture(self, host, device, name, *options):
        """tcpdump into a file of the lab; call stop_capture() with the result before reading the file."""
        path = self.path(name)
        process = host.start(['tcpdump', '--immediate-mode', '-U', '-Z', 'root', '-i', device, '-s', '0', '-w', path] + list(options),
                             log=name + '.tcpdump')
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:  # tcpdump writes the header when it listens
            if os.path.exists(path) and os.path.getsize(path) >= 24:
                return process, path
            time.sleep(0.05)
        raise RuntimeError('tcpdump did not start on ' + device)

    @staticmethod
    def stop_capture(capture):
        process, path = capture
        time.sleep(0.5)  # the last packets
        process.send_signal(signal.SIGINT)
        process.wait(10)
        return path


def eventually(check, seconds, what):
    """Calls check until it gives something true; returns (value, seconds it took)."""
    begin = time.monotonic()
    while True:
        value = check()
        took = time.monotonic() - begin
        if value:
            return value, took
        if took > seconds:
            raise AssertionError('%s: not within %.1f s' % (what, seconds))
        time.sleep(0.05)


def json_lines(path, containing=''):
    with open(path, encoding='utf-8') as file:
        return [json.loads(line) for line in file if line.endswith('\n') and line.strip() and containing in line]


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]
