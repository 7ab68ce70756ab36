#!/usr/bin/env python3
"""Writes text files into a C++ source as a table of {name, contents}.

embed_text.py OUTPUT.cpp HEADER FUNCTION FILE...

FUNCTION is defined in namespace netpulse as std::span<const EmbeddedText> FUNCTION(); HEADER declares it. Names are the
files' names without their folder.
"""
import pathlib
import sys


def literal(data: bytes) -> str:
    """The bytes as adjacent C++ string literals, a line of the file each."""
    simple = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n"}
    lines = []
    for line in data.splitlines(keepends=True):
        text = "".join(simple.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in line)
        lines.append(f'    "{text}"')
    return "\n".join(lines) or '    ""'


def main() -> None:
    output, header, function, *files = sys.argv[1:]
    parts = [f'#include "{header}"\n\n#include <array>\n\nnamespace netpulse {{\nnamespace {{\n\n']
    rows = []
    for index, path in enumerate(map(pathlib.Path, files)):
        data = path.read_bytes()
        parts.append(f"constexpr char kText{index}[] =\n{literal(data)};\n\n")
        rows.append(f'    {{"{path.name}", std::string_view(kText{index}, {len(data)})}},\n')
    parts.append(f"constexpr std::array<EmbeddedText, {len(files)}> kFiles{{{{\n{''.join(rows)}}}}};\n\n}}  // namespace\n\n")
    parts.append(f"std::span<const EmbeddedText> {function}() {{ return kFiles; }}\n\n}}  // namespace netpulse\n")
    pathlib.Path(output).write_text("".join(parts), encoding="ascii")


if __name__ == "__main__":
    main()
