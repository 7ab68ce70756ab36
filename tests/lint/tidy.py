#!/usr/bin/env python3
"""clang-tidy over the program's own sources, as many at a time as there are cores.

    tidy.py BUILD [PART OF A PATH...]

BUILD holds compile_commands.json of a clang build. Each finding is an error (.clang-tidy).
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
FOLDERS = ('engine/', 'plugins/', 'exporters/', 'tools/')


def commands(build):
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
        for entry in json.load(file):
            path = os.path.relpath(os.path.normpath(os.path.join(entry['directory'], entry['file'])), ROOT)
            if path.startswith(FOLDERS):
                # Neither a compiler cache nor instrumentation concerns the checks.
                entry['command'] = re.sub(r'^\S*ccache ', '', re.sub(r' -fsanitize\S*', '', entry['command']))
                yield path, entry


def main():
    build, parts = sys.argv[1], sys.argv[2:]
    entries = {path: entry for path, entry in commands(build) if not parts or any(p in path for p in parts)}
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, 'compile_commands.json'), 'w', encoding='utf-8') as file:
            json.dump(list(entries.values()), file)

        def check(path):
            return subprocess.run(['clang-tidy-14', '--quiet', '-p', directory, os.path.join(ROOT, path)], text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path, done in zip(entries, pool.map(check, entries)):
                if done.returncode != 0:
                    failed += 1
                    print('FAIL  %s\n%s%s' % (path, done.stdout, done.stderr if not done.stdout else ''))
    print('%d passed, %d failed' % (len(entries) - failed, failed))
    return 1 if failed or not entries else 0


if __name__ == '__main__':
    sys.exit(main())
