#!/usr/bin/env python3
"""Writes a C++ source that defines a text which changes with the given files and with the compiler.

    source_digest.py OUTPUT.cpp HEADER NAME FILE...

NAME is defined in namespace netpulse as const char* const NAME; HEADER declares it.
"""
import hashlib
import pathlib
import sys


def main() -> None:
    output, header, name, *files = sys.argv[1:]
    digest = hashlib.sha256(b''.join(pathlib.Path(file).read_bytes() for file in files)).hexdigest()
    pathlib.Path(output).write_text(
        f'#include "{header}"\n\nnamespace netpulse {{\n\nconst char* const {name} = "{digest[:32]} " __VERSION__;\n\n'
        '}  // namespace netpulse\n')


if __name__ == '__main__':
    main()
