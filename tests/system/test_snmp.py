"""SNMP by AgentX, with net-snmp's own master agent: what it says is what the CLI says; a cut cable is told; master agents come, go
and hang, and calls do not notice."""
import os
import signal
import subprocess

import pytest

from common.gateway import ROOT, binary, wait_for
from common.snmpd import Snmpd
from common.sip import sdp

IF_ENTRY, IFX_ENTRY, DS1 = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.10.18"
LINK_DOWN, LINK_UP, LINE_CHANGE = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4", DS1 + ".15.0.1"
TRAP = "1.3.6.1.6.3.1.1.4.1.0"
UPTIME = "1.3.6.1.2.1.1.3.0"  # snmpd's own
FIRST = 20001
COUNTS = ["es", "ses", "sefs", "uas", "css", "path_violations", "les", "bes"]  # dsx1CurrentESs (2) and what follows
SECTION = "snmp\n agentx %s\n interfaces from 20001\n"


@pytest.fixture(scope="session", name="program")
def program_with_snmp():
    """The same objects, linked once more."""
    plain = binary()
    sanitizer = [] if os.path.basename(os.path.dirname(plain)) == "build" else ["SAN=" + os.path.basename(os.path.dirname(plain))]
    subprocess.run(["make", "-C", ROOT, "SNMP=1", "all", *sanitizer], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   timeout=600)
    return plain + "-snmp"


@pytest.fixture(name="master")
def the_master_agent(tmp_path):
    master = Snmpd(tmp_path)
    yield master
    master.close()


@pytest.fixture(name="make")
def with_snmp(program, monkeypatch, own):
    """Makes a gateway that has SNMP, for a master agent's address."""
    monkeypatch.setenv("CROSSPOINT", program)
    monkeypatch.setenv("LSAN_OPTIONS", "print_suppressions=0:suppressions=" + os.path.join(ROOT, "tests", "common", "netsnmp.supp"))
    return lambda agentx: own(extra=SECTION % agentx)


def seen(master, oid, value, timeout=60):
    wait_for("%s to be %r" % (oid, value), lambda: master.get(oid) == value, timeout, 0.3)


def status(span):
    return "%s.6.1.10.%d" % (DS1, FIRST + span)


def test_values_are_those_of_the_cli(make, master):
    master.start()
    gateway = make(master.agentx)
    seen(master, status(0), 1)
    spans = gateway.cli.json("spans")
    names = master.walk(IFX_ENTRY + ".1")
    assert [names["%s.1.%d" % (IFX_ENTRY, FIRST + i)] for i in range(len(spans))] == [s["name"] for s in spans]
    assert "lo" in names.values(), "the machine's own interfaces are still there"
    row = {column: master.get("%s.%d.%d" % (IF_ENTRY, column, FIRST)) for column in (1, 3, 5, 7, 8)}
    assert row == {1: FIRST, 3: 18, 5: 2048000, 7: 1, 8: 1}
    gateway.cli.run("test span e1-1 cut")
    seen(master, status(0), 32)
    wait_for("errored seconds", lambda: sum(r["ses"] for r in gateway.cli.json("span e1-1 performance")) >= 2, step=0.2)
    gateway.cli.run("test span e1-1 restore")
    seen(master, status(0), 1)

    def same():
        rows = gateway.cli.json("span e1-1 performance")  # the seconds may be those of a quarter of an hour that has just ended
        ours = [r for r in rows if r["when"] == "now"][0]
        theirs = [master.get("%s.7.1.%d.%d" % (DS1, 2 + i, FIRST)) for i in range(len(COUNTS))]
        return sum(r["sefs"] for r in rows) >= 2 and theirs == [ours[c] for c in COUNTS]
    wait_for("the same counts in both", same, step=0.3)
    walked = master.walk(DS1)
    assert walked.keys() == master.walk(DS1, "snmpbulkwalk").keys()
    assert len([oid for oid in walked if oid.startswith(DS1 + ".6.1.1.")]) == len(spans)
    assert master.get(DS1 + ".6.1.10.19999") is None


def test_a_cut_cable_is_told(make, master):
    master.listen()
    master.start()
    gateway = make(master.agentx)
    seen(master, status(1), 1)
    gateway.cli.run("test span e1-1 cut")

    def told(what, **values):
        wanted = {"%s.%d" % (oid.replace("_", "."), FIRST + 1): value for oid, value in values.items()}
        return any(n.get(TRAP) == "." + what and wanted.items() <= n.items() for n in master.notifications())
    wait_for("linkDown", lambda: told(LINK_DOWN, **{IF_ENTRY + ".8": "2"}), step=0.2)
    wait_for("dsx1LineStatusChange", lambda: told(LINE_CHANGE, **{DS1 + ".6.1.10": "32"}), step=0.2)
    seen(master, "%s.8.%d" % (IF_ENTRY, FIRST + 1), 2)
    changed, uptime = master.get("%s.6.1.16.%d" % (DS1, FIRST + 1)), master.get("1.3.6.1.2.1.1.3.0")
    assert 0 < changed <= uptime
    gateway.cli.run("test span e1-1 restore")
    wait_for("linkUp", lambda: told(LINK_UP, **{IF_ENTRY + ".8": "1"}), step=0.2)
    wait_for("no alarm", lambda: told(LINE_CHANGE, **{DS1 + ".6.1.10": "1"}), step=0.2)


def test_the_master_agent_comes_and_goes(make, master):
    gateway = make(master.agentx)
    master.start()
    wait_for("the log", lambda: "has taken us" in gateway.log())
    seen(master, status(0), 1)
    master.stop()
    wait_for("the log", lambda: "is away" in gateway.log())
    master.start()
    seen(master, status(0), 1)
    assert "duplicate" not in master.log("snmpd")


def test_no_snmp_withdraws_all(make, master):
    master.start()
    gateway = make(master.agentx)
    seen(master, status(0), 1)
    for line in ("configure terminal", "no snmp", "commit", "end"):
        gateway.cli.run(line)
    wait_for("withdrawn", lambda: master.get(UPTIME) is not None and master.get(status(0)) is None, step=0.3)
    seen(master, "%s.1.%d" % (IF_ENTRY, FIRST), None)
    for line in ("configure terminal", "snmp", "agentx " + master.agentx, "commit", "end"):
        gateway.cli.run(line)
    seen(master, "%s.6.1.10.10001" % DS1, 1)


def test_calls_do_not_notice_a_master_agent_that_hangs(make, master, rtp):
    master.start()
    gateway = make(master.agentx)
    seen(master, status(0), 1)
    master.agent.send_signal(signal.SIGSTOP)
    with gateway.phone() as phone:
        for _ in range(3):
            gateway.cli.run("test span e1-5 cut")
            call = phone.call("600", sdp(rtp().port))
            call.answered()
            call.bye()
            gateway.wait_idle()
            gateway.cli.run("test span e1-5 restore")
    gateway.end()


def test_the_plain_program_says_what_it_lacks(tmp_path, own):
    gateway = own()
    gateway.end()
    path = tmp_path / "snmp.cfg"
    path.write_text(gateway.text + SECTION % "/nowhere")
    done = subprocess.run([binary(), "-c", str(path), "--state", str(tmp_path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False, text=True)
    assert done.returncode != 0 and "one made by `make SNMP=1` is right" in done.stdout
