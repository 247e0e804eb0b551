"""Runs in the guest: one boot for all tests, the gateway started anew for each. Whatever a test does, the gateway ends
with exit code 0, every channel closed, no warning of the kernel, and no sanitizer's report.

While the guest waits for the host's disk its clock runs on, the faster the busier the host is. So what a test writes is
in the guest's memory, and copied to the host's files once the test is over; and each test has so many seconds of the
guest's time, _LIMIT or those of its mark `limit`."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import kernel  # noqa: E402
import lines  # noqa: E402
from common.cli import Cli  # noqa: E402
from common.gateway import Gateway, wait_for  # noqa: E402

SHARE = os.environ["SHARE"]
LONG = bool(os.environ.get("LONG"))
_LIMIT = 300
_SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|Assert failed")
_KERNEL = re.compile(r"BUG:|WARNING:|Oops|general protection|Call Trace")


def say(what, figure):
    """A measured figure, for people: the run prints them all at its end."""
    with open(os.path.join(SHARE, "figures"), "a", encoding="utf-8") as f:
        f.write("%-62s %s\n" % (what, figure))


class OnCards(Gateway):
    """A gateway on dynamic spans; keep() leaves its files in a folder named after the test."""

    def __init__(self, name, text):
        self.name, folder = name, tempfile.mkdtemp()
        with open(folder + "/crosspoint.cfg", "w", encoding="utf-8") as f:
            f.write(text)
        super().__init__(folder + "/crosspoint.cfg", folder + "/gateway.log", 4262)

    def keep(self):
        folder = os.path.dirname(self.config)
        shutil.copytree(folder, os.path.join(SHARE, self.name))
        shutil.rmtree(folder)

    def up(self, timeout=20):
        self.start(30)
        self.wait_trunks(timeout)
        return self

    def trunk(self, name):
        return next(t for t in self.cli.json("trunks") if t["name"] == name)

    def span(self, name):
        return next(s for s in self.cli.json("spans") if s["name"] == name)

    def settle(self, name):
        """Until nothing moves on a D channel that has come up: a second SABME, RESTART of one channel after another."""
        def rests():
            before = self.span(name)["frames_out"]
            time.sleep(1.5)
            return self.span(name)["frames_out"] == before
        self.wait_trunks(20)
        wait_for("no frame in 1.5 s on " + name, rests, 30)

    def busy(self, trunk):
        return len([c for c in self.channels("active") if c["trunk"] == trunk])

    def fill(self, trunk, n, number="600", line="quiet"):
        """n calls out of the trunk, up."""
        with Cli(self.cli_port, timeout=30) as session:
            for _ in range(n):
                said = session.run("originate trunk %s %s line %s hold 600" % (trunk, number, line))
                assert "%" not in said, said
        wait_for("%d calls up on %s" % (n, trunk), lambda: self.busy(trunk) >= n, 30, 0.2)

    def clear_all(self):
        with Cli(self.cli_port, timeout=30) as session:
            for call in session.json("calls"):
                session.run("clear call %s" % call["id"])
        self.wait_idle(30)

    def ended(self, pattern):
        """Log lines of ended calls that match."""
        return [line for line in self.log().splitlines() if re.search(r"call \d+: from .*" + pattern, line)]


class Peer:
    """peer.c at the far end of span p."""

    def __init__(self, *words, kind="e1", side="user", address="f:1"):
        self.log = open(os.path.join(SHARE, "peer.log"), "ab")
        self.process = subprocess.Popen(["build/dahdi/peer", address, kind, side, *map(str, words)],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)

    def result(self, timeout=60):
        out = self.process.communicate(timeout=timeout)[0].strip().splitlines()
        self.log.close()
        assert out and out[-1].startswith("{"), "the peer gave up: %r; see peer.log" % out
        return json.loads(out[-1])

    def stop(self):
        self.process.terminate()
        return self.result()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.log.close()


@pytest.fixture(scope="session", autouse=True)
def _driver():
    kernel.load()


class Overdue(Exception):
    pass


@pytest.fixture(autouse=True)
def _bounded(request):
    """Fails a test that has not ended in its time; what it has begun is undone as ever."""
    limit = request.node.get_closest_marker("limit")
    seconds = limit.args[0] if limit else _LIMIT

    def overdue(*_):
        raise Overdue("not over within %d s" % seconds)

    with open(os.path.join(SHARE, "running"), "w", encoding="utf-8") as f:
        f.write(request.node.name)
    signal.signal(signal.SIGALRM, overdue)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    os.remove(os.path.join(SHARE, "running"))


@pytest.fixture
def gateway(request):
    """A function that starts one on the given parts of lines.py."""
    started = []

    def start(*parts, up=True):
        started.append(OnCards("%s-%d" % (request.node.name, len(started)), lines.text(*parts)))
        return started[-1].up() if up else started[-1].start(30)

    since = len(kernel.messages())
    yield start
    codes = [g.stop(20) for g in started if g.process]
    logs = [g.log() for g in started]
    for one in started:
        one.keep()
    said = kernel.messages()[since:]
    with open(os.path.join(SHARE, request.node.name + "-0", "dmesg"), "w", encoding="utf-8") as f:
        f.write(said)
    kernel.destroy_all()
    for log in logs:
        assert not _SANITIZER.search(log), log[-3000:]
    assert not _KERNEL.search(said), said
    assert all(c in (0, -9) for c in codes), codes


@pytest.fixture
def peer():
    """A function that starts one."""
    started = []

    def start(*words, **how):
        started.append(Peer(*words, **how))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def pytest_configure(config):
    config.addinivalue_line("markers", "limit(seconds): a test that takes longer, in the guest's time, is ended")


def _reason(report):
    crash = getattr(report.longrepr, "reprcrash", None)
    return ": " + crash.message.splitlines()[0] if crash else ""


def pytest_runtest_logreport(report):
    """One line a test as soon as it is over: the guest may not live to write them all at the end."""
    if report.when == "call" or report.failed:
        outcome = {"passed": "ok", "skipped": "skip"}.get(report.outcome, "FAILED")
        print("\r%-6s %s %.1f s%s" % (outcome, report.nodeid.split("::")[-1], report.duration,
                                      _reason(report) if report.failed else ""), flush=True)
