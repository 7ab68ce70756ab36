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
from harness import CLIENT, SERVER, Netpulse, run_tests, two_hosts  # noqa: E402
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


def frames(host):
    """That the host's interface has sent and received."""
    names = ['/sys/class/net/eth0/statistics/%s_packets' % way for way in ('rx', 'tx')]
    return sum(int(count) for count in host.run(['cat'] + names).stdout.split())


def at_rest(host, netpulse):
    """frames() and what netpulse has seen, while nothing is on its way."""
    count = lambda: (frames(host), netpulse.sum('netpulse_capture_packets_total'))  # noqa: E731
    last = None
    while last != (last := count()):
        time.sleep(0.5)
    return last


def resident_bytes(process):
    with open('/proc/%d/statm' % process.pid) as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def test_a_syn_flood_costs_the_flood_and_not_the_users():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        config = '[flow_table]\nflows_max = %d\nidle_timeout_seconds = 60\n[capture]\nbuffer_bytes = 67108864\n' % FLOWS_MAX
        netpulse = Netpulse(lab, server, '-i', 'eth0', config=config, json=True)
        before, seen = at_rest(client, netpulse)
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
        after, captured = at_rest(client, netpulse)
        flows = netpulse.stop(containing='.example')  # not hundreds of thousands of the flood's
        report = netpulse.report()
        accounting, losses = report['accounting'], {l['reason']: l['count'] for l in report['losses'] if l['count']}
        assert accounting['unaccounted_packets'] == 0, accounting
        carried, kernel = after - before, losses.get('buffer_full', 0)
        named = lambda what: {f['server_name'] for f in flows if (f['server_name'] or '').startswith(what)}  # noqa: E731
        torn = {f['server_name'] for f in flows if f['end_reason'] == 'lack_of_resources' and (f['server_name'] or '')
                .startswith('held-')}
        kept = len(named('held-') - torn)
        assert kept >= 0.99 * HELD, ('established flows kept', kept, HELD)
        assert len(named('new-')) >= 0.9 * NEW, ('new flows named', len(named('new-')), NEW, losses)
        assert grown < 48 << 20, ('memory grew in the flood', grown)
        # What the interface counts and what netpulse counts: the same frames.
        assert captured - seen + kernel == carried, (captured, seen, kernel, carried)
        ended = report['flows']['ended']
        return ('%.0f SYNs/s into a table of %d; kept %d of %d, named %d of %d new; ladder left after %.1f s; '
                'memory +%.1f MB; %d flows evicted; lost: %s' % (
                    carried / SECONDS, FLOWS_MAX, kept, HELD, len(named('new-')), NEW, took, grown / 1e6,
                    ended.get('lack_of_resources', 0), losses))


def hold_back(process, seconds, until):
    """Lets a process run for a twentieth of the time, until something is true or the time is over."""
    end = time.monotonic() + seconds
    turns = 0
    while time.monotonic() < end:
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.19)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
        turns += 1
        if turns % 10 == 0 and until():
            return True
    return until()


def test_a_worker_that_cannot_keep_up_climbs_the_ladder_and_comes_down():
    with Lab() as lab:
        client, server = two_hosts(lab)
        netpulse = Netpulse(lab, server, '-i', 'eth0', config='[capture]\nbuffer_bytes = 4194304\n', json=True)
        before, seen = at_rest(client, netpulse)
        flooding = flood(lab, client, SECONDS * 2)
        counting_only = lambda: netpulse.sum('netpulse_overload_entries_total', level='count_only') > 0  # noqa: E731
        assert hold_back(netpulse.process, SECONDS * 2, counting_only), 'the last rung is reached'
        flooding.wait(SECONDS * 2 + 10)
        _, took = eventually(lambda: netpulse.sum('netpulse_overload_level') == 0, 30, 'the ladder is left')
        after, captured = at_rest(client, netpulse)
        netpulse.stop(containing='no flow')
        report = netpulse.report()
        losses = {l['reason']: l['count'] for l in report['losses'] if l['count']}
        assert report['accounting']['unaccounted_packets'] == 0, report['accounting']
        kernel = losses.get('buffer_full', 0)
        assert captured - seen + kernel == after - before, (captured, seen, kernel, after, before)
        assert losses.get('count_only', 0) > 0, losses
        return '%d frames = %d counted + %d dropped by the kernel; %s; left %.1f s after the flood' % (
            after - before, captured - seen, kernel, report['run']['overload_entries'], took)


def test_a_worker_that_stands_still_is_named():
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
    sys.exit(run_tests(globals(), __doc__, ('trafgen', 'nginx', 'curl', 'ping')))
