#!/usr/bin/env python3
"""Compiles the C++ of src/sio/README.md, without linking it.

    check_readme.py build       exit 1, and what the compiler says, if a block is wrong

A block that begins with #include is a program, and the first of them is main.cpp of this folder, as the first of
JavaScript is client.mjs. Of the others those that begin with a type stand for themselves; the rest are statements that
see `app`, `server`, `nsp` and `socket`, as the page says. What the compiler complains about has the page's line numbers.
"""

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
README = HERE.parent.parent / "src/sio/README.md"

BEFORE = """\
#include "base/task_scope.hpp"
#include "sio/engine/engine_server.hpp"
#include "sio/server/standalone.hpp"
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
using namespace wgw;
using namespace std::chrono_literals;
"""
HEAD = "void block_{}(sio::Standalone& app, sio::Server& server, sio::Namespace& nsp, sio::Socket& socket)\n"


def blocks(language):
    """(line, text) of each fenced block of that language."""
    found, line, begun = [], 0, None
    for line, text in enumerate(README.read_text().splitlines(), 1):
        if begun is not None and text.strip() == "```":
            found.append((begun[0], "\n".join(begun[1]) + "\n"))
            begun = None
        elif begun is not None:
            begun[1].append(text)
        elif text.strip() == "```" + language:
            begun = (line + 1, [])
    return found


def at_line(line, text):
    return f'#line {line} "{README}"\n{text}'


def compile_command(build):
    """What compiles main.cpp, but for the names of its files."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if Path(entry["file"]) == HERE / "main.cpp":
            words = shlex.split(entry["command"])
            words = words[words.index(next(word for word in words if "clang" in word)) :]  # without ccache
            at = words.index("-o")
            del words[at : at + 2]
            return [word for word in words if word not in ("-c", entry["file"])], entry["directory"]
    sys.exit("compile_commands.json knows no examples/hello/main.cpp: run ./dev build")


def compiles(build, text):
    command, folder = compile_command(build)
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
        source.write(text)
        source.flush()
        done = subprocess.run([*command, "-w", "-fsyntax-only", source.name], cwd=folder, check=False)
    return done.returncode == 0


def main(build):
    cpp, javascript = blocks("cpp"), blocks("js")
    programs = [block for block in cpp if block[1].startswith("#include")]
    if not programs or not javascript:
        sys.exit(f"{README} has lost its first program, or its client")
    good = True
    for (_, text), name in ((programs[0], "main.cpp"), (javascript[0], "client.mjs")):
        if text != (HERE / name).read_text():
            print(f"{README}: its first program is not examples/hello/{name} any more: copy one over the other")
            good = False

    parts = [BEFORE]
    for line, text in cpp:
        if text.startswith("#include"):
            continue
        stands_alone = re.match(r"(class|struct|Task<)", text)
        parts.append(at_line(line, text) if stands_alone else HEAD.format(line) + "{\n" + at_line(line, text) + "}\n")
    for text in ["".join(parts)] + [at_line(line, text) for line, text in programs[1:]]:
        good = compiles(build, text) and good
    sys.exit(0 if good else 1)


main(Path(sys.argv[1]).resolve())
