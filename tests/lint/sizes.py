"""Sizes: a function over 60 lines, a header over 200, a file over 1,000 fail."""
import json
import subprocess
import sys

LIMITS = {"function": 60, "header": 200, "file": 1000}


def listed(*patterns):
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], capture_output=True, text=True, check=True)
    return out.stdout.split()


def functions(paths):
    out = subprocess.run(["ctags", "--languages=C,Python", "--output-format=json", "--fields=+ne", "--kinds-C=f", "--kinds-Python=fm", "-f", "-", *paths],
                         capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            yield tag["path"], tag["name"], tag["line"], tag["end"] - tag["line"] + 1


def main():
    paths = listed("*.c", "*.h", "*.py")
    faults = []
    for path in paths:
        with open(path, encoding="utf-8") as source:
            lines = sum(1 for _ in source)
        limit = LIMITS["header" if path.endswith(".h") else "file"]
        if lines > limit:
            faults.append(f"{path}: {lines} lines, at most {limit}")
    seen = 0
    for path, name, line, lines in functions(paths):
        seen += 1
        if lines > LIMITS["function"]:
            faults.append(f"{path}:{line}: {name} has {lines} lines, at most {LIMITS['function']}")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults or not seen else 0


sys.exit(main())
