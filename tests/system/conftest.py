"""One gateway for all tests that leave it as it was; others start their own. Whatever a test does, nothing may be
left behind: no call, no channel in use, no context, no port, no SIP session; and at the end no transaction either
(one that has ended lives on for its timers), exit code 0 and a clean log."""
import contextlib
import os
import re
import signal
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import config  # noqa: E402
from common import sip  # noqa: E402
from common.cli import Cli  # noqa: E402
from common.gateway import Gateway, binary, wait_for  # noqa: E402
from common.rtp import Rtp  # noqa: E402
from common.sipp import Sipp  # noqa: E402

SANITIZED = any(s in os.environ.get("CROSSPOINT", "") for s in ("address", "thread", "undefined"))
# a line at one of these levels, whatever else it says: libpri has MDL-ERROR in notices
BAD = re.compile(r"^(\S+ \S+ (ERROR|FATAL) |<[0-3]>)|: audit: ")
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|Assert failed")


def pytest_configure():
    if not os.path.exists(binary()):
        pytest.exit("no %s: build it first" % binary(), 2)


class System(Gateway):
    """A gateway on a configuration of its own (text: what makes it of the ports), and what tests need beside it."""

    def __init__(self, folder, **how):
        self.folder, self.ports = str(folder), config.Ports(how.get("media", 200))
        if "cli" in how:
            self.ports.cli = how.pop("cli")
        self.text = how.pop("text", config.text)(self.ports, **how)
        path = os.path.join(self.folder, "crosspoint.cfg")
        with open(path, "w", encoding="utf-8") as f:
            f.write(self.text)
        super().__init__(path, os.path.join(self.folder, "gateway.log"), self.ports.cli)
        self.expected = []  # patterns of log lines that a test provokes

    def up(self):
        self.start()
        self.wait_trunks()
        return self

    def agent(self, host="127.0.0.1", port=0):
        return sip.Agent(self.ports.sip, host, port)

    def phone(self):
        """The peer's own address: where calls from the line arrive."""
        return self.agent(port=self.ports.phone)

    def sipp(self, scenario, **how):
        return Sipp(scenario, self.ports.sip, self.folder, **how)

    def originate(self, rest):
        """From a session of its own: progress comes between the lines of whoever waits there."""
        with Cli(self.ports.cli) as session:
            said = session.run("originate " + rest)
        assert "%" not in said, said

    def mark(self):
        """The log's length now, for record()."""
        return len(self.log())

    def record(self, pattern, since=0, timeout=60):
        """The log line of an ended call that matches; it comes once all of the call is gone."""
        def look():
            return [line for line in self.log()[since:].splitlines() if re.search(pattern, line)]
        return wait_for("a log line like %r" % pattern, look, timeout)[-1]

    def only(self, pattern, since=0, timeout=60):
        """The same, once all is idle; one line, and no second one of the kind."""
        self.record(pattern, since, timeout)
        self.wait_idle()
        lines = [line for line in self.log()[since:].splitlines() if re.search(pattern, line)]
        assert len(lines) == 1, lines
        return lines[0]

    def sip_totals(self):
        return self.cli.json("version")["sip"]

    def idle(self):
        return super().idle() and self.sip_totals()["sessions"] == 0

    def clear_all(self):
        for call in self.cli.json("calls"):
            self.cli.run("clear call %s" % call["id"])
        self.wait_idle()

    def open_files(self):
        """Its descriptors as "number: what it is", without what it writes by itself into its folder, now or later."""
        found, folder = set(), "/proc/%d/fd" % self.process.pid
        for number in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):
                name = os.readlink(os.path.join(folder, number))
                if not name.startswith((os.path.join(self.folder, "calls.jsonl"), os.path.join(self.folder, "traffic"))):
                    found.add("%s: %s" % (number, name))
        return found

    def descriptors(self):
        return len(self.open_files())

    def memory_kb(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s*(\d+)", f.read()).group(1))

    def end(self):
        """The whole of what a gateway that goes away owes."""
        code = self.stop()
        log = self.log()
        assert not SANITIZER.search(log), log[-6000:]
        assert code == 0, "exit code %s\n%s" % (code, log[-3000:])
        bad = [line for line in log.splitlines() if BAD.search(line)
               and not any(re.search(e, line) for e in self.expected)]
        assert not bad, "\n".join(bad)


@pytest.fixture(scope="session", name="shared")
def shared_gateway(tmp_path_factory):
    system = System(tmp_path_factory.mktemp("shared"))
    try:
        system.up()
        yield system
        # up to Timer D, 32 s, for INVITEs that we sent
        wait_for("no SIP transaction left", lambda: system.sip_totals()["transactions"] == 0, 120, 0.1)
        system.end()
    finally:
        system.kill()


@pytest.fixture(name="gateway")
def the_shared_gateway(shared):
    """The shared gateway; after the test it must be as idle as before, with as many descriptors."""
    before = shared.open_files()
    yield shared
    assert shared.process.poll() is None, "the gateway died:\n" + shared.log()[-4000:]
    try:
        shared.wait_idle()
    except AssertionError:
        shared.clear_all()  # not to be the next test's trouble
        raise
    wait_for("no termination, no port in use", lambda: not any(shared.cli.json("media")[k] for k in ("terminations", "ports_used")))
    try:
        wait_for("descriptors as before", lambda: shared.descriptors() <= len(before), step=0.1)
    except AssertionError as e:
        raise AssertionError("%s: %s" % (e, sorted(shared.open_files() - before))) from None


@pytest.fixture(name="own")
def own_gateway(tmp_path):
    """Makes a gateway for this test alone; it must end well."""
    made = []

    def make(**how):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(System(folder, **how))
        return made[-1].up()
    try:
        yield make
        for system in made:
            if system.process and system.process.poll() is None:
                system.end()
            elif system.process:  # ended by the test, which says how
                assert system.process.returncode in (0, 1, -signal.SIGKILL), "the gateway died: %s" % system.log()[-6000:]
                assert not SANITIZER.search(system.log()), system.log()[-6000:]
    finally:
        for system in made:
            system.kill()


@pytest.fixture(name="rtp")
def rtp_party():
    """Makes RTP parties that close by themselves."""
    made = []

    def make(**how):
        made.append(Rtp(**how))
        return made[-1]
    yield make
    for party in made:
        party.close()


@pytest.fixture(name="phone")
def the_phone(gateway):
    """The peer phones as a user agent at its own port."""
    with gateway.phone() as agent:
        yield agent
