#!/usr/bin/env python3
"""Writes a C++ source that defines a text which changes with a header, with all that it includes, and with the compiler.

    source_digest.py OUTPUT.cpp DEPFILE ROOT HEADER NAME

NAME is defined in namespace netpulse as const char* const NAME; HEADER, a path from ROOT, declares it.
"""
import hashlib
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def reached(root: pathlib.Path, header: str) -> dict[str, bytes]:
    """The header and our own ones that it includes, directly or not, by name."""
    found: dict[str, bytes] = {}
    waiting = [header]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (root / name).read_bytes()
            waiting += INCLUDE.findall(found[name].decode())
    return found


def main() -> None:
    output, depfile, root, header, name = sys.argv[1:]
    files = reached(pathlib.Path(root), header)
    digest = hashlib.sha256(b''.join(files[file] for file in sorted(files))).hexdigest()[:32]
    pathlib.Path(output).write_text(
        f'#include "{header}"\n\nnamespace netpulse {{\n\nconst char* const {name} = "{digest} " __VERSION__;\n\n'
        '}  // namespace netpulse\n')
    pathlib.Path(depfile).write_text(f'{output}: ' + ' '.join(str(pathlib.Path(root) / file) for file in sorted(files)) + '\n')


if __name__ == '__main__':
    main()
