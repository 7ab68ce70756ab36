#!/usr/bin/env python3
"""Checks the source tree: who includes whom, dead files, and what no file may hold.

    include_direction.py [ROOT]

The table below is the architecture: a folder may include itself and what is listed. Prints a line per finding
(file:line: what) and exits 1 if there is any.
"""
import os
import re
import sys

ENGINE = {
    'engine/base': [],
    'engine/config': ['engine/base'],
    'engine/packet': ['engine/base', 'engine/config'],
    'engine/source': ['engine/base', 'engine/config', 'engine/packet'],
    'engine/flow': ['engine/base', 'engine/config', 'engine/packet'],
    'engine/place': ['engine/base', 'engine/config'],
    'engine/metrics': ['engine/base', 'engine/config', 'engine/packet', 'engine/flow', 'engine/place'],
    'engine/analysis': ['engine/base', 'engine/config', 'engine/packet', 'engine/flow', 'engine/metrics'],
    'engine/filter': ['engine/base', 'engine/config', 'engine/packet', 'engine/flow', 'engine/metrics', 'engine/analysis'],
    'engine/worker': ['engine'],
}
PLUGIN = ['engine/base', 'engine/config', 'engine/packet', 'engine/flow', 'engine/metrics', 'engine/analysis',
          'plugins/common']
EXPORTER = ['engine/base', 'engine/config', 'engine/packet', 'engine/flow', 'engine/place', 'engine/metrics',
            'engine/filter', 'exporters/common']
CONFIGS = ['engine/base', 'engine/config', 'engine/packet', 'engine/flow', 'engine/place', 'engine/metrics',
           'engine/analysis']
EVERYTHING = ['engine', 'plugins', 'exporters', 'configs', 'tools', 'tests', 'bench']

SOURCE_FOLDERS = ('engine', 'plugins', 'exporters', 'configs', 'tools', 'tests', 'bench')
TEXT_SUFFIXES = ('.h', '.cpp', '.py', '.sh', '.toml', '.md', '.build', '.txt', '.yml', '.json', '.conf', '')
INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
# Spelled so that this file does not find itself.
FORBIDDEN = [
    (re.compile(r'(?<![\w.$}])/(work|root|home/\w+|Users/\w+)/|/tmp/np' + '-'), 'a path of somebody\'s machine'),
    (re.compile(r'\b(TO' + r'DO|FIX' + r'ME|XX' + r'X|HA' + r'CK)\b'), 'unfinished work'),
]


def folder_of(path):
    """engine/flow for engine/flow/x/y.h; plugins for plugins/registry.h; plugins/tls for plugins/tls/tls.cpp."""
    parts = path.split('/')
    return '/'.join(parts[:2]) if len(parts) > 2 else parts[0]


def allowed(folder):
    if folder in ENGINE:
        return ENGINE[folder]
    if folder.startswith('plugins/'):
        return PLUGIN
    if folder == 'plugins':  # the registry
        return PLUGIN + ['plugins']
    if folder.startswith('exporters/'):
        return EXPORTER
    if folder == 'exporters':
        return EXPORTER + ['exporters']
    if folder.startswith('configs/'):  # embedded data: the catalogue, the countries
        return CONFIGS
    return EVERYTHING if folder.split('/')[0] in ('tools', 'tests', 'bench') else None


def may_include(source, target):
    folder, wanted = folder_of(source), folder_of(target)
    if folder == wanted:
        return True
    permitted = allowed(folder)
    return permitted is not None and any(wanted == p or wanted.startswith(p + '/') for p in permitted)


def files_under(root):
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(('.git', 'build', '__pycache__', '.cache', 'node_modules'))
                            and not (f == 'corpus' and directory.endswith('fuzz')))
        for name in sorted(n for n in names if n != '.git'):
            yield os.path.relpath(os.path.join(directory, name), root)


def check_includes(root, sources):
    findings, included = [], set()
    for path in sources:
        with open(os.path.join(root, path), encoding='utf-8', errors='replace') as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                target = match.group(1)
                included.add(target)
                where = '%s:%d: ' % (path, number)
                if not os.path.exists(os.path.join(root, target)):
                    findings.append(where + 'includes "%s": write our own headers\' paths from the root' % target)
                elif not may_include(path, target):
                    findings.append(where + '%s may not include %s' % (folder_of(path), folder_of(target)))
    findings += ['%s:1: no file includes this header' % p for p in sources if p.endswith('.h') and p not in included]
    return findings


def check_headers(root, sources):
    findings = []
    for path in sources:
        if path.endswith('.h'):
            with open(os.path.join(root, path), encoding='utf-8', errors='replace') as file:
                if '#pragma once' not in file.read():
                    findings.append(path + ':1: no #pragma once')
    return findings


def check_built(root, paths, sources):
    """Each .cpp is named in the meson.build of its folder or of one above."""
    builds = {}
    for path in paths:
        if os.path.basename(path) == 'meson.build':
            with open(os.path.join(root, path), encoding='utf-8') as file:
                builds[os.path.dirname(path)] = set(re.findall(r"'([^'\n]+)'", file.read()))
    findings = []
    for path in sources:
        if not path.endswith('.cpp'):
            continue
        folder, known = os.path.dirname(path), False
        while True:
            name = os.path.relpath(path, folder) if folder else path
            stem = name[:-len('.cpp')]
            # Also as an entry of a list of targets: 'decode' with name + '_fuzz.cpp'.
            known = bool({name, stem, re.sub(r'_(fuzz|bench)$', '', stem)} & builds.get(folder, set()))
            if not folder or known:
                break
            folder = os.path.dirname(folder)
        if not known:
            findings.append(path + ':1: no meson.build names this file')
    return findings


def check_text(root, paths):
    findings = []
    for path in paths:
        if os.path.splitext(path)[1] not in TEXT_SUFFIXES:
            continue
        try:
            with open(os.path.join(root, path), encoding='utf-8') as file:
                lines = file.read().split('\n')
        except (UnicodeDecodeError, OSError):
            continue
        for number, line in enumerate(lines, 1):
            findings += ['%s:%d: %s' % (path, number, what) for pattern, what in FORBIDDEN if pattern.search(line)]
    return findings


def check(root):
    paths = list(files_under(root))
    sources = [p for p in paths if p.endswith(('.h', '.cpp')) and p.split('/')[0] in SOURCE_FOLDERS]
    findings = check_includes(root, sources) + check_headers(root, sources) + check_built(root, paths, sources)
    return findings + check_text(root, paths), len(sources)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    findings, count = check(root)
    for finding in findings:
        print(finding)
    if count == 0:
        print('no source files under ' + root)
    print('%d source files, %d findings' % (count, len(findings)))
    return 1 if findings or count == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
