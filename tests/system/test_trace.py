"""What the line signals, seen live: a capture into a FIFO, and libpri's own words in the log."""
import os
import re
import struct

from common.gateway import wait_for

MAGIC = struct.pack("=I", 0xA1B2C3D4)


def call(gateway, number="602"):
    gateway.originate("trunk pstn %s hold 1" % number)
    gateway.wait_idle()


def test_capture_into_a_fifo_is_live(gateway, tmp_path):
    fifo = str(tmp_path / "d.pcap")
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert "Capturing to" in gateway.cli.run("capture dchannel %s trunk pstn" % fifo)
        call(gateway)
        got = os.read(reader, 65536)
    finally:
        os.close(reader)
    assert got[:4] == MAGIC and struct.unpack("=I", got[20:24])[0] == 177
    assert b"602" in got
    at, records = 24, 0
    while at < len(got):
        size = struct.unpack("=IIII", got[at:at + 16])[2]
        at, records = at + 16 + size, records + 1
    assert at == len(got) and records > 10
    call(gateway)  # the reader is gone: the capture ends, and nothing else
    wait_for("the end of the capture", lambda: "the capture of signalling ends: Broken pipe" in gateway.log())
    gateway.cli.run("capture dchannel off")


def test_capture_of_one_trunk_has_no_other(gateway, tmp_path):
    path = str(tmp_path / "d.pcap")
    assert "Capturing to" in gateway.cli.run("capture dchannel %s trunk narrow megabytes 1" % path)
    call(gateway)
    gateway.cli.run("capture dchannel off")
    with open(path, "rb") as f:
        assert b"602" not in f.read()


def test_fifo_without_reader_is_refused(gateway, tmp_path):
    fifo = str(tmp_path / "d.pcap")
    os.mkfifo(fifo)
    gateway.expected.append("no capture of signalling")
    assert "nobody reads the FIFO" in gateway.cli.run("capture dchannel " + fifo)
    assert "no trunk nobody" in gateway.cli.run("capture dchannel %s trunk nobody" % fifo)
    assert "megabytes 0 is no size of a capture; 1 to 65536 is right" in gateway.cli.run("capture dchannel %s megabytes 0" % fifo)
    assert "needs a number" in gateway.cli.run("capture dchannel %s megabytes" % fifo)
    assert "needs a name" in gateway.cli.run("capture dchannel %s trunk" % fifo)


def test_messages_are_in_the_log_while_asked_for(gateway):
    since = gateway.mark()
    call(gateway)
    assert "Message Type" not in gateway.log()[since:]
    assert "is on" in gateway.cli.run("debug isdn q931 pstn")
    assert "is on" in gateway.cli.run("debug isdn q921 pstn")
    call(gateway)
    assert "is off" in gateway.cli.run("no debug isdn pstn")
    seen = gateway.log()[since:]
    assert re.search(r"pstn: libpri: > Message Type: SETUP", seen)
    assert re.search(r"pstn: libpri: > .*N\(S\)", seen)
    since = gateway.mark()
    call(gateway)
    assert "Message Type" not in gateway.log()[since:]
    assert "no trunk nobody" in gateway.cli.run("debug isdn q931 nobody")


def test_capture_to_a_full_disk_is_refused(gateway):
    gateway.expected.append("no capture of signalling")
    assert "cannot capture to /dev/full: No space left on device" in gateway.cli.run("capture dchannel /dev/full")
