#!/usr/bin/env python3
"""Writes the C++ file that holds the catalogue's files: embed_catalogue.py OUTPUT FILE..."""
import os
import sys

CHUNK = 8000  # compilers limit the length of one literal


def literal(text):
    chunks = [text[i:i + CHUNK] for i in range(0, len(text), CHUNK)]
    return '\n'.join('R"catalogue(%s)catalogue"' % chunk for chunk in chunks)


def main():
    output, paths = sys.argv[1], sys.argv[2:]
    with open(output, 'w', encoding='utf-8') as out:
        out.write('#include "tools/netpulse/builtin_catalogue.h"\n\nnamespace netpulse {\nnamespace {\n\n')
        out.write('constexpr BuiltinFile kFiles[] = {\n')
        for path in paths:
            with open(path, encoding='utf-8') as file:
                out.write('{"catalogue/%s", %s},\n' % (os.path.basename(path), literal(file.read())))
        out.write('};\n\n}  // namespace\n\n')
        out.write('std::span<const BuiltinFile> builtin_catalogue_files() noexcept { return kFiles; }\n\n')
        out.write('}  // namespace netpulse\n')


main()
