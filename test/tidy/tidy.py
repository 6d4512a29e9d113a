#!/usr/bin/env python3
"""Rules of the tree that prose cannot enforce. Prints each breach with its place; exits 1 when there is one."""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A folder may include headers of those named with it, and its own.
CORE = ["model", "wire", "protocol", "runtime"]
MAY_INCLUDE = {
    "libactor_core/model": [],
    "libactor_core/wire": ["model"],
    "libactor_core/protocol": ["model", "wire"],
    "libactor_core/runtime": ["model", "wire", "protocol"],
    "libactor_core/storage": CORE,
    "libactor_core/link": CORE,
    "libactor_core/cluster": CORE + ["link"],
    "libactor_core/master": CORE,
    "libactor_core/agent": CORE,
    "allocator": CORE,
    "isolators": CORE,
    "http": CORE + ["master", "agent"],
}
# troupe-init is static and tiny: it shares one header with the launcher and nothing else.
LAYERS = {"model", "wire", "protocol", "runtime", "storage", "link", "cluster", "master", "agent",
          "scheduler", "allocator", "isolators", "http", "daemons"}

FORMATTER = 14  # clang-format's major version
MAX_LINES = 500
# Files over the ceiling, with their reason. This list may only shrink.
LONG_FILES = {}

# What only the named places may use: the runtime's clock, the two edges where foreign threads come in
# (the HTTP server, detached blocking actors), and programs that are no daemon.
BANNED = [
    (r"\bsleep_for\b|\busleep\s*\(|\bnanosleep\s*\(", "sleeps",
     ["daemons/troupe/", "daemons/troupe_init/", "isolators/", "test/", "bench/"]),
    (r"system_clock::now\b", "reads the wall clock",
     ["libactor_core/runtime/clock.hpp", "http/", "daemons/troupe/", "isolators/", "test/", "bench/"]),
    (r"steady_clock::now\b", "reads a clock",
     ["libactor_core/runtime/clock.hpp", "http/", "daemons/", "isolators/", "test/", "bench/"]),
    (r"(?<![\w.>:])(?:std::)?system\s*\(\s*\"", "calls system()", []),
    (r"std::(?:recursive_|shared_|timed_)?mutex\b|condition_variable\b", "locks",
     ["http/", "test/", "bench/", "libactor_core/runtime/logging.cpp"]),
    (r"(?<![\w:])new\s+[A-Za-z_:]+[({]", "uses bare new", ["test/"]),
    (r"\b(?:TODO|FIXME|XXX)\b", "leaves work undone", ["test/tidy/"]),
]


def tracked():
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                         cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [f for f in out.splitlines() if os.path.exists(os.path.join(ROOT, f))]


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def check_includes(name, text, breaches):
    folder = next((f for f in MAY_INCLUDE if name.startswith(f + "/")), None)
    if folder is None:
        return
    own = folder.split("/")[-1]
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#include "([^"/]+)/', line)
        if found and found.group(1) in LAYERS and found.group(1) != own \
                and found.group(1) not in MAY_INCLUDE[folder]:
            breaches.append(f"{name}:{number}: {folder} must not include {found.group(1)}/")


def check_bans(name, text, breaches):
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        for pattern, what, allowed in BANNED:
            if re.search(pattern, line) and not any(name.startswith(a) for a in allowed):
                breaches.append(f"{name}:{number}: {what}: {line.strip()[:80]}")


def check_source(name, breaches):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        text = file.read()
    lines = text.count("\n")
    if lines > MAX_LINES and name not in LONG_FILES:
        breaches.append(f"{name}: {lines} lines, over {MAX_LINES}: split it")
    if name in LONG_FILES and lines <= MAX_LINES:
        breaches.append(f"{name}: is short again: take it out of LONG_FILES")
    if name.endswith(".hpp") and "#pragma once" not in text:
        breaches.append(f"{name}: no #pragma once")
    check_includes(name, text, breaches)
    check_bans(name, text, breaches)


def check_readmes(files, breaches):
    folders = {os.path.dirname(f) for f in files if f.endswith((".cpp", ".hpp"))}
    for folder in sorted(folders):
        parts = folder.split("/")
        # The rings' folders per library and the programs' folders share their parent's README.
        if parts[0] in ("test", "daemons") and len(parts) > 1 and parts[1] != "simulation":
            continue
        readme = os.path.join(ROOT, folder, "README.md")
        if not os.path.exists(readme):
            breaches.append(f"{folder}: no README.md")


def check_format(sources, breaches):
    """Only the formatter of Debian 12 has the taste that the tree has; others would find fault everywhere."""
    version = ""
    if shutil.which("clang-format"):
        version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True,
                                 check=True).stdout
    if f"version {FORMATTER}." not in version:
        print(f"skipped: the format of the sources: no clang-format {FORMATTER} (./dev format installs it)")
        return
    halves = [subprocess.Popen(["clang-format", "--dry-run", "--Werror", *sources[i::2]], cwd=ROOT,
                               stderr=subprocess.PIPE, text=True) for i in range(2)]
    for half in halves:
        told = half.communicate()[1]
        unformatted = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error: code should be clang-formatted",
                                            told, flags=re.M)))
        if half.returncode != 0 and not unformatted:
            breaches.append(f"clang-format failed: {told.strip()[:200]}")
        for name in unformatted:
            breaches.append(f"{name}: not formatted: ./dev format")


def main():
    files = tracked()
    breaches = []
    sources = [f for f in files if f.endswith((".cpp", ".hpp"))]
    for name in sources:
        check_source(name, breaches)
    check_readmes(files, breaches)
    check_format(sources, breaches)
    for each in breaches:
        print(each)
    print(f"tidy: {len(sources)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
