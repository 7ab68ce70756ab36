#!/usr/bin/env python3
"""TCP over a cable that loses, reorders, doubles and delays: what netpulse counts against the cable's own account.

    tcp_test.py --netpulse PROGRAM [TEST...]

The cable (relay.py) logs each frame it takes and gives, so that the truth comes from nobody's analysis: bytes that were
there before, and bytes that are not there yet. Needs root and the packages of the group "test" in tools/packages; where
namespaces cannot be had it says so and skips.
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CLIENT, SERVER, Netpulse, run_tests  # noqa: E402
from lab import Lab, json_lines  # noqa: E402

SYN, FIN = 2, 1
DOWNLOADS = 3


def account(log, port, moment):
    """What somebody sees who stands where the frames are 'in' or 'out': frames, repeats (begin before the highest byte
    seen), gaps (begin behind it)."""
    frames = repeats = gaps = 0
    end = None
    for frame in log:
        if frame['did'] != moment or frame['port'] != port:
            continue
        frames += 1
        length = frame['bytes'] + (1 if frame['flags'] & (SYN | FIN) else 0)
        ahead = 0 if end is None else (frame['seq'] - end + 2 ** 31) % 2 ** 32 - 2 ** 31
        gaps += ahead > 0
        repeats += ahead < 0 and length != 0
        if end is None or ahead + length > 0:
            end = (frame['seq'] + length) % 2 ** 32
    return frames, repeats, gaps


def download(behind_the_cable, **harm):
    """Fetches files through the harmed cable; the flows that netpulse saw at one of its ends, and the cable's log."""
    with Lab() as lab:
        client, server = lab.host('client'), lab.host('server')
        relay = lab.bad_cable(client, CLIENT + '/24', server, SERVER + '/24', 'relay.jsonl', **harm)
        lab.nginx(server)
        netpulse = Netpulse(lab, client if behind_the_cable else server, '-i', 'eth0')
        for _ in range(DOWNLOADS):
            client.run(['curl', '-s', '-f', '-m', '40', '-o', '/dev/null', 'http://%s/1m' % SERVER], timeout=50)
        time.sleep(0.5)  # the last acknowledgements
        flows = [f for f in netpulse.stop() if f['dst_port'] == 80]
        relay.terminate()
        relay.wait(5)
        return flows, json_lines(lab.path('relay.jsonl'))


def check(flows, log, moment):
    """Every number of every flow against the account; the sums."""
    assert len({f['src_port'] for f in flows}) == DOWNLOADS, flows
    total = {'repeats': 0, 'gaps': 0}
    for port in {f['src_port'] for f in flows}:
        records = [f for f in flows if f['src_port'] == port]
        found = {key: sum(f[key] for f in records)
                 for key in ('dst_packets', 'dst_retransmissions', 'dst_out_of_order', 'dst_lost_segments')}
        frames, repeats, gaps = account(log, port, moment)
        assert found['dst_packets'] == frames, ('the capture is not whole', found, frames)
        assert found['dst_retransmissions'] + found['dst_out_of_order'] == repeats, (found, repeats)
        assert found['dst_lost_segments'] == gaps, (found, gaps)
        total['repeats'] += repeats
        total['gaps'] += gaps
    return total


def test_nothing_is_found_on_a_good_cable():
    flows, log = download(True)
    assert check(flows, log, 'out') == {'repeats': 0, 'gaps': 0}


def test_loss_behind_the_place_of_capture_is_seen_twice():
    flows, log = download(False, loss=0.02, seed=3)
    total = check(flows, log, 'in')
    lost = sum(f['did'] == 'lost' for f in log)
    assert lost > 0 and total['gaps'] == 0 and total['repeats'] >= lost, (lost, total)
    return '%d frames lost, %d seen twice' % (lost, total['repeats'])


def test_loss_before_the_place_of_capture_leaves_gaps():
    flows, log = download(True, loss=0.02, seed=4)
    total = check(flows, log, 'out')
    assert total['gaps'] > 0, total
    return '%(gaps)d gaps' % total


def test_reordering_and_doubling():
    flows, log = download(True, reorder=0.02, duplicate=0.02, seed=5)
    total = check(flows, log, 'out')
    assert total['gaps'] > 0 and total['repeats'] > 0, total
    return '%(gaps)d gaps, %(repeats)d repeats' % total


def test_everything_at_once():
    for behind, moment in ((True, 'out'), (False, 'in')):
        flows, log = download(behind, loss=0.01, reorder=0.01, duplicate=0.01, delay=0.01, seed=6)
        assert check(flows, log, moment)['repeats'] > 0


def test_round_trips_are_the_delay_of_the_cable():
    flows, log = download(False, delay=0.05)
    check(flows, log, 'in')
    shortest = min(f['src_rtt_min_seconds'] for f in flows)
    assert 0.05 <= shortest <= 0.05 * 1.02, shortest
    handshake = min(f['handshake_client_rtt_seconds'] for f in flows)
    assert 0.05 <= handshake <= 0.05 * 1.1, handshake  # one sample per flow: the relay's own pace is in it
    assert all(f['handshake_server_rtt_seconds'] < 0.05 for f in flows), flows
    return 'data %.2f ms, handshake %.2f ms' % (shortest * 1e3, handshake * 1e3)


if __name__ == '__main__':
    # A sender that runs on two cores hands its frames to two receive queues, and they may pass each other between
    # netpulse and the cable's log. On one core there is one order.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sys.exit(run_tests(globals(), __doc__, ['ethtool', 'curl', 'nginx', 'ping', 'sysctl']))
