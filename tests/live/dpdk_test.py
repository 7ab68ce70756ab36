#!/usr/bin/env python3
"""Capture through DPDK's virtual devices: capture files, a veth and a tap inside namespaces. No card, no huge pages.

    dpdk_test.py --netpulse PROGRAM [PART OF A TEST'S NAME...]
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time

from harness import CLIENT, SERVER, Netpulse, program, run_tests, two_hosts
from lab import Lab, eventually, json_lines

CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'captures')
MODULE = 'netpulse_dpdk.so'
NOT_COMPARED = ('flow_id', 'start_time', 'end_time')


def capture(name):
    return os.path.normpath(os.path.join(CAPTURES, name))


def dpdk(*devices, memory=256, **keys):
    """The section [capture.dpdk] with these virtual devices."""
    arguments = ['--no-huge', '-m', str(memory), '--no-pci'] + ['--vdev=' + d for d in devices]
    return '[capture.dpdk]\neal_arguments = %s\n' % json.dumps(arguments) + ''.join(
        '%s = %s\n' % (key, json.dumps(value)) for key, value in keys.items())


def packets_in(name):
    with open(capture(name), 'rb') as file:
        data = file.read()
    order = 'little' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else 'big'
    count, offset = 0, 24
    while offset + 16 <= len(data):
        offset += 16 + int.from_bytes(data[offset + 8:offset + 12], order)
        count += 1
    return count


def comparable(flows):
    """Flow records without what differs between a live run and a file that was read: there, time ends with the file."""
    rows = []
    for flow in flows:
        row = {k: v for k, v in flow.items() if k not in NOT_COMPARED}
        if row['end_reason'] == 'idle_timeout':
            row['end_reason'] = 'forced_end'
        rows.append(json.dumps(row, sort_keys=True))
    return sorted(rows)


def read_flows(lab, host, *names):
    path = lab.path('read.jsonl')
    flows = []
    for name in names:
        host.run([program(), 'read', capture(name), '--flows', path])
        flows += json_lines(path)
        os.remove(path)
    return flows


def received(netpulse):
    return netpulse.sum('netpulse_capture_packets_total')


def dropped(netpulse):
    """By reason, what was lost before netpulse and in its queues."""
    found = {}
    for (name, labels), value in netpulse.metrics().items():
        if name == 'netpulse_dropped_packets_total' and value:
            reason = dict(labels)['stage'] + '/' + dict(labels)['reason']
            found[reason] = found.get(reason, 0) + value
    return found


def run_on(lab, host, config, *arguments):
    return Netpulse(lab, host, '--backend', 'dpdk', *arguments, config=config)


def expect_same_flows(names, config=None, workers=1, **keys):
    with Lab() as lab:
        host = lab.host('alone')
        # One queue for each file.
        devices = ','.join(['net_pcap0'] + ['rx_pcap=' + capture(name) for name in names])
        netpulse = run_on(lab, host, config or dpdk(devices, **keys), '--workers', str(workers))
        total = sum(packets_in(name) for name in names)
        eventually(lambda: received(netpulse) >= total, 10, '%d packets' % total)
        assert received(netpulse) == total and not dropped(netpulse), (received(netpulse), total, dropped(netpulse))
        per_worker = {dict(l)['worker']: v for (n, l), v in netpulse.metrics().items()
                      if n == 'netpulse_capture_packets_total'}
        flows = comparable(netpulse.stop())
        wanted = comparable(read_flows(lab, host, *names))
        assert flows == wanted, 'only live: %s\nonly read: %s' % (
            [f for f in flows if f not in wanted][:2], [f for f in wanted if f not in flows][:2])
        return per_worker, netpulse.output(), '%d packets, %d flow records' % (total, len(flows))


def test_a_capture_file_gives_the_flow_records_of_netpulse_read():
    return '; '.join(expect_same_flows([name])[2] for name in ('sample.pcap', 'vxlan.pcap', 'fragments.pcap', 'qinq.pcap'))


def test_two_workers_behind_one_reader_see_the_same():
    _, said, result = expect_same_flows(['browsing.pcap'], workers=2)
    assert 'one reader deals packets out' in said and 'net_pcap' in said, said
    return result


def test_what_the_reader_cannot_pass_on_is_counted():
    with Lab() as lab:
        # All at once: more than the queues of two workers hold; the reader waits for them a little.
        netpulse = run_on(lab, lab.host('alone'), dpdk('net_pcap0,rx_pcap=' + capture('sample.pcap')), '--workers', '2')
        total = packets_in('sample.pcap')
        eventually(lambda: received(netpulse) + sum(dropped(netpulse).values()) == total, 10, 'all are received or lost')
        lost = dropped(netpulse)
        assert set(lost) <= {'queue/queue_full'}, lost
        flows = netpulse.stop()
        in_flows = sum(f['src_packets'] + f['dst_packets'] for f in flows)
        no_flow = 2  # ARP
        assert total - no_flow <= in_flows + sum(lost.values()) <= total, (total, in_flows, lost)
        return '%d received, %d lost in the queues' % (total, sum(lost.values()))


def test_several_queues_are_read_by_one_reader():
    per_worker, _, result = expect_same_flows(['browsing.pcap', 'gre.pcap'])
    assert len(per_worker) == 1, per_worker
    return result


def test_each_worker_has_a_queue_where_the_user_vouches_for_it():
    per_worker, said, result = expect_same_flows(['browsing.pcap', 'gtp.pcap'], workers=2, receive_scaling='trust')
    assert sorted(per_worker.values()) == sorted(map(packets_in, ('browsing.pcap', 'gtp.pcap'))), per_worker
    assert 'a receive queue of its own' in said, said
    return result


def test_each_port_has_counters_of_its_own():
    with Lab() as lab:
        host = lab.host('alone')
        ports = {'net_pcap0': 'browsing.pcap', 'net_pcap1': 'gre.pcap', 'net_pcap2': 'sample.pcap'}
        config = dpdk(*['%s,rx_pcap=%s' % (port, capture(name)) for port, name in ports.items()])
        netpulse = run_on(lab, host, config, '-i', 'net_pcap1', '-i', '0')  # by name and by number; the third is not asked for
        wanted = {port: packets_in(ports[port]) for port in ('net_pcap0', 'net_pcap1')}
        counts = lambda: {port: netpulse.sum('netpulse_capture_packets_total', interface=port) for port in ports}  # noqa: E731
        eventually(lambda: counts() == {**wanted, 'net_pcap2': 0}, 10, 'the packets of two ports')
        assert len(netpulse.stop()) == len(read_flows(lab, host, 'browsing.pcap', 'gre.pcap'))


def test_the_program_does_not_link_dpdk():
    linked = subprocess.run(['ldd', program()], capture_output=True, text=True, check=True).stdout
    assert 'libc.so' in linked and 'librte' not in linked, linked


def test_frames_in_several_buffers_are_put_together():
    return expect_same_flows(['geneve.pcap'], mbuf_data_bytes=256)[2]


def test_packets_that_found_no_buffer_are_counted():
    with Lab() as lab:
        # Whole bursts of large frames, each in six buffers: more than there are.
        config = dpdk('net_pcap0,rx_pcap=' + capture('sample.pcap'), mbuf_data_bytes=256, rx_descriptors=64, mbuf_cache=0)
        netpulse = run_on(lab, lab.host('alone'), config)
        total = packets_in('sample.pcap')
        counted = lambda: received(netpulse) + sum(dropped(netpulse).values())  # noqa: E731
        eventually(lambda: counted() == total, 10, 'all packets are received or lost')
        lost = dropped(netpulse)
        assert lost and set(lost) <= {'nic/no_buffer', 'nic/receive_error'}, lost
        flows = netpulse.stop()
        in_flows = sum(f['src_packets'] + f['dst_packets'] for f in flows)
        assert total - sum(lost.values()) - 2 <= in_flows <= total - sum(lost.values()), (total, in_flows, lost)
        assert counted_in_report(netpulse) == sum(lost.values()), (netpulse.output(), lost)
        return '%d of %d: %s' % (sum(lost.values()), total, lost)


def counted_in_report(netpulse):
    """Of the text report: what was lost before netpulse."""
    text = netpulse.output().replace(',', '')
    return sum(int(word) for line in text.splitlines() if 'nic' in line or 'card' in line
               for word in line.split() if word.isdigit())


def test_the_filter_refuses_and_counts():
    with Lab() as lab:
        netpulse = run_on(lab, lab.host('alone'), dpdk('net_pcap0,rx_pcap=' + capture('sample.pcap')), '-f', 'udp port 53')
        total = packets_in('sample.pcap')
        refused = lambda: netpulse.sum('netpulse_capture_filtered_packets_total')  # noqa: E731
        eventually(lambda: received(netpulse) + refused() == total, 10, 'all are received or refused')
        assert received(netpulse) == 230, received(netpulse)
        flows = netpulse.stop()
        assert flows and all(53 in (f['src_port'], f['dst_port']) for f in flows), flows[:3]


def test_live_traffic_of_a_veth_is_named():
    with Lab() as lab:
        client, server = two_hosts(lab)
        lab.nginx(server)
        netpulse = run_on(lab, client, dpdk('net_af_packet0,iface=eth0'), '-i', 'net_af_packet0')
        client.run(['curl', '-sk', '-o', '/dev/null', '--resolve', 'www.netflix.com:443:' + SERVER,
                    'https://www.netflix.com/10k'])
        eventually(lambda: netpulse.sum('netpulse_application_bytes_total', application='Netflix') > 10240, 3,
                   'Netflix is in /metrics')
        flows = [f for f in netpulse.stop() if f['server_name'] == 'www.netflix.com']
        assert len(flows) == 1 and flows[0]['src_addr'] == CLIENT and flows[0]['dst_payload_bytes'] > 10240, flows
        assert flows[0]['start_time'] > '2025', flows[0]


def test_a_stripped_vlan_tag_is_put_back():
    with Lab() as lab:
        client, server = two_hosts(lab)
        # A ping of VLAN 77; its checksums are nobody's concern here.
        frame = '02' * 6 + '04' * 6 + '8100004d' + '0800' + '4500001c000000004001' + '0000' + '0a1e00020a1e0001' + (
            '0800' + '0000' + '00010001') + '00' * 18
        send = ('import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("eth0", 0)); '
                '[s.send(bytes.fromhex("%s")) for _ in range(5)]' % frame)
        seen = {}
        for strip in (False, True):
            netpulse = run_on(lab, server, dpdk('net_af_packet0,iface=eth0', vlan_strip=strip), '-f', 'vlan 77 and icmp')
            client.run([sys.executable, '-c', send])
            eventually(lambda: received(netpulse) >= 5, 5, 'the requests are seen')
            assert 'cannot strip' not in netpulse.output(), netpulse.output()
            flows = netpulse.stop()
            assert [f['vlan_id'] for f in flows] == [77], flows
            seen[strip] = flows[0]['src_bytes']
            os.remove(netpulse.flows)
        assert seen[False] == seen[True] == 5 * len(bytes.fromhex(frame)), seen


def test_a_port_that_goes_down_is_a_loss_and_comes_back():
    with Lab() as lab:
        host = lab.host('alone')
        netpulse = run_on(lab, host, dpdk('net_tap0,iface=np0'))
        host.ip('addr', 'add', '10.40.0.1/24', 'dev', 'np0')

        def ping():
            before = received(netpulse)
            host.run(['ping', '-c', '1', '-W', '1', '10.40.0.2'], check=False)  # ARP requests at least
            return received(netpulse) > before
        eventually(ping, 10, 'packets come')
        losses = lambda: netpulse.sum('netpulse_capture_interface_losses_total')  # noqa: E731
        for expected in (1, 2):
            host.ip('link', 'set', 'np0', 'down')
            eventually(lambda: losses() == expected, 3, 'loss %d is counted' % expected)
            host.ip('link', 'set', 'np0', 'up')
            eventually(ping, 10, 'packets come again')
        assert losses() == 2, losses()
        netpulse.stop()


def test_errors_name_what_is_wrong_and_the_remedy():
    with Lab() as lab:
        host = lab.host('alone')
        device = 'net_pcap0,rx_pcap=' + capture('browsing.pcap')

        def refuses(config, *words, status=1, command=None, arguments=()):
            path = lab.write('bad.toml', config)
            done = host.run([command or program(), 'run', '--backend', 'dpdk', '-c', path, '--duration', '1'] +
                            list(arguments), check=False)
            said = done.stderr
            assert done.returncode == status, '%s: exit %d: %s' % (config, done.returncode, said + done.stdout)
            assert said.startswith('netpulse: ') and not done.stdout, done.stdout + said
            for word in words:
                assert word in said, '%s: no "%s" in: %s' % (config, word, said)

        refuses('[capture.dpdk]\neal_arguments = ["--no-such-option"]\n', 'no-such-option', 'eal_arguments')
        refuses(dpdk(), 'no port', 'dpdk-devbind.py', '--vdev')
        refuses(dpdk('net_pcap0,rx_pcap=' + lab.path('absent.pcap')), 'absent.pcap')
        refuses(dpdk('net_nothing0'), 'net_nothing0', 'eal_arguments')
        refuses(dpdk(device, ports=['net_pcap7']), 'net_pcap7', '0 (net_pcap0)', 'ports')
        refuses(dpdk(device), 'eth9', '0 (net_pcap0)', '-i', arguments=('-i', 'eth9'))
        refuses(dpdk(device, ports=['0', 'net_pcap0']), 'twice')
        refuses(dpdk(device, mbufs=1024), 'mbufs = 1024', 'at least')
        refuses(dpdk(device, rx_descriptors=32768, memory=16), 'memory', 'MiB', 'rx_descriptors')
        refuses(dpdk(device), 'tcp prot 80', arguments=('-f', 'tcp prot 80'))
        refuses(dpdk(device, rx_descriptors=1000), 'power of two', ':3', status=2)
        if not huge_pages():
            refuses('[capture.dpdk]\neal_arguments = ["--no-pci", "--vdev=%s"]\n' % device, 'nr_hugepages', '--no-huge')
        # A copy of the program without the module, and beside one that is none.
        alone = lab.path('netpulse')
        shutil.copy(program(), alone)
        refuses(dpdk(device), MODULE, 'libdpdk-dev', '--backend pcap', command=alone)
        shutil.copy(libc(), lab.path(MODULE))
        refuses(dpdk(device), MODULE, 'not a module', command=alone)


def huge_pages():
    with open('/proc/meminfo', encoding='ascii') as file:
        return any(line.startswith('HugePages_Total:') and line.split()[1] != '0' for line in file)


def libc():
    """Any shared library."""
    with open('/proc/self/maps', encoding='utf-8') as file:
        return next(line.split()[-1] for line in file if '/libc.so' in line or '/libc-' in line)


def test_a_module_of_another_build_is_refused():
    with Lab() as lab:
        host = lab.host('alone')
        alone = lab.path('netpulse')
        shutil.copy(program(), alone)
        with open(os.path.join(os.path.dirname(program()), MODULE), 'rb') as file:
            data = file.read()
        with open(program(), 'rb') as file:
            own = file.read()
        # The tag that both hold: a digest and the compiler's version.
        at = next(tag.start() for tag in re.finditer(rb'[0-9a-f]{32} [0-9]+\.', data) if tag.group() in own)
        with open(lab.path(MODULE), 'wb') as file:
            file.write(data[:at] + (b'0' if data[at:at + 1] != b'0' else b'1') + data[at + 1:])
        path = lab.write('run.toml', dpdk('net_pcap0,rx_pcap=' + capture('browsing.pcap')))
        done = host.run([alone, 'run', '--backend', 'dpdk', '-c', path, '--duration', '1'], check=False)
        assert done.returncode == 1 and 'another build' in done.stderr, (done.returncode, done.stderr)


def test_ctrl_c_ends_within_a_second_and_leaves_nothing():
    with Lab() as lab:
        host = lab.host('alone')
        before = set(os.listdir('/var/run/dpdk')) if os.path.isdir('/var/run/dpdk') else set()
        netpulse = run_on(lab, host, dpdk('net_null0'))
        eventually(lambda: received(netpulse) > 100000, 5, 'packets come')
        begin = time.monotonic()
        netpulse.stop()
        seconds = time.monotonic() - begin
        after = set(os.listdir('/var/run/dpdk')) if os.path.isdir('/var/run/dpdk') else set()
        assert seconds < 3 and after <= before, (seconds, after - before)
        return '%.1f s' % seconds


if __name__ == '__main__':
    given = sys.argv[sys.argv.index('--netpulse') + 1] if '--netpulse' in sys.argv[:-1] else ''
    if given and not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(given)), MODULE)):
        print('skipped: this build has no DPDK')
        print('0 passed, 0 failed, %d skipped' % sum(name.startswith('test_') for name in list(globals())))
        sys.exit(0)
    sys.exit(run_tests(dict(globals()), __doc__, ('nginx', 'openssl', 'curl', 'ping')))
