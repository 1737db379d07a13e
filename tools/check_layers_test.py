#!/usr/bin/env python3
"""Plants each violation that check_layers.py is for into a small clean tree, and expects it to be found."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import check_layers  # noqa: E402

CLEAN = {
    "main.cpp": '#include "app/serve.hpp"\n',
    "base/CMakeLists.txt": "# wgw_module(base DEPS app) is only a comment\nwgw_module(base LINK spdlog::spdlog)",
    "base/log.hpp": "// never detached\n",
    "base/test_loop.hpp": "",
    "store/CMakeLists.txt": "wgw_module(store DEPS base)",
    "store/writer.hpp": '#include "base/log.hpp"\n#include <vector>\n',
    "sio/server/CMakeLists.txt": "wgw_module(sio_server DEPS base)",
    "sio/server/server.hpp": '#include "base/log.hpp"\n',
    "user/CMakeLists.txt": "wgw_module(user DEPS base store)",
    "user/api.hpp": '#include "base/log.hpp"\n',
    "user/service.hpp": '#include "store/writer.hpp"\n',
    "chat/CMakeLists.txt": "wgw_module(chat DEPS base user\n  TEST_DEPS store)",
    "chat/api.hpp": '#include "user/api.hpp"\n',
    "chat/api_test.cpp": '#include "base/test_loop.hpp"\n#include "store/writer.hpp"\n',
    "gateway/CMakeLists.txt": "wgw_module(gateway DEPS base chat sio_server TEST_DEPS user)",
    "gateway/routes_test.cpp": '#include "user/service.hpp"\n',
    "gateway/routes.cpp": '#include "chat/api.hpp"\n#include "sio/server/server.hpp"\n',
    "app/CMakeLists.txt": "wgw_module(app DEPS base store user chat gateway)",
    "app/serve.hpp": '#include "user/service.hpp"\n',
}

PLANTED = [
    ("an undeclared include", "base/time.cpp", '#include "store/writer.hpp"\n', "does not declare store"),
    ("an undeclared include behind a space", "base/time.cpp", ' # include "store/writer.hpp"\n', "does not declare store"),
    ("what only tests may include", "chat/room.cpp", '#include "store/writer.hpp"\n', "does not declare store"),
    ("an include without its folder", "store/writer.cpp", '#include "writer.hpp"\n', "is in no module"),
    ("an include that goes up", "store/writer.cpp", '#include "../base/log.hpp"\n', "is in no module"),
    ("a circle", "base/CMakeLists.txt", "wgw_module(base DEPS user)", "circle: base -> user -> base"),
    ("another feature's inside", "chat/room.cpp", '#include "user/service.hpp"\n', "only user/api.hpp"),
    ("another feature's inside in a test", "chat/x_test.cpp", '#include "user/service.hpp"\n', "only user/api.hpp"),
    ("a detached task", "chat/room.cpp", "co_spawn(loop, run(), asio::detached);\n", "chat/room.cpp:1: nothing is detached"),
    ("a gateway with a store", "gateway/CMakeLists.txt", "wgw_module(gateway DEPS base chat sio_server store)", "no database"),
    ("a test's header in a program", "chat/room.cpp", '\n#include "base/test_loop.hpp"\n', "room.cpp:2: \"base/test_loop.hpp\" is for tests"),
    ("a module that is not there", "user/CMakeLists.txt", "wgw_module(user DEPS base store bus)", "no module 'bus'"),
    ("a module named unlike its folder", "sio/server/CMakeLists.txt", "wgw_module(server DEPS base)", "not named like"),
    ("a folder without a module", "misc/new.cpp", "", "no wgw_module"),
]


def run(files):
    """(exit code, what is printed) for a tree of these files in src/."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root) / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = check_layers.main(root)
        return code, printed.getvalue()


class CheckLayers(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        self.assertEqual(run(CLEAN), (0, "12 files in 7 modules, 0 violations\n"))

    def test_each_planted_violation_is_found(self):
        for name, file, text, expected in PLANTED:
            with self.subTest(name):
                code, printed = run(CLEAN | {file: text})
                self.assertEqual(code, 1)
                self.assertIn(expected, printed)

    def test_a_long_file_is_named_but_passes(self):
        code, printed = run(CLEAN | {"base/time.cpp": "\n" * 451})
        self.assertEqual(code, 0)
        self.assertIn("warning: src/base/time.cpp has 451 lines", printed)


if __name__ == "__main__":
    unittest.main()
