#!/usr/bin/env python3
"""netpulse through AF_XDP, on veth cables between network namespaces.

    af_xdp_test.py --netpulse PROGRAM [TEST...]

Needs root and the packages of the group "test" in tools/packages; where namespaces cannot be had, or the program was
built without AF_XDP, it says so and skips.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Netpulse, program, run_tests  # noqa: E402
from lab import SEGMENT_OFFLOADS, Lab, eventually, json_lines  # noqa: E402

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures')
SAMPLE = os.path.join(CAPTURES, 'sample.pcap')
# What depends on when packets came, and on nothing else; so do all fields in seconds.
# What follows from when packets came, which a busy machine delays.
TIMES = ('flow_id', 'start_time', 'end_time', 'end_reason', 'src_mos_estimated', 'dst_mos_estimated')
NETPULSE_ARGUMENTS = ('-i', 'eth0', '--backend', 'af_xdp')


def add_cable(sender, tap, queues=1, mtu=1500, near='eth0', far='eth0'):
    """A veth pair on which nobody but the test says anything."""
    many = ['numrxqueues', '4', 'numtxqueues', '4']
    subprocess.run(['ip', 'link', 'add', near, 'netns', sender.name, 'mtu', str(mtu)] + many +
                   ['type', 'veth', 'peer', 'name', far, 'netns', tap.name, 'mtu', str(mtu)] + many, check=True)
    for host, device in ((sender, near), (tap, far)):
        host.run(['sysctl', '-qw', 'net.ipv6.conf.%s.disable_ipv6=1' % device], check=False)
        host.ip('link', 'set', device, 'arp', 'off')
        for feature in SEGMENT_OFFLOADS:
            host.run(['ethtool', '-K', device, feature, 'off'], check=False)
    tap.run(['ethtool', '-L', far, 'rx', queues, 'tx', queues])
    for host, device in ((sender, near), (tap, far)):
        host.ip('link', 'set', device, 'up')


def tapped(lab, **options):
    sender, tap = lab.host('sender'), lab.host('tap')
    add_cable(sender, tap, **options)
    return sender, tap


def replay(sender, capture, *arguments, device='eth0', timeout=60):
    """Returns how many packets went out."""
    out = sender.run(['tcpreplay', '-q', '-K', '-i', device] + list(arguments) + [capture], timeout=timeout).stdout
    return int(re.search(r'Successful packets:\s+(\d+)', out).group(1))


def start(lab, tap, *arguments, af_xdp='', **options):
    return Netpulse(lab, tap, *NETPULSE_ARGUMENTS, *arguments, config='[capture.af_xdp]\n' + af_xdp, **options)


def received(netpulse):
    return netpulse.sum('netpulse_capture_packets_total')


def source_drops(netpulse):
    """Packets by reason, of those that never came out of the source or found no room behind it."""
    return {dict(labels)['reason']: value for (name, labels), value in netpulse.metrics().items()
            if name == 'netpulse_dropped_packets_total' and value and
            dict(labels)['stage'] in ('nic', 'interface', 'kernel', 'queue')}


def timeless(records):
    return sorted(json.dumps({k: v for k, v in r.items() if k not in TIMES and not k.endswith('_seconds')}, sort_keys=True) for r in records)


def read(lab, capture):
    """The report and the flow records of netpulse read."""
    flows = lab.path('read.jsonl')
    done = subprocess.run([program(), 'read', capture, '--format', 'json', '--flows', flows], check=True, text=True,
                          capture_output=True)
    return json.loads(done.stdout), json_lines(flows)


def same_as_read(names, af_xdp='', arguments=()):
    said = []
    for name in names:
        capture = os.path.join(CAPTURES, name)
        with Lab() as lab:
            sender, tap = tapped(lab, mtu=9000)
            report, expected = read(lab, capture)
            netpulse = start(lab, tap, *arguments, af_xdp=af_xdp, json=True)
            sent = replay(sender, capture, '--multiplier', '20')
            assert sent == report['packets']['total'], (sent, report['packets'])
            eventually(lambda: received(netpulse) == sent, 5, 'all %d packets: %d, %s' % (
                sent, received(netpulse), source_drops(netpulse)))
            modes = [dict(l)['mode'] for (n, l), v in netpulse.metrics().items() if n == 'netpulse_capture_info' and v == 1]
            told = ('generic' if ' generic mode' in netpulse.output() else
                    'zero_copy' if 'zero-copy\n' in netpulse.output() else 'copy')
            assert modes == [told], (modes, netpulse.output())
            backlog = netpulse.sum('netpulse_source_backlog_ratio', interface='eth0')
            assert 0 <= backlog <= 1, backlog
            flows = netpulse.stop()
            live = netpulse.report()
            for part in ('packets', 'bytes'):
                assert live[part] == report[part], (name, live[part], report[part])
            mine, wanted = timeless(flows), timeless(expected)
            assert mine == wanted, '%s: %d records for %d, first difference:\n%s' % (
                name, len(mine), len(wanted), '\n'.join(sorted(set(mine) ^ set(wanted))[:4]))
            said.append('%s: %d packets, %d flow records' % (name, sent, len(mine)))
    return '; '.join(said)


def test_the_same_flows_as_from_the_file():
    return same_as_read(('sample.pcap', 'voice.pcap', 'vxlan.pcap', 'qinq.pcap'))


def test_the_same_flows_as_from_the_file_in_generic_mode():
    return same_as_read(('sample.pcap', 'voice.pcap'), 'mode = "generic"\n')


def test_the_same_flows_by_two_workers():
    return same_as_read(('sample.pcap', 'voice.pcap'), arguments=('--workers', '2'))


def counts(records):
    """Of each flow what both ends sent, whoever is said to have begun it."""
    ends = [sorted(((r['src_addr'], r['src_port'], r['src_packets'], r['src_bytes'], r['src_payload_bytes']),
                    (r['dst_addr'], r['dst_port'], r['dst_packets'], r['dst_bytes'], r['dst_payload_bytes'])), key=str)
            for r in records]
    return sorted(ends, key=str)


# veth's own hash is symmetric for IPv4, which it cannot say; for IPv6 it takes the flow label in.
TRUST = 'receive_scaling = "trust"\n'


def test_workers_with_queues_of_their_own():
    with Lab() as lab:
        sender, tap = tapped(lab, queues=4)
        report, expected = read(lab, SAMPLE)
        netpulse = start(lab, tap, '--workers', '2', af_xdp=TRUST, json=True)
        assert 'each of 2 workers reads queues of its own' in netpulse.output(), netpulse.output()
        sent = replay(sender, SAMPLE, '--multiplier', '20')
        eventually(lambda: received(netpulse) == sent, 5, 'all %d packets' % sent)
        shares = [netpulse.sum('netpulse_capture_packets_total', worker=str(worker)) for worker in range(2)]
        assert min(shares) > 0, shares
        flows = netpulse.stop()
        assert netpulse.report()['packets'] == report['packets'], (netpulse.report()['packets'], report['packets'])
        mine, wanted = (counts(f for f in records if f['ip_version'] == 4) for records in (flows, expected))
        assert mine == wanted and len(wanted) > 50, set(map(str, mine)) ^ set(map(str, wanted))
        assert len({flow['flow_id'] for flow in flows}) == len(flows), 'each flow has a number of its own'
        return '%d and %d packets' % tuple(shares)


def test_why_workers_have_no_queues_of_their_own():
    with Lab() as lab:
        sender, tap = tapped(lab, queues=2)
        for af_xdp, workers, words in ((TRUST, '3', 'it has 2 queues in use'), ('', '2', 'sudo ethtool -X eth0 hkey 6d:5a'),
                                       ('receive_scaling = "off"\n', '2', 'receive_scaling is off')):
            netpulse = start(lab, tap, '--workers', workers, af_xdp=af_xdp)
            assert 'one thread reads its queues' in netpulse.output() and words in netpulse.output(), netpulse.output()
            netpulse.stop()


def test_four_queues_give_the_same_packets_of_each_flow():
    """Queues are read apart, so what depends on the packets' order may differ, rarely."""
    with Lab() as lab:
        sender, tap = tapped(lab, queues=4)
        report, expected = read(lab, SAMPLE)
        netpulse = start(lab, tap, json=True)
        assert 'AF_XDP on 4 queues, native mode' in netpulse.output(), netpulse.output()
        sent = replay(sender, SAMPLE, '--multiplier', '20')
        eventually(lambda: received(netpulse) == sent, 5, 'all %d packets' % sent)
        flows = netpulse.stop()
        assert netpulse.report()['packets'] == report['packets'], (netpulse.report()['packets'], report['packets'])
        assert counts(flows) == counts(expected)


def every_packet_is_accounted_for(af_xdp, reason, *arguments):
    with Lab() as lab:
        sender, tap = tapped(lab, queues=2)
        netpulse = start(lab, tap, *arguments, af_xdp=af_xdp)
        netpulse.process.send_signal(signal.SIGSTOP)  # however fast it is
        sent = replay(sender, SAMPLE, '--topspeed')
        netpulse.process.send_signal(signal.SIGCONT)
        sent += replay(sender, SAMPLE, '--topspeed', '--loop', '100')
        eventually(lambda: received(netpulse) + sum(source_drops(netpulse).values()) == sent, 3,
                   'received %d + dropped %s = sent %d' % (received(netpulse), source_drops(netpulse), sent))
        drops = source_drops(netpulse)
        assert drops.get(reason, 0) > 1000, drops
        text = 'sent %d = received %d + %s' % (sent, received(netpulse), drops)
        netpulse.stop()
        return text


def test_a_flood_beyond_the_receive_ring_is_accounted_for_exactly():
    return every_packet_is_accounted_for('frames = 1024\nreceive_ring_frames = 64\n', 'ring_full')


def test_a_flood_beyond_the_shared_memory_is_accounted_for_exactly():
    return every_packet_is_accounted_for('frames = 64\nreceive_ring_frames = 64\nmode = "generic"\n', 'fill_ring_empty',
                                         '--workers', '2')


def test_jumbo_frames_are_captured_whole():
    with Lab() as lab:
        sender, tap = tapped(lab, mtu=9000)
        tap.ip('addr', 'add', '10.20.0.1/24', 'dev', 'eth0')
        netpulse = start(lab, tap, af_xdp='dedicated = true\nframes = 256\nframe_bytes = 4096\n', json=True)
        sizes = (64, 1514, 3000, 3824, 3825, 5000, 9014)  # with 272 bytes less than a frame's 4096, and one more
        script = lab.write('send.py', '''
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('eth0', 0))
for size in [int(text) for text in sys.argv[1:]] * 50:  # more than there are of ours: they come back
    s.send(bytes.fromhex('020000000001020000000002' + '88b5') + bytes(size - 14))
    time.sleep(0.001)
''')
        sender.run([sys.executable, script] + [str(size) for size in sizes])
        eventually(lambda: received(netpulse) == 50 * len(sizes), 3, 'all frames: %s' % source_drops(netpulse))
        assert not source_drops(netpulse), source_drops(netpulse)
        netpulse.stop()
        report = netpulse.report()
        assert report['bytes'] == {**report['bytes'], 'wire': 50 * sum(sizes), 'captured': 50 * sum(sizes)}, report['bytes']


def test_kill_leaves_no_program_and_traffic_passes():
    with Lab() as lab:
        sender, tap = lab.host('sender'), lab.host('tap')
        lab.cable(sender, 'eth0', '10.20.0.2/24', tap, 'eth0', '10.20.0.1/24')
        ping = ['ping', '-c', '1', '-W', '1', '10.20.0.1']
        sender.run(ping)
        netpulse = start(lab, tap, af_xdp='dedicated = true\n')
        details = ['-details', 'link', 'show', 'dev', 'eth0']
        assert 'prog/xdp' in tap.ip(*details).stdout and 'promiscuity 1' in tap.ip(*details).stdout, tap.ip(*details).stdout
        assert sender.run(ping, check=False).returncode != 0, 'the host still gets the frames'
        eventually(lambda: received(netpulse) > 0, 2, 'the frames are captured')
        netpulse.process.kill()
        netpulse.process.wait(5)
        eventually(lambda: 'prog/xdp' not in tap.ip(*details).stdout, 2, 'the program is gone')
        assert 'promiscuity 0' in tap.ip(*details).stdout, tap.ip(*details).stdout
        _, seconds = eventually(lambda: sender.run(ping, check=False).returncode == 0, 5, 'ping passes again')
        return 'traffic passes after %.1f s' % seconds


def losses(netpulse):
    return netpulse.sum('netpulse_capture_interface_losses_total')


def resumes(netpulse, send):
    """Sends until packets come again; returns the seconds that took."""
    before = received(netpulse)

    def grows():
        send()
        return received(netpulse) > before
    return eventually(grows, 2, 'the capture resumes')[1]


def test_link_changes_do_not_end_the_run_and_are_counted():
    return link_changes()


def test_link_changes_under_workers_with_queues_of_their_own():
    return link_changes('--workers', '2', af_xdp=TRUST)


def link_changes(*arguments, af_xdp=''):
    with Lab() as lab:
        sender, tap = tapped(lab, queues=2)
        netpulse = start(lab, tap, *arguments, af_xdp=af_xdp)
        few = ['tcpreplay', '-q', '-i', 'eth0', '--topspeed', '--limit', '50', SAMPLE]
        send = lambda: sender.run(few, check=False)  # noqa: E731
        traffic = sender.start(['tcpreplay', '-q', '-i', 'eth0', '--pps', '5000', '--loop', '0', SAMPLE])
        for _ in range(20):
            tap.ip('link', 'set', 'eth0', 'down')
            time.sleep(0.05)
            tap.ip('link', 'set', 'eth0', 'up')
            time.sleep(0.1)
        flaps = resumes(netpulse, send)
        eventually(lambda: losses(netpulse) == 20, 2, '20 losses counted, %d are' % losses(netpulse))
        tap.run(['ethtool', '-L', 'eth0', 'rx', '4', 'tx', '4'])
        eventually(lambda: losses(netpulse) == 21, 2, 'the change of queues is a loss')
        channels = resumes(netpulse, send)
        time.sleep(0.5)  # what was under way is over: the removal is a loss of its own
        traffic.terminate()
        tap.ip('link', 'del', 'eth0')
        eventually(lambda: losses(netpulse) == 22, 2, 'the removal is a loss, once: %d' % losses(netpulse))
        time.sleep(0.7)
        add_cable(sender, tap, queues=2)
        back = resumes(netpulse, send)
        time.sleep(0.3)
        before = received(netpulse) + sum(source_drops(netpulse).values())
        sent = replay(sender, SAMPLE, '--topspeed')
        eventually(lambda: received(netpulse) + sum(source_drops(netpulse).values()) - before == sent, 3, 'all of %d' % sent)
        netpulse.stop()
        return 'resumed %.2f s after 20 flaps, %.2f s after ethtool -L, %.2f s after ip link add' % (flaps, channels, back)


def refusal(tap, *arguments, before=(), program_path=None):
    done = tap.run(list(before) + [program_path or program(), 'run', '--duration', '1'] + list(arguments), check=False,
                   timeout=20, cwd='/')
    assert done.returncode == 1, 'exit %d: %s' % (done.returncode, done.stdout + done.stderr)
    return done.stderr


def test_a_foreign_program_stays_and_is_named():
    with Lab() as lab:
        sender, tap = tapped(lab)
        netpulse = start(lab, tap)
        identifier = re.search(r'prog/xdp id (\d+)', tap.ip('-details', 'link', 'show', 'dev', 'eth0').stdout).group(1)
        message = refusal(tap, *NETPULSE_ARGUMENTS)
        for words in ('id %s)' % identifier, 'ip -details link show dev eth0', 'bpftool net', '--backend pcap'):
            assert words in message, message
        sent = replay(sender, SAMPLE, '--topspeed')
        eventually(lambda: received(netpulse) == sent, 3, 'the first one goes on')
        netpulse.stop()


def test_an_interface_of_the_host_is_refused_unless_dedicated():
    with Lab() as lab:
        sender, tap = tapped(lab)
        tap.ip('addr', 'add', '10.20.0.1/24', 'dev', 'eth0')
        message = refusal(tap, *NETPULSE_ARGUMENTS)
        for words in ('takes all frames away', '10.20.0.1', 'dedicated = true', '[capture.af_xdp]', '--backend pcap'):
            assert words in message, message
        start(lab, tap, af_xdp='dedicated = true\n').stop()
        tap.ip('addr', 'flush', 'dev', 'eth0')
        tap.ip('route', 'add', 'default', 'dev', 'eth0')
        assert 'default route' in refusal(tap, *NETPULSE_ARGUMENTS)
        tap.ip('route', 'del', 'default')
        tap.ip('link', 'add', 'bridge7', 'type', 'bridge')
        tap.ip('link', 'set', 'eth0', 'master', 'bridge7')
        assert 'bridge7' in refusal(tap, *NETPULSE_ARGUMENTS)


def test_missing_rights_are_named_and_enough():
    with Lab() as lab:
        sender, tap = tapped(lab)
        everyones = lab.path('netpulse-copy')
        with open(program(), 'rb') as source, open(everyones, 'wb') as copy:
            copy.write(source.read())
        os.chmod(everyones, 0o755)
        nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
        message = refusal(tap, *NETPULSE_ARGUMENTS, before=nobody + ['--inh-caps=-all', '--bounding-set=-all'],
                          program_path=everyones)
        for words in ('CAP_NET_RAW', 'CAP_NET_ADMIN', 'CAP_BPF', 'sudo setcap cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock='):
            assert words in message, message
        some = ['--inh-caps=-all,+net_raw,+net_admin,+bpf', '--ambient-caps=-all,+net_raw,+net_admin,+bpf']
        little = ['prlimit', '--memlock=1048576']
        message = refusal(tap, *NETPULSE_ARGUMENTS, before=little + nobody + some, program_path=everyones)
        for words in ('locked memory', 'ulimit -l', 'cap_ipc_lock'):
            assert words in message, message
        all_four = [option + ',+ipc_lock' for option in some]
        done = tap.run(little + nobody + all_four + [everyones, 'run', '--duration', '0.5'] + list(NETPULSE_ARGUMENTS),
                       check=False, cwd='/')
        assert done.returncode == 0, done.stderr


def test_a_filter_counts_what_it_refuses():
    with Lab() as lab:
        sender, tap = tapped(lab)
        report, _ = read(lab, SAMPLE)
        netpulse = start(lab, tap, '-f', 'udp')
        sent = replay(sender, SAMPLE, '--topspeed')
        filtered = lambda: netpulse.sum('netpulse_capture_filtered_packets_total')  # noqa: E731
        eventually(lambda: received(netpulse) + filtered() == sent, 3, 'all packets are seen')
        assert received(netpulse) == report['packets']['udp'], (received(netpulse), report['packets'])
        netpulse.stop()


def test_two_interfaces_at_once_and_one_goes_away():
    with Lab() as lab:
        sender, tap = tapped(lab, queues=2)
        add_cable(sender, tap, near='eth1', far='eth1')
        netpulse = start(lab, tap, '-i', 'eth1')
        count = lambda device: netpulse.sum('netpulse_capture_packets_total', interface=device)  # noqa: E731
        sent = {device: replay(sender, SAMPLE, '--topspeed', '--limit', limit, device=device)
                for device, limit in (('eth0', '300'), ('eth1', '700'))}
        for device, packets in sent.items():
            eventually(lambda d=device, p=packets: count(d) == p, 3, '%d packets on %s' % (packets, device))
        flood = sender.start(['tcpreplay', '-q', '-i', 'eth0', '--topspeed', '--loop', '0', SAMPLE])
        tap.ip('link', 'del', 'eth1')
        eventually(lambda: losses(netpulse) == 1, 2, 'the loss is counted')
        add_cable(sender, tap, near='eth1', far='eth1')
        before = count('eth1')
        eventually(lambda: replay(sender, SAMPLE, '--topspeed', '--limit', '50', device='eth1') and count('eth1') > before, 3,
                   'eth1 comes again, while eth0 is flooded')
        flood.terminate()
        netpulse.stop()


def build_has_af_xdp(path):
    done = subprocess.run([path, 'run', '-i', 'no-such-interface', '--backend', 'af_xdp'], capture_output=True, text=True)
    return 'no AF_XDP' not in done.stderr


def main():
    tests = [name for name in globals() if name.startswith('test_')]
    path = sys.argv[sys.argv.index('--netpulse') + 1] if '--netpulse' in sys.argv[:-1] else None
    if path and not build_has_af_xdp(path):
        print('skipped: the program was built without AF_XDP (libxdp-dev, libbpf-dev)')
        print('0 passed, 0 failed, %d skipped' % len(tests))
        return 0
    return run_tests(dict(globals()), __doc__, ('tcpreplay', 'ethtool', 'ping', 'curl', 'setpriv', 'prlimit'))


if __name__ == '__main__':
    sys.exit(main())
