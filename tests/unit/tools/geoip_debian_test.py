#!/usr/bin/env python3
"""tools/geoip-debian: what it writes, read back by netpulse.

    geoip_debian_test.py NETPULSE
"""
import ipaddress
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..'))
TOOL = os.path.join(ROOT, 'tools', 'geoip-debian')
NETPULSE = None

GEOIP = """# Generated: Thu, 25 Jun 2026 04:33:59 GMT
# Vendor:    IPFire Project
# License:   CC BY-SA 4.0
15726992,15726999,??
16777216,16777471,AU
16777472,16778239,CN
16778240,16778240,A1
16778241,16779263,AU
3758096383,3758096383,SE
"""
GEOIP6 = """# Generated: Thu, 25 Jun 2026 04:33:59 GMT
2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP
2001:200:135::,2001:200:135:ffff:ffff:ffff:ffff:ffff,US
2a00::,2a0f:ffff:ffff:ffff:ffff:ffff:ffff:ffff,SE
"""
# Both ends of ranges, and what is beside them.
WANTED = {
    '0.239.249.0': None, '1.0.0.0': 'AU', '1.0.0.255': 'AU', '1.0.1.0': 'CN', '1.0.3.255': 'CN', '1.0.4.0': None,
    '1.0.4.1': 'AU', '1.0.7.255': 'AU', '1.0.8.0': None, '223.255.255.254': None, '223.255.255.255': 'SE',
    '2001:1ff:ffff::1': None, '2001:200::': 'JP', '2001:200:134:ffff:ffff:ffff:ffff:ffff': 'JP', '2001:200:135::': 'US',
    '2001:200:136::': None, '2a00::': 'SE', '2a0f:ffff:ffff:ffff:ffff:ffff:ffff:ffff': 'SE', '2a10::': None}


def frame(address):
    """A UDP packet of address to a private one."""
    source = ipaddress.ip_address(address)
    udp = struct.pack('>HHHH', 1000, 2000, 8, 0)
    if source.version == 4:
        packet = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 28, 0, 0, 64, 17, 0, source.packed, bytes([10, 0, 0, 1]))
        return bytes(12) + struct.pack('>H', 0x0800) + packet + udp
    destination = ipaddress.IPv6Address('fd00::1').packed
    return bytes(12) + struct.pack('>HIHBB', 0x86dd, 6 << 28, 8, 17, 64) + source.packed + destination + udp


class GeoipDebian(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def write(self, name, contents):
        path = os.path.join(self.directory, name)
        with open(path, 'wb') as file:
            file.write(contents if isinstance(contents, bytes) else contents.encode())
        return path

    def make(self, geoip=GEOIP, geoip6=GEOIP6):
        output = os.path.join(self.directory, 'new', 'country.mmdb')
        run = subprocess.run([TOOL, output, self.write('geoip', geoip), self.write('geoip6', geoip6)],
                             capture_output=True, text=True, timeout=60)
        return run, output

    def netpulse(self, database, *arguments):
        return subprocess.run([NETPULSE, *arguments], capture_output=True, text=True, timeout=60,
                              env={**os.environ, 'NETPULSE_GEOIP_DATABASES': database})

    def test_netpulse_finds_each_range(self):
        run, database = self.make()
        self.assertEqual(run.returncode, 0, run.stderr)
        capture = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
        for number, address in enumerate(WANTED):
            data = frame(address)
            capture += struct.pack('<IIII', 1_700_000_000, number, len(data), len(data)) + data
        flows = os.path.join(self.directory, 'flows.jsonl')
        read = self.netpulse(database, 'read', self.write('x.pcap', capture), '--flows', flows, '--format', 'json')
        self.assertEqual((read.returncode, read.stderr), (0, ''))
        with open(flows, encoding='utf-8') as file:
            found = {flow['src_addr']: flow['src_country'] for flow in map(json.loads, file)}
        self.assertEqual(found, WANTED)

        report = json.loads(read.stdout)
        countries = {entry['country']: entry['flows'] for entry in report['countries']}
        self.assertEqual(countries, {'AU': 4, 'CN': 2, 'JP': 2, 'SE': 3, 'US': 1, 'private': 19, 'reserved': 1, 'unknown': 5})
        (database,) = report['geoip']['databases']
        self.assertEqual(database['built_at'], '2026-06-25T04:33:59.000000000Z')
        self.assertEqual(database['description'],
                         'Countries by IPFire Project (https://location.ipfire.org/), CC BY-SA 4.0')

    def test_check_names_the_database_or_what_is_wrong_with_it(self):
        _, database = self.make()
        good = self.netpulse(database, 'check', '--format', 'json')
        details = [c for c in json.loads(good.stdout)['checks'] if c['name'] == 'GeoIP database']
        self.assertEqual([c['status'] for c in details], ['ok'])
        self.assertIn('Debian-tor-geoipdb-Country, built 2026-06-25, has countries', details[0]['detail'])
        os.truncate(database, os.path.getsize(database) // 2)
        bad = self.netpulse(database, 'check', '--format', 'json')
        details = [c for c in json.loads(bad.stdout)['checks'] if c['name'] == 'GeoIP database']
        self.assertEqual([c['status'] for c in details], ['warn'])
        self.assertIn('cut off', details[0]['detail'])

    def test_refuses_what_it_cannot_convert(self):
        for geoip in ('', 'no ranges', '1,5,SE\n3,9,NO\n'):
            run, output = self.make(geoip, '')
            self.assertEqual(run.returncode, 1, geoip)
            self.assertRegex(run.stderr, 'no ranges|overlap')
            self.assertFalse(os.path.exists(output))
        self.assertEqual(subprocess.run([TOOL], capture_output=True, timeout=60).returncode, 2)


if __name__ == '__main__':
    NETPULSE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
