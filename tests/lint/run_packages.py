#!/usr/bin/env python3
"""What tools/run builds needs no Debian package but those that tools/run installs (group "build" of tools/packages).

A machine that runs the tests has many more, so a dependency that slipped in would be noticed on users' machines alone.
Prints what is wrong, then "N passed, N failed": a case for each library that meson looks for.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))

# Built only where its package is there, which tools/run installs for those who ask for it.
WITHOUT = ['-Ddpdk=disabled']


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run_options():
    """The options that tools/run gives to the build."""
    with open(os.path.join(ROOT, 'tools', 'run'), encoding='utf-8') as script:
        found = re.search(r'^\s*options=\((.+)\)$', script.read(), re.M)
    return found.group(1).split()


def installed_by(group):
    """Packages that installing a group brings: its own, and what they depend on."""
    names = []
    with open(os.path.join(ROOT, 'tools', 'packages'), encoding='utf-8') as packages:
        for line in packages:
            if line.split()[:1] == [group]:
                names += line.split()[1:]
    listing = output_of('apt-cache', 'depends', '--recurse', '--installed', '--no-recommends', '--no-suggests',
                        '--no-conflicts', '--no-breaks', '--no-replaces', '--no-enhances', *names)
    return {line for line in listing.splitlines() if line and not line.startswith((' ', '<'))}


def package_of(path):
    # Debian 12 knows files of merged /usr by either name.
    for name in (path, path.removeprefix('/usr')):
        found = subprocess.run(['dpkg', '-S', name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(':')[0].split(',')[0]
    return None


def file_of(dependency):
    """A file that meson needs for it; None where that is the compiler itself."""
    if dependency == 'threads':
        return None
    if dependency == 'boost':  # has no pkg-config file
        return '/usr/include/boost/version.hpp'
    folder = output_of('pkg-config', '--variable=pcfiledir', dependency).strip()
    return os.path.join(folder, dependency + '.pc')


def main():
    allowed = installed_by('build')
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(['meson', 'setup', directory, ROOT, *run_options(), *WITHOUT], check=True, stdout=subprocess.DEVNULL)
        dependencies = json.loads(output_of('meson', 'introspect', '--dependencies', directory))
    for dependency in dependencies:
        path = file_of(dependency['name'])
        package = package_of(path) if path else None
        if path and package not in allowed:
            print('%s: %s is in package %s, which tools/run does not install' % (dependency['name'], path, package))
            failed += 1
        else:
            passed += 1
    if not dependencies:
        print('meson lists no dependencies: this test sees nothing')
        failed += 1
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
