#!/usr/bin/env python3
"""The checker itself: a good tree passes, and each kind of wrong is found where it is."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import include_direction  # noqa: E402

GOOD = {
    'engine/meson.build': "files('base/bytes.cpp', 'flow/table.cpp')",
    'engine/base/bytes.h': '#pragma once\n',
    'engine/base/bytes.cpp': '#include "engine/base/bytes.h"\n',
    'engine/flow/table.h': '#pragma once\n#include "engine/base/bytes.h"\n',
    'engine/flow/table.cpp': '#include <vector>\n#include "engine/flow/table.h"\n',
    'plugins/meson.build': "files('tls/tls.cpp', 'registry.cpp')",
    'plugins/common/hello.h': '#pragma once\n',
    'plugins/tls/tls.h': '#pragma once\n#include "plugins/common/hello.h"\n#include "engine/flow/table.h"\n',
    'plugins/tls/tls.cpp': '#include "plugins/tls/tls.h"\n',
    'plugins/registry.cpp': '#include "plugins/tls/tls.h"\n',
    'tests/fuzz/meson.build': "targets = ['tls']\n",
    'tests/fuzz/tls_fuzz.cpp': '#include "plugins/tls/tls.h"\n',
}


def findings(**changes):
    """Of the good tree with some files added or replaced; __ in a name stands for /."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **{k.replace('__', '/'): v for k, v in changes.pop('files', {}).items()}}.items():
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w') as file:
                file.write(text)
        return include_direction.check(root)[0]


class IncludeDirection(unittest.TestCase):
    def assert_one(self, files, *parts):
        found = findings(files=files)
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def test_a_good_tree_has_no_findings(self):
        self.assertEqual(findings(), [])

    def test_base_may_not_see_flow(self):
        self.assert_one({'engine/base/bytes.cpp': '\n#include "engine/base/bytes.h"\n#include "engine/flow/table.h"\n'},
                        'engine/base/bytes.cpp:3:', 'engine/base may not include engine/flow')

    def test_a_plugin_may_not_see_another(self):
        self.assert_one({'plugins/meson.build': "files('tls/tls.cpp', 'registry.cpp', 'dns/dns.cpp')",
                         'plugins/dns/dns.cpp': '#include "plugins/tls/tls.h"\n'}, 'plugins/dns/dns.cpp:1:')

    def test_a_plugin_may_not_see_the_workers(self):
        self.assert_one({'engine/worker/engine.h': '#pragma once\n',
                         'plugins/tls/tls.cpp': '#include "plugins/tls/tls.h"\n#include "engine/worker/engine.h"\n'},
                        'plugins/tls may not include engine/worker')

    def test_a_source_that_is_not_built_is_found(self):
        self.assert_one({'engine/flow/forgotten.cpp': 'int x;\n'}, 'engine/flow/forgotten.cpp:1:', 'meson.build')

    def test_a_header_that_nobody_includes_is_found(self):
        self.assert_one({'engine/flow/forgotten.h': '#pragma once\n'}, 'engine/flow/forgotten.h:1:')

    def test_a_header_without_pragma_once_is_found(self):
        self.assert_one({'engine/base/bytes.h': 'int x();\n'}, '#pragma once')

    def test_a_relative_include_is_found(self):
        self.assert_one({'engine/base/bytes.cpp': '#include "bytes.h"\n'}, 'from the root')

    def test_unfinished_work_is_found(self):
        self.assert_one({'README.md': 'one\n// TO' 'DO: two\n'}, 'README.md:2:', 'unfinished')

    def test_a_path_of_a_machine_is_found(self):
        self.assert_one({'tools/x.sh': 'cd /ho' 'me/jane/project\n'}, 'tools/x.sh:1:', 'machine')
        self.assertEqual(findings(files={'tools/x.sh': 'cd $HOME/work/x; ls out/work/y\n'}), [])


if __name__ == '__main__':
    unittest.main()
