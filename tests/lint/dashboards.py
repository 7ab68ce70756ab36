#!/usr/bin/env python3
"""configs/grafana/dashboards are what their source makes, of Grafana's schema, and tidy. Prints "N passed, N failed".

Making them needs npm and its registry; where that is out of reach, or npm is not installed, that part is skipped.
"""
import filecmp
import glob
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
COMMITTED = os.path.join(ROOT, 'configs', 'grafana', 'dashboards')
SOURCE = os.path.join(ROOT, 'configs', 'grafana', 'source')
BUILD = os.path.join(ROOT, 'build', 'dashboards', 'source')  # beside it: dashboards/, as in configs/grafana
COLUMNS, PANELS_MAX = 24, 20
OUT_OF_REACH = r'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH'
# A promise to those who link to them.
UIDS = {'netpulse-overview', 'netpulse-capture', 'netpulse-applications', 'netpulse-quality', 'netpulse-voice', 'netpulse-fleet',
        'netpulse-report'}


def dashboards():
    for path in sorted(glob.glob(os.path.join(COMMITTED, '*.json'))):
        with open(path, encoding='utf-8') as file:
            yield os.path.basename(path), json.load(file)


def overlaps(one, other):
    return (one['x'] < other['x'] + other['w'] and other['x'] < one['x'] + one['w'] and
            one['y'] < other['y'] + other['h'] and other['y'] < one['y'] + one['h'])


def faults_of_panel(panel):
    for key in ('title', 'description'):
        if not panel.get(key):
            yield 'no ' + key
    if not panel['fieldConfig']['defaults'].get('unit'):
        yield 'no unit'
    place = panel['gridPos']
    if place['x'] + place['w'] > COLUMNS or min(place.values()) < 0:
        yield 'outside of the grid: %s' % place
    if panel['datasource']['uid'] != '${datasource}':
        yield 'a fixed data source'
    for target in panel['targets']:
        if target['datasource']['uid'] != '${datasource}':
            yield 'a fixed data source in query ' + target['refId']
        if re.search(r'\[\d', target['expr']):
            yield 'a fixed interval in query ' + target['refId']


def faults_of_dashboard(dashboard):
    panels = dashboard['panels']
    ids = [panel['id'] for panel in panels]
    if len(ids) != len(set(ids)):
        yield 'panel ids twice'
    if len(panels) > PANELS_MAX:
        yield '%d panels: too many to look at' % len(panels)
    titles = [panel['title'] for panel in panels]
    if len(titles) != len(set(titles)):
        yield 'panel titles twice'
    for i, one in enumerate(panels):
        for other in panels[:i]:
            if overlaps(one['gridPos'], other['gridPos']):
                yield '"%s" covers "%s"' % (one['title'], other['title'])
        yield from ('"%s": %s' % (one['title'], fault) for fault in faults_of_panel(one))
    names = [variable['name'] for variable in dashboard['templating']['list']]
    if names[:3] != ['datasource', 'job', 'instance']:
        yield 'variables: %s' % names
    used = set(re.findall(r'\$\{?(\w+)', json.dumps(dashboard))) - {'__rate_interval', '__range', '__all'}
    if used != set(names):
        yield 'variables %s, used %s' % (sorted(names), sorted(used))
    for key, wanted in (('schemaVersion', 41), ('graphTooltip', 1)):
        if dashboard[key] != wanted:
            yield '%s is %s' % (key, dashboard[key])
    if not any(link['keepTime'] and link['includeVars'] for link in dashboard['links']):
        yield 'no links to the others'


def tidy():
    found, uids = [], []
    for name, dashboard in dashboards():
        found += ['%s: %s' % (name, fault) for fault in faults_of_dashboard(dashboard)]
        uids.append(dashboard['uid'])
        if dashboard['uid'] + '.json' != name:
            found.append('%s: its uid is %s' % (name, dashboard['uid']))
    if len(uids) != len(set(uids)) or set(uids) != UIDS:
        found.append('uids: %s' % sorted(uids))
    return found


def lock_file():
    with open(os.path.join(SOURCE, 'package-lock.json'), encoding='utf-8') as file:
        return ['package-lock.json names a host: ' + line.strip() for line in file if '://' in line]


def npm(*arguments):
    # The registry and proxies are the user's own settings.
    done = subprocess.run(['npm', *arguments], cwd=BUILD, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def as_made():
    """None where they cannot be made here."""
    if not shutil.which('npm'):
        print('skipped: dashboards were not made anew: npm is not installed')
        return None
    shutil.rmtree(BUILD, ignore_errors=True)
    made = os.path.join(os.path.dirname(BUILD), 'dashboards')
    shutil.rmtree(made, ignore_errors=True)
    os.makedirs(made)
    shutil.copytree(SOURCE, BUILD, ignore=shutil.ignore_patterns('node_modules', 'build'))
    status, output = npm('ci', '--no-audit', '--no-fund', '--fetch-retries=1', '--fetch-timeout=30000')
    if status and re.search(OUT_OF_REACH, output):
        print('skipped: dashboards were not made anew: npm cannot reach its registry')
        return None
    for step in ('generate', 'check'):
        if not status:
            status, output = npm('run', step)
    if status:
        return [output[-4000:]]
    _, different, missing = filecmp.cmpfiles(made, COMMITTED, sorted(set(os.listdir(made)) | set(os.listdir(COMMITTED))),
                                             shallow=False)
    return ['%s is not what configs/grafana/source makes: npm run generate there' % name for name in different + missing]


def main():
    passed = failed = skipped = 0
    for check in (tidy, lock_file, as_made):
        found = check()
        passed, failed, skipped = passed + (found == []), failed + bool(found), skipped + (found is None)
        for fault in found or []:
            print('FAIL  ' + fault)
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
