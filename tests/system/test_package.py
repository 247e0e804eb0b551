"""The Debian package, on a machine with systemd as its first process: installed, upgraded under a call, removed."""
import csv
import glob
import io
import os
import shutil
import subprocess
import time

import config
import pytest

from common import machine
from common.cli import Cli
from common.gateway import ROOT, binary, wait_for
from common.rtp import Rtp
from common.sip import Agent, sdp

UNIT = "crosspoint.service"
PROGRAM = "/usr/sbin/crosspoint"
RECORDS = "/var/lib/crosspoint/records.db"


@pytest.fixture(scope="module", name="packages")
def two_packages(tmp_path_factory):
    """Of one program, an older and a newer."""
    if not machine.possible():
        pytest.skip("needs root, namespaces and systemd")
    build = os.path.dirname(binary())
    sanitizer = [] if os.path.basename(build) == "build" else ["SAN=" + os.path.basename(build)]
    subprocess.run(["make", "-C", ROOT, "deb", "DEB_VERSION=1.0", *sanitizer], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=1800)
    (older,) = glob.glob(os.path.join(glob.escape(build), "crosspoint_1.0_*.deb"))
    folder = tmp_path_factory.mktemp("packages")
    older = shutil.move(older, str(folder))
    unpacked, newer = str(folder / "unpacked"), str(folder / "newer.deb")
    subprocess.run(["dpkg-deb", "--raw-extract", older, unpacked], check=True)
    control = folder / "unpacked" / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("Version: 1.0\n", "Version: 1.1\n"))
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", unpacked, newer], check=True, stdout=subprocess.DEVNULL)
    return older, newer


class Installed:
    """A gateway that came as a package and runs as a service."""

    def __init__(self, host, package):
        self.host, self.ports = host, config.Ports()
        self.install(package)

    def install(self, package):
        name = "/tmp/" + os.path.basename(package)
        with open(package, "rb") as f:
            subprocess.run(self.host.command("tee", name), stdin=f, stdout=subprocess.DEVNULL, check=True)
        return self.host.run("dpkg", "--install", name)

    def is_installed(self):
        return self.host.run("dpkg-query", "--show", "--showformat", "${Version} ${db:Status-Status}", "crosspoint")

    def process(self):
        """Its id there; "0": none."""
        return self.host.property(UNIT, "MainPID")

    def state(self):
        return self.host.property(UNIT, "ActiveState")

    def file_of(self, process):
        return self.host.run("readlink", "/proc/%s/exe" % process).strip()

    def configure(self):
        self.host.put("/etc/crosspoint/crosspoint.cfg", config.text(self.ports))

    def serve(self):
        self.configure()
        self.host.run("systemctl", "start", UNIT)
        self.wait_trunks()

    def wait_trunks(self):
        def up():
            with Cli(self.ports.cli) as session:
                return all(t["layer2"] == "up" and t["idle"] for t in session.json("trunks"))
        wait_for("the trunks", up, step=0.2)

    def answered_calls(self):
        """Ids of the calls over the line to 600 that the store knows."""
        text = self.host.run("crosspoint", "--export", "csv", RECORDS)
        return [row["id"] for row in csv.DictReader(io.StringIO(text))
                if row["from_name"] == "phones" and row["called"] == "600" and row["answer"] and row["cause"] == "16"]


@pytest.fixture(name="installed")
def the_installed(packages, tmp_path):
    with machine.Machine(tmp_path) as host:
        yield Installed(host, packages[0])


def lost(party):
    """How many packets are missing between the first and the last that came."""
    numbers = [p[3] for p in party.packets]
    steps = [(b - a) & 0xffff for a, b in zip(numbers, numbers[1:])]
    return sum(step - 1 for step in steps if step > 1)


def echo(phone, party):
    call = phone.call("600", sdp(party.port))
    call.answered()
    return call


def test_upgrade_costs_no_call(installed, packages):
    """The call goes on with its sound in the old program; no new one is taken; with its end the new program takes calls."""
    installed.serve()
    old = installed.process()
    assert installed.host.run("stat", "--format", "%U", "/proc/" + old).strip() == "crosspoint"
    with Agent(installed.ports.sip, port=installed.ports.phone) as phone, Rtp() as party:
        call = echo(phone, party)
        assert party.hears_itself()
        party.mark()
        assert "new version starts" in installed.install(packages[1])
        assert installed.is_installed() == "1.1 installed"
        wait_for("draining", lambda: installed.state() == "deactivating")
        refusal = phone.call("600", sdp(40000)).refused()
        assert refusal.status == 503 and refusal.get("Retry-After") == "10"
        time.sleep(2)
        assert lost(party) == 0 and len(party.packets) > 100
        assert party.hears_itself()
        assert installed.process() == old and installed.state() == "deactivating"
        assert installed.file_of(old) != PROGRAM, "the new one took its place in the middle of a call"
        call.bye()
        wait_for("the new program", lambda: installed.state() == "active" and installed.process() not in ("0", old))
        assert installed.file_of(installed.process()) == PROGRAM
        installed.wait_trunks()
        call = echo(phone, party)
        assert party.hears_itself()
        call.bye()
    wait_for("both calls' records", lambda: len(installed.answered_calls()) >= 2)
    assert len(set(installed.answered_calls())) == len(installed.answered_calls()) == 2


def test_upgrade_leaves_a_stopped_gateway_stopped(installed, packages):
    installed.serve()
    installed.host.run("systemctl", "stop", UNIT)
    assert "new version" not in installed.install(packages[1])
    assert installed.is_installed() == "1.1 installed" and installed.state() == "inactive"


def test_installed_without_a_configuration(installed):
    """Nothing runs and nothing has failed; the wizard's file, written by root, is one that the service can read."""
    assert installed.state() == "inactive" and installed.host.property(UNIT, "UnitFileState") == "enabled"
    installed.host.run("systemctl", "start", UNIT)
    assert installed.state() == "inactive"
    answers = "1\n127.0.0.1:5070\n\n2\n0\n"  # at a port that is free
    said = installed.host.run("crosspoint", "--setup", "-c", "/etc/crosspoint/crosspoint.cfg", given=answers, code=None)
    stat = installed.host.run("stat", "--format", "%G %a", "/etc/crosspoint/crosspoint.cfg", code=None).strip()
    assert stat == "crosspoint 640", said


def test_removal_waits_for_the_call_and_purge_takes_all(installed):
    installed.serve()
    old = installed.process()
    with Agent(installed.ports.sip, port=installed.ports.phone) as phone, Rtp() as party:
        call = echo(phone, party)
        with subprocess.Popen(installed.host.command("dpkg", "--remove", "crosspoint"), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL) as removal:
            wait_for("draining", lambda: installed.state() == "deactivating")
            assert party.hears_itself() and installed.process() == old and removal.poll() is None
            call.bye()
            assert removal.wait(120) == 0
    assert installed.host.run("ls", PROGRAM, "/var/lib/crosspoint", code=2).count(RECORDS.rsplit("/", maxsplit=1)[-1]) >= 1
    assert "crosspoint.cfg" in installed.host.run("ls", "/etc/crosspoint")
    installed.host.run("dpkg", "--purge", "crosspoint")
    installed.host.run("ls", "/etc/crosspoint", code=2)
    installed.host.run("ls", "/var/lib/crosspoint", code=2)
