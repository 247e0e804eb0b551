"""Who may give commands: the Unix socket and its permissions, TCP that may only look, and the program as their client."""
import grp
import os
import pty
import re
import select
import socket
import stat
import subprocess
import time

import config
import pytest
from common.cli import Cli
from common.gateway import binary, wait_for
from conftest import System


@pytest.fixture(name="gateway")
def gateway_with_socket(own, tmp_path):
    path, group = str(tmp_path / "cli"), grp.getgrgid(os.getgid()).gr_name

    def text(p, **how):
        return config.text(p, **how).replace(" listen 127.0.0.1 %d\n" % p.cli, " listen 127.0.0.1 %d read-only\n socket %s group %s\n"
                                             % (p.cli, path, group), 1)
    gateway = own(text=text)
    gateway.socket = path
    return gateway


def client(gateway, *words, stdin=""):
    return subprocess.run([binary(), "-c", gateway.config, "--cli", *words], input=stdin, capture_output=True, text=True,
                          timeout=60, check=False)


def test_socket_changes_and_tcp_looks(gateway):
    mode = os.stat(gateway.socket)
    assert stat.S_ISSOCK(mode.st_mode) and stat.S_IMODE(mode.st_mode) == 0o660
    assert "e1-1/1" in gateway.cli.run("show channels")
    for command in ("configure terminal", "write", "lock channel e1-1/5 no-graceful", "drain", "originate trunk exchange 200"):
        said = gateway.cli.run(command)
        assert "may only look" in said and gateway.socket in said, command
    assert not [c for c in gateway.channels() if c["administrative"] == "locked"]
    done = client(gateway, "lock", "channel", "e1-1/5", "no-graceful")
    assert done.returncode == 0, done
    assert [c["name"] for c in gateway.channels() if c["administrative"] == "locked"] == ["e1-1/5"]
    assert re.match(r"cli user \w+$", gateway.cli.json("changes")[-1]["who"])


def test_client_prints_answers_alone(gateway):
    done = client(gateway, "show", "version")
    assert done.returncode == 0 and "Crosspoint" not in done.stdout.splitlines()[-1] and done.stdout.strip()
    assert "\r" not in done.stdout and "\xff" not in done.stdout
    done = client(gateway, "show calls json")
    assert done.stdout.split() == ["[", "]"]
    done = client(gateway, "unlock channel e1-1/99")
    assert done.returncode == 1 and done.stdout.startswith("%")
    done = client(gateway, stdin="show trunks\nconfigure terminal\ntrunk pstn\nhunt descending\ncommit\nend\nshow pending\n")
    assert done.returncode == 0 and "Committed" in done.stdout and "pstn" in done.stdout


def test_client_at_a_terminal(gateway):
    """Keys go out as they are typed, what comes is shown without telnet's octets, and `exit` ends it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([binary(), "-c", gateway.config, "--cli"], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""

    def see(pattern):
        nonlocal seen
        deadline = time.monotonic() + 60
        while not re.search(pattern, seen):
            assert select.select([ours], [], [], max(0, deadline - time.monotonic()))[0], seen
            seen += os.read(ours, 4096)
    try:
        see(rb"> $")
        os.write(ours, b"show peer\t\r")
        see(rb"phones[\s\S]*> $")
        assert b"\xff" not in seen
        os.write(ours, b"exit\r")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_what_was_said_before_exit_arrives(gateway):
    with Cli(gateway.ports.cli) as session:
        session.sock.sendall(b"show version\rexit\r")
        said = b"".join(iter(lambda: session.sock.recv(65536), b""))
    assert b"uptime" in said and said.rstrip().endswith(b"exit"), said


def test_client_without_a_gateway(gateway):
    gateway.end()
    done = client(gateway, "show calls")
    assert done.returncode == 2 and "is it running" in done.stderr


def test_socket_left_behind_is_taken_over_and_one_in_use_is_not(gateway, tmp_path):
    gateway.kill()
    assert os.path.exists(gateway.socket)
    gateway.up()
    second = System(tmp_path, text=lambda p, **_: gateway.text.replace(str(gateway.ports.cli), str(p.cli)).replace(
        str(gateway.ports.sip), str(p.sip)))
    with pytest.raises(RuntimeError, match="somebody listens there"):
        second.start()
    second.kill()
    assert client(gateway, "show", "calls").returncode == 0
    gateway.end()
    assert not os.path.exists(gateway.socket)


@pytest.mark.parametrize("lines, complaint", [
    (" socket run/cli\n", "no whole path"), (" socket /tmp/x group nobody-of-that-name\n", "no such group"),
    (" socket %s\n" % os.path.abspath(__file__), "is no socket"), (" no listen\n", "listens nowhere"),
    (" socket /" + "x" * 120 + "\n", "too long")])
def test_faults(tmp_path, lines, complaint):
    wrong = System(tmp_path, text=lambda p, **how: config.text(p, **how).replace("cli\n", "cli\n" + lines, 1).replace(
        *((" listen 127.0.0.1 %d\n" % p.cli, "") if "no listen" in lines else ("", "")), ))
    with pytest.raises(RuntimeError, match=complaint):
        wrong.start()
    wrong.kill()


def test_socket_alone(tmp_path):
    """`no listen`: nothing on TCP."""
    path = str(tmp_path / "cli")
    system = System(tmp_path, text=lambda p, **how: config.text(p, **how).replace(
        " listen 127.0.0.1 %d\n" % p.cli, " no listen\n socket %s\n" % path, 1))
    system.start()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", system.ports.cli), timeout=60)
    wait_for("an answer", lambda: client(system, "show trunks").returncode == 0)
    assert system.stop() == 0
