#!/usr/bin/env python3
"""More than netpulse is made for: a flood of SYNs from invented addresses, beside TLS connections of real users; a core
that is taken away.

    overload_test.py --netpulse PROGRAM [TEST...]

Needs root and the packages of the group "test" in tools/packages; where namespaces cannot be had it says so and skips.
NETPULSE_FLOOD_SECONDS: how long the flood lasts. NETPULSE_FLOOD_FLOWS: flows_max of the table it has to fill.
"""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CLIENT, SERVER, Netpulse, Skipped, run_tests, two_hosts  # noqa: E402
from lab import Lab, eventually  # noqa: E402

SECONDS = float(os.environ.get('NETPULSE_FLOOD_SECONDS', '6'))
FLOWS_MAX = int(os.environ.get('NETPULSE_FLOOD_FLOWS', '65536'))
HELD, NEW = 150, 150
# To nobody's hardware address: the server's kernel looks at a frame and lets it go.
SYN_FLOOD = ('{ eth(da=02:00:00:00:00:77, sa=02:00:00:00:00:66), ipv4(saddr=drnd(), daddr=10.20.0.77), '
             'tcp(sport=drnd(), dport=443, syn, seq=drnd()) }')
# Users: some connect before the flood and stay, others come while it lasts; all ask for something and leave at the end.
USERS = '''
import socket, ssl, sys, time
server, held, new, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
def connect(name):
    return context.wrap_socket(socket.create_connection((server, 443), timeout=10), server_hostname=name)
def fetch(user):
    user.sendall(b'GET /1k HTTP/1.1\\r\\nHost: users.example\\r\\n\\r\\n')
    got = b''
    while len(got) < 1024:
        got += user.recv(65536)
users = [connect('held-%d.example' % i) for i in range(held)]
for user in users: fetch(user)
print('connected', flush=True)
sys.stdin.readline()
begin = time.monotonic()
for i in range(new):
    time.sleep(max(0, begin + seconds * i / new - time.monotonic()))
    user = connect('new-%d.example' % i)
    fetch(user)
    users.append(user)
print('came', flush=True)
sys.stdin.readline()
for user in users[:held]: fetch(user)
for user in users: user.close()
'''


def flood(lab, client, seconds):
    """The kernel of the sending side hands out as fast as it goes, on one core. Returns the process."""
    return client.start(['timeout', '-s', 'INT', '%g' % seconds, 'trafgen', '-o', 'eth0', '-P', '1', '-n', '0', SYN_FLOOD],
                        log='flood.log')


def counters(host, *names):
    """Of interfaces, as eth0/tx."""
    paths = ['/sys/class/net/%s/statistics/%s_packets' % tuple(name.split('/')) for name in names]
    return sum(int(count) for count in host.run(['cat'] + paths).stdout.split())


def at_rest(carried, netpulse):
    """What the cable has carried and what netpulse has seen of it, while nothing is on its way."""
    count = lambda: (carried(), netpulse.sum('netpulse_capture_packets_total'))  # noqa: E731
    last = None
    while last != (last := count()):
        time.sleep(0.5)
    return last


def resident_bytes(process):
    with open('/proc/%d/statm' % process.pid) as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def users_in_a_flood(lab, client, netpulse, carried):
    """The flood, and what became of the users. carried: frames on the way that netpulse watches."""
    before, seen = at_rest(carried, netpulse)
    users = client.start([sys.executable, '-c', USERS, SERVER, str(HELD), str(NEW), '%g' % (SECONDS * 0.7)],
                         log='users.log', stdin=-1)
    log = lambda: open(lab.path('users.log')).read()  # noqa: E731
    eventually(lambda: 'connected' in log(), 30, 'users are connected')
    flooding = flood(lab, client, SECONDS)
    eventually(lambda: netpulse.sum('netpulse_overload_level') >= 2, SECONDS, 'the ladder is entered')
    users.stdin.write(b'\n')
    users.stdin.flush()
    full = resident_bytes(netpulse.process)
    eventually(lambda: 'came' in log(), SECONDS + 20, 'more users come')
    flooding.wait(SECONDS + 10)
    grown = resident_bytes(netpulse.process) - full
    _, took = eventually(lambda: netpulse.sum('netpulse_overload_level') == 0, 30, 'the ladder is left')
    users.stdin.write(b'\n')
    users.stdin.flush()
    assert users.wait(20) == 0, log()
    after, captured = at_rest(carried, netpulse)
    flows = netpulse.stop(containing='.example')  # not hundreds of thousands of the flood's
    report = netpulse.report()
    losses = {l['reason']: l['count'] for l in report['losses'] if l['count']}
    assert report['accounting']['unaccounted_packets'] == 0, report['accounting']
    dropped = report['accounting']['dropped_packets'] + report['accounting']['queue_full_packets']
    # What the interface counts and what netpulse counts: the same frames.
    assert captured - seen + dropped == after - before, (captured, seen, dropped, after, before)
    named = lambda what: {f['server_name'] for f in flows if f['server_name'].startswith(what)}  # noqa: E731
    torn = {f['server_name'] for f in flows if f['end_reason'] == 'lack_of_resources'}
    kept, new = len(named('held-') - torn), len(named('new-'))
    assert kept >= 0.99 * HELD, ('established flows kept', kept, HELD)
    assert new >= 0.9 * NEW, ('new flows named', new, NEW, losses)
    assert grown < 48 << 20, ('memory grew in the flood', grown)
    return ('%.0f frames/s into a table of %d; kept %d of %d, named %d of %d new; ladder left after %.1f s; memory +%.1f MB; '
            '%d flows evicted; %d dropped; %s' % (
                (after - before) / SECONDS, FLOWS_MAX, kept, HELD, new, NEW, took, grown / 1e6,
                report['flows']['ended'].get('lack_of_resources', 0), dropped, losses))


def test_a_syn_flood_costs_the_flood_and_not_the_users():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        config = '[flow_table]\nflows_max = %d\n[capture]\nbuffer_bytes = 67108864\n' % FLOWS_MAX
        netpulse = Netpulse(lab, server, '-i', 'eth0', config=config, json=True)
        return users_in_a_flood(lab, client, netpulse, lambda: counters(client, 'eth0/rx', 'eth0/tx'))


def test_a_syn_flood_on_a_mirror_port_through_af_xdp():
    with Lab() as lab:
        client, server = two_hosts(lab)
        tap = lab.host('tap')
        lab.cable(server, 'span0', '', tap, 'eth0', '')
        for host, device in ((server, 'span0'), (tap, 'eth0')):
            host.run(['sysctl', '-qw', 'net.ipv6.conf.%s.disable_ipv6=1' % device])
        server.run(['tc', 'qdisc', 'add', 'dev', 'eth0', 'clsact'])
        for way in ('ingress', 'egress'):
            server.run(['tc', 'filter', 'add', 'dev', 'eth0', way, 'protocol', 'all', 'u32', 'match', 'u32', '0', '0', 'action',
                        'mirred', 'egress', 'mirror', 'dev', 'span0'])
        lab.nginx(server)
        config = '[flow_table]\nflows_max = %d\n[capture.af_xdp]\ndedicated = true\n' % FLOWS_MAX
        netpulse = Netpulse(lab, tap, '-i', 'eth0', config=config, json=True)
        if 'no AF_XDP' in netpulse.output():
            raise Skipped('this build has no AF_XDP')
        assert 'chosen af_xdp' in netpulse.output(), netpulse.output()
        return users_in_a_flood(lab, client, netpulse, lambda: counters(server, 'span0/tx'))


def thread_named(process, name):
    """The number of a thread of a process."""
    tasks = '/proc/%d/task' % process.pid
    for task in os.listdir(tasks):
        with open('%s/%s/comm' % (tasks, task)) as file:
            if file.read().strip() == name:
                return int(task)
    raise AssertionError('no thread ' + name)


class Starved:
    """A thread that gets a hundredth of a core: one millisecond of a hundred."""

    GROUPS = '/sys/fs/cgroup/cpu'

    @classmethod
    def possible(cls):
        return os.access(cls.GROUPS + '/tasks', os.W_OK) and os.path.exists(cls.GROUPS + '/cpu.cfs_quota_us')

    def __init__(self, process, name):
        self.thread, self.group = thread_named(process, name), '%s/netpulse-test-%d' % (self.GROUPS, os.getpid())
        os.mkdir(self.group)
        for file, value in (('cpu.cfs_period_us', 100000), ('cpu.cfs_quota_us', 1000), ('tasks', self.thread)):
            self.write(self.group + '/' + file, value)

    @staticmethod
    def write(path, value):
        with open(path, 'w') as file:
            file.write(str(value))

    def end(self):
        if os.path.exists('/proc/%d' % self.thread):
            self.write(self.GROUPS + '/tasks', self.thread)
        os.rmdir(self.group)


def test_a_worker_that_cannot_keep_up_climbs_the_ladder_and_comes_down():
    if not Starved.possible():
        raise Skipped('no control group can be made here that holds a thread back')
    with Lab() as lab:
        client, server = two_hosts(lab)
        netpulse = Netpulse(lab, server, '-i', 'eth0', config='[capture]\nbuffer_bytes = 4194304\n', json=True)
        carried = lambda: counters(client, 'eth0/rx', 'eth0/tx')  # noqa: E731
        before, seen = at_rest(carried, netpulse)
        starved = Starved(netpulse.process, 'np-worker-0')
        try:
            flooding = flood(lab, client, SECONDS * 4)
            _, climbed = eventually(lambda: netpulse.sum('netpulse_overload_entries_total', level='count_only') > 0,
                                    SECONDS * 4, 'the last rung is reached')
        finally:
            starved.end()
        flooding.send_signal(signal.SIGTERM)
        flooding.wait(10)
        _, took = eventually(lambda: netpulse.sum('netpulse_overload_level') == 0, 30, 'the ladder is left')
        after, captured = at_rest(carried, netpulse)
        netpulse.stop(containing='no flow')
        report = netpulse.report()
        losses = {l['reason']: l['count'] for l in report['losses'] if l['count']}
        assert report['accounting']['unaccounted_packets'] == 0, report['accounting']
        kernel = losses.get('buffer_full', 0)
        assert captured - seen + kernel == after - before, (captured, seen, kernel, after, before)
        assert losses.get('count_only', 0) > 0, losses
        return '%d frames = %d counted + %d dropped by the kernel; %s; up in %.1f s, down in %.1f s' % (
            after - before, captured - seen, kernel, report['run']['overload_entries'], climbed, took)


def test_a_stall_is_counted_and_capture_goes_on():
    with Lab() as lab:
        client, server = two_hosts(lab)
        netpulse = Netpulse(lab, server, '-i', 'eth0', config='[workers]\ncores = [0]\n')
        time.sleep(0.3)
        netpulse.process.send_signal(signal.SIGSTOP)
        time.sleep(0.7)
        netpulse.process.send_signal(signal.SIGCONT)
        eventually(lambda: netpulse.sum('netpulse_worker_stalls_total') >= 1, 3, 'the stall is counted')
        client.run(['ping', '-c', '3', '-i', '0.05', SERVER])
        eventually(lambda: netpulse.sum('netpulse_capture_packets_total') >= 6, 3, 'capture goes on')
        netpulse.stop()


if __name__ == '__main__':
    sys.exit(run_tests(globals(), __doc__, ('trafgen', 'nginx', 'curl', 'ping', 'tc')))
