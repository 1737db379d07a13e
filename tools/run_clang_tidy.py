#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the tree, in parallel, and only over what has changed since it last passed.

    run_clang_tidy.py <build folder>     prints what is found, then a count; exit 1 if something was

The build folder must be built: its precompiled headers are used, and ninja's record of what each object was made from.
A file that passed is remembered in ~/.cache/wegowhere-clang-tidy, whichever clone it is in, by a hash of itself, of every
header of ours below it, of its command, of .clang-tidy and of the tool. A whole run takes minutes, one after a change the
seconds of what includes it.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT_DAYS = 30


def sources(build):
    """{source: its entry in compile_commands.json}, without tests, and without what the build itself has generated."""
    entries = json.loads((build / "compile_commands.json").read_text())
    return {
        entry["file"]: entry
        for entry in entries
        if not Path(entry["file"]).is_relative_to(build) and not entry["file"].endswith("_test.cpp")
    }


def object_of(entry):
    words = entry["command"].split()
    return words[words.index("-o") + 1]


def dependencies(build):
    """{object: the files of the tree that it was made from}."""
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    made_from, files = {}, []
    for line in listing.splitlines():
        if line.startswith("    "):
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT) and not path.is_relative_to(build):
                files.append(path)
        elif line:
            files = made_from[line.partition(":")[0]] = []
    return made_from


def passed_folder():
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wegowhere-clang-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - KEPT_DAYS * 86_400
    for mark in folder.iterdir():
        if mark.stat().st_mtime < oldest:
            mark.unlink(missing_ok=True)
    return folder


def key(entry, files, tool):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + tool)
    digest.update(entry["command"].replace(str(ROOT), "").encode())
    for path in sorted({Path(entry["file"]), *files}):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def main(build):
    made_from = dependencies(build)
    passed = passed_folder()
    tool = subprocess.run(["clang-tidy-19", "--version"], check=True, capture_output=True).stdout
    todo = []
    for file, entry in sorted(sources(build).items()):
        mark = passed / key(entry, made_from.get(object_of(entry), []), tool)
        if not mark.exists():
            todo.append((file, mark))
        else:
            mark.touch()

    def check(file, mark):
        command = ["clang-tidy-19", "-p", build, "--quiet", file]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode == 0:
            mark.touch()
            print(f"passed {os.path.relpath(file, ROOT)}", flush=True)
        else:
            print(result.stdout + result.stderr, flush=True)
        return result.returncode == 0

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        failed = list(pool.map(lambda item: check(*item), todo)).count(False)
    print(f"{len(todo)} files checked, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
