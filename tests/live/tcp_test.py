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


def download(**harm):
    """Fetches files through the harmed cable. Returns the flows that netpulse saw at its two ends ('in' where the files
    enter it, 'out' where they leave it), the cable's log, and the segments that the sender's kernel sent again."""
    with Lab() as lab:
        client, server = lab.host('client'), lab.host('server')
        relay = lab.bad_cable(client, CLIENT + '/24', server, SERVER + '/24', 'relay.jsonl', **harm)
        lab.nginx(server)
        taps = {end: Netpulse(lab, host, '-i', 'eth0', name=end) for end, host in (('in', server), ('out', client))}
        for _ in range(DOWNLOADS):
            client.run(['curl', '-s', '-f', '-m', '40', '-o', '/dev/null', 'http://%s/1m' % SERVER], timeout=50)
        time.sleep(0.5)  # the last acknowledgements
        flows = {end: [f for f in netpulse.stop() if f['dst_port'] == 80] for end, netpulse in taps.items()}
        resent = int(server.run(['nstat', '-asz', 'TcpRetransSegs']).stdout.split('TcpRetransSegs')[1].split()[0])
        relay.terminate()
        relay.wait(5)
        return flows, json_lines(lab.path('relay.jsonl')), resent


def check_end(flows, log, end):
    """Every number of every flow at one end against the account; the sums."""
    assert len({f['src_port'] for f in flows}) == DOWNLOADS, flows
    total = {'repeats': 0, 'gaps': 0, 'frames': 0}
    for port in {f['src_port'] for f in flows}:
        records = [f for f in flows if f['src_port'] == port]
        found = {key: sum(f[key] for f in records)
                 for key in ('dst_packets', 'dst_retransmissions', 'dst_out_of_order', 'dst_lost_segments')}
        frames, repeats, gaps = account(log, port, end)
        assert found['dst_packets'] == frames, ('the capture is not whole', end, found, frames)
        assert found['dst_retransmissions'] + found['dst_out_of_order'] == repeats, (end, found, repeats)
        assert found['dst_lost_segments'] == gaps, (end, found, gaps)
        total['repeats'] += repeats
        total['gaps'] += gaps
        total['frames'] += frames
    return total


def check(flows, log, resent):
    """Both ends; what the cable did is the difference between them. Returns their sums, and what was done."""
    before, behind = (check_end(flows[end], log, end) for end in ('in', 'out'))
    done = {did: sum(f['did'] == did for f in log) for did in ('in', 'lost', 'out')}
    done['twice'] = done['out'] - done['in'] + done['lost']
    assert before['frames'] - behind['frames'] == done['lost'] - done['twice'], (before, behind, done)
    assert before['gaps'] == 0 and before['repeats'] == resent, ('the kernel counts what it sends again', before, resent)
    return before, behind, done


def test_nothing_is_lost_on_a_good_cable():
    before, behind, done = check(*download())
    # On a busy machine the sender may send something again that was only slow.
    assert before == behind and done['lost'] == done['twice'] == 0, (before, behind, done)


def test_loss_is_gaps_behind_it_and_repeats_before_it():
    before, behind, done = check(*download(loss=0.02, seed=3))
    assert done['lost'] > 0 and behind['gaps'] > 0 and before['repeats'] >= done['lost'], (before, behind, done)
    return '%d frames lost: %d gaps behind, %d repeats before' % (done['lost'], behind['gaps'], before['repeats'])


def test_reordering():
    before, behind, done = check(*download(reorder=0.02, seed=5))
    assert done['lost'] == done['twice'] == 0 and behind['gaps'] > 0, (before, behind, done)
    assert behind['repeats'] - before['repeats'] >= behind['gaps'], (before, behind)
    return '%d gaps that late frames fill; %d of them were sent again' % (behind['gaps'], before['repeats'])


def test_doubling():
    before, behind, done = check(*download(duplicate=0.02, seed=6))
    assert done['twice'] > 0 and behind['gaps'] == 0, (before, behind, done)
    assert behind['repeats'] == before['repeats'] + done['twice'], (before, behind, done)
    return '%d frames twice' % done['twice']


def test_everything_at_once():
    before, behind, done = check(*download(loss=0.01, reorder=0.01, duplicate=0.01, delay=0.01, seed=6))
    assert done['lost'] > 0 and done['twice'] > 0 and behind['gaps'] > 0, (before, behind, done)
    return '%d lost, %d twice: %d gaps, %d repeats behind, %d before' % (
        done['lost'], done['twice'], behind['gaps'], behind['repeats'], before['repeats'])


def test_round_trips_are_the_delay_of_the_cable():
    flows, log, resent = download(delay=0.05)
    check(flows, log, resent)
    before, behind = flows['in'], flows['out']
    shortest = min(f['src_rtt_min_seconds'] for f in before)
    assert 0.05 <= shortest <= 0.05 * 1.02, shortest
    # One sample per flow: the relay's own pace is in it.
    for shake in (min(f['handshake_client_rtt_seconds'] for f in before), min(f['handshake_server_rtt_seconds'] for f in behind)):
        assert 0.05 <= shake <= 0.05 * 1.1, shake
    # The other ways are those to hosts on this side of the delay.
    assert max(f['handshake_server_rtt_seconds'] for f in before) < 0.05, before
    assert max(f['handshake_client_rtt_seconds'] for f in behind) < 0.05, behind
    assert min(f['src_rtt_min_seconds'] for f in behind) < 0.05, behind
    return 'data %.2f ms' % (shortest * 1e3)


if __name__ == '__main__':
    # A sender that runs on two cores hands its frames to two receive queues, and they may pass each other between
    # netpulse and the cable's log. On one core there is one order.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sys.exit(run_tests(globals(), __doc__, ['ethtool', 'curl', 'nginx', 'nstat', 'ping', 'sysctl']))
