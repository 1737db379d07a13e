#!/usr/bin/env python3
"""Checks who includes whom in src/, against the wgw_module() line of each folder.

    check_layers.py [root]      prints one line per violation; exit 1 if there is one

A folder may include itself and its DEPS, its *_test.cpp its TEST_DEPS too; what lies directly in src/ belongs to
app/commands, or where that is missing to app. From outside app, of another feature only api.hpp; a test may declare more with TEST_DEPS. DEPS make no circle.
gateway never depends on store. Nothing is `detached`. base/test_loop.hpp is for tests. A file over 450 lines is named, as a warning.
Tests: check_layers_test.py
"""

import re
import sys
from pathlib import Path

FEATURES = {"user", "auth", "chat", "gateway"}
FORBIDDEN_DEPS = {("gateway", "store"): "a gateway process has no database"}
MAX_LINES = 450

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
MODULE = re.compile(r"^\s*wgw_module\(\s*(\w+)([^)]*)\)", re.MULTILINE)


class Module:
    """One wgw_module() line: the folder, and what it may include."""

    def __init__(self, folder, name, arguments):
        self.folder = folder
        self.name = name
        self.deps, self.test_deps = set(), set()
        target = None
        for word in arguments.split():
            if word in ("DEPS", "TEST_DEPS", "LINK"):
                target = {"DEPS": self.deps, "TEST_DEPS": self.test_deps}.get(word)
            elif target is not None:
                target.add(word)


def read_modules(source):
    modules = []
    for file in sorted(source.rglob("CMakeLists.txt")):
        text = re.sub(r"#[^\n]*", "", file.read_text())
        for match in MODULE.finditer(text):
            modules.append(Module(file.parent.relative_to(source).as_posix(), *match.groups()))
    return modules


def find_circle(modules):
    """The names along one circle of DEPS, or nothing."""
    deps = {module.name: sorted(module.deps) for module in modules}
    done = set()

    def visit(name, path):
        if name in path:
            return path[path.index(name) :] + [name]
        if name in done:
            return None
        for dep in deps.get(name, []):
            circle = visit(dep, path + [name])
            if circle:
                return circle
        done.add(name)
        return None

    for name in deps:
        circle = visit(name, [])
        if circle:
            return circle
    return None


def check_modules(modules):
    names = {module.name for module in modules}
    for module in modules:
        where = f"src/{module.folder}/CMakeLists.txt"
        if module.name != module.folder.replace("/", "_"):
            yield f"{where}: module '{module.name}' is not named like its folder"
        for dep in sorted((module.deps | module.test_deps) - names):
            yield f"{where}: there is no module '{dep}'"
        for dep in sorted(module.deps):
            reason = FORBIDDEN_DEPS.get((module.name, dep))
            if reason:
                yield f"{where}: {module.name} may not depend on {dep}: {reason}"
    circle = find_circle(modules)
    if circle:
        yield f"src: DEPS make a circle: {' -> '.join(circle)}"


def check_file(path, source, by_folder):
    where = f"src/{path.relative_to(source).as_posix()}"
    folder = path.parent.relative_to(source).as_posix()
    owner = by_folder.get("app/commands", by_folder.get("app")) if folder == "." else by_folder.get(folder)
    if owner is None:
        yield f"{where}: its folder has no wgw_module() line"
        return
    text = path.read_text()
    is_test = path.name.endswith("_test.cpp") or path.name.startswith("test_")
    allowed = {owner.name} | owner.deps | (owner.test_deps if is_test else set())
    for match in INCLUDE.finditer(text):
        header = match.group(1)
        line = text.count("\n", 0, match.start(1)) + 1
        other = by_folder.get(header.rpartition("/")[0])
        if other is None:
            yield f'{where}:{line}: "{header}" is in no module: write the path from src/'
        elif other.name not in allowed:
            yield f'{where}:{line}: "{header}": {owner.name} does not declare {other.name} in its DEPS'
        elif is_test and other.name in owner.test_deps:
            pass  # a test that says so may build the other feature's real objects, instead of a mock
        elif other.name in FEATURES - {owner.name} and not owner.folder.startswith("app") and not header.endswith("/api.hpp"):
            yield f'{where}:{line}: "{header}": of another feature only {other.name}/api.hpp may be included'
        if header.rpartition("/")[2].startswith("test_") and not is_test:
            yield f'{where}:{line}: "{header}" is for tests'
    code = COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), text)
    for match in re.finditer(r"\bdetached\b", code):
        line = code.count("\n", 0, match.start()) + 1
        yield f"{where}:{line}: nothing is detached: spawn it in a TaskScope"


def main(root):
    source = Path(root) / "src"
    modules = read_modules(source)
    by_folder = {module.folder: module for module in modules}
    violations = list(check_modules(modules))
    files = sorted([*source.rglob("*.hpp"), *source.rglob("*.cpp")])
    for path in files:
        violations += check_file(path, source, by_folder)
        lines = len(path.read_text().splitlines())
        if lines > MAX_LINES:
            print(f"warning: {path.relative_to(root)} has {lines} lines: is it two things?")
    for violation in violations:
        print(violation)
    print(f"{len(files)} files in {len(modules)} modules, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent))
