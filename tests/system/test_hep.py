"""What a capture server is sent, as receivers that are not ours take it: sngrep and Kamailio's sipcapture."""
import os
import re
import signal
import subprocess

import pytest

from common import ports
from common.gateway import wait_for
from common.kamailio import HOST, Kamailio
from common.sip import sdp
from test_timeline import dissected

# HEP's chunks by their numbers: 0x011 the correlation, 0x00b the payload's type, 0x00c the agent, 0x00f the payload.
SCRIPT = """
route[NEW] { drop; }
event_route[sipcapture:request] {
	xlog("L_ERR", "HEP $hep(version) $hep(0x011) $hep(0x00b) $hep(0x00c) $hep(0x00f)\\n");
}
"""
LOAD = """
loadmodule "db_text.so"
loadmodule "sipcapture.so"
modparam("sipcapture", "db_url", "text://%s")
modparam("sipcapture", "hep_capture_on", 1)
modparam("sipcapture", "nonsip_hook", 1)
"""


def one_call(gateway, rtp):
    """Its phone's port."""
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        call.bye()
        gateway.wait_idle()
        return phone.port


@pytest.fixture(name="kamailio")
def the_capture_server(tmp_path):
    with open(tmp_path / "version", "w", encoding="ascii") as f:
        f.write("table_name(string) table_version(int)\nsip_capture:4\n")
    kamailio = Kamailio(str(tmp_path), SCRIPT, LOAD % tmp_path, transports=("udp",))
    try:
        yield kamailio.start()
    finally:
        kamailio.stop()


def test_kamailio_sees_both_legs_with_one_id(own, rtp, kamailio):
    gateway = own(extra="history\n hep %s %d agent 77\n" % (HOST, kamailio.port))
    one_call(gateway, rtp)
    packet = re.compile(r"HEP 3 (\S+) (\d+) 77 ([^\r\n]*)")

    def both_ends():
        by_call = {}
        for correlation, kind, text in packet.findall(kamailio.log()):
            by_call.setdefault(correlation, []).append((int(kind), text))
        ours = [c for c in by_call.values() if any(text.startswith("INVITE sip:600@") for _, text in c)]
        return ours[0] if ours and any("trunk pstn <- RELEASE COMPLETE" in text for _, text in ours[0]) else None
    ours = wait_for("all of the call", both_ends)
    sip = [text for kind, text in ours if kind == 1]
    isdn = [text for kind, text in ours if kind == 100]
    assert len(sip) + len(isdn) == len(ours)
    assert {"SIP/2.0 100 Trying", "SIP/2.0 200 OK"} <= set(sip) and any(text.startswith("BYE ") for text in sip), sip
    assert any(text.startswith("trunk pstn <- SETUP from 100 to 600") for text in isdn) and any("-> CONNECT" in text for text in isdn), isdn


def test_sngrep_draws_the_call(own, rtp, tmp_path):
    """What it takes, it writes as packets between the ends that the messages had."""
    port, capture = ports.any_port("udp"), str(tmp_path / "taken.pcap")
    sngrep = subprocess.Popen(["sngrep", "-N", "-F", "-c", "-L", "udp:127.0.0.1:%d" % port, "-O", capture], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "TERM": "xterm"})
    try:
        wait_for("sngrep listens", lambda: not ports.is_free(port, "udp"))
        gateway = own(extra="history\n hep 127.0.0.1 %d agent 77\n" % port)
        there, here = one_call(gateway, rtp), gateway.ports.sip
        wait_for("all is taken", lambda: ports.is_read(port))
    finally:
        sngrep.send_signal(signal.SIGINT)
        try:
            said = sngrep.communicate(timeout=60)[0]
        finally:
            sngrep.kill()
    assert re.findall(rb"Dialog count: (\d+)", said)[-1] == b"1", said[-300:]
    rows = dissected(capture, "-Y", "sip", "-d", "udp.port==%d,sip" % here, "-e", "udp.srcport", "-e", "udp.dstport", "-e", "sip.Method", "-e", "sip.Status-Code")
    asked, answered = "%d|%d|%%s|" % (there, here), "%d|%d||%%d" % (here, there)
    assert rows[:2] == [asked % "INVITE", answered % 100], rows
    assert rows[-2:] == [asked % "BYE", answered % 200] and asked % "ACK" in rows, rows
