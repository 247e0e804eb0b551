"""From nothing to calls that are heard and seen: the path of tests/demo/newcomer, `make demo` included."""
import os
import re
import subprocess

from common.gateway import ROOT


def test_the_path_is_walked_in_ten_minutes():
    # twice its own bound: one of another run of the tests may be under way in the same tree
    done = subprocess.run([os.path.join(ROOT, "tests", "demo", "newcomer")], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1320, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    lines = done.stdout.splitlines()
    steps = [float(m.group(1)) for m in (re.match(r" *([\d.]+) s  \w", line) for line in lines) if m]
    assert len(steps) == 7 and "the page opened" in done.stdout and lines[-1].startswith("newcomer: ok: "), done.stdout
    assert sum(steps) < 600
