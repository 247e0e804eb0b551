"""What happened to a call: one time line of both legs' messages, and what people make of it."""
import itertools
import json
import os
import re
import subprocess
import time

import pytest

import config
from common import sip
from common.gateway import wait_for
from common.hep import Server
from common.sip import sdp


_seen = {}  # by gateway: the newest call before this test


@pytest.fixture(autouse=True)
def calls_before(gateway):
    """The gateway is shared: what earlier tests called is not meant."""
    _seen[gateway.ports.cli] = max((c["id"] for c in gateway.cli.json("calls recent")), default=0)


def last_call(gateway, **of):
    """The newest ended call of this test that has these values."""
    def look():
        return [c for c in gateway.cli.json("calls recent") if c["id"] > _seen.get(gateway.ports.cli, 0) and all(c[k] == v for k, v in of.items())]
    return wait_for("an ended call with %r" % of, look)[0]["id"]


def timeline(gateway, call):
    return gateway.cli.json("call %d timeline" % call)["entries"]


def words(entries, *kinds):
    """Who, which way, and the first words of what."""
    return [(e["party"], e["way"], e["text"]) for e in entries if e["kind"] in kinds]


def has(found, text):
    """The entries, once one of them says so."""
    return found if any(what == text for _, _, what in found) else None


def in_order(found, wanted):
    """Each wanted (party, way, beginning of the text) comes behind the one before."""
    at = 0
    for party, way, begin in wanted:
        while at < len(found) and not (found[at][:2] == (party, way) and found[at][2].startswith(begin)):
            at += 1
        assert at < len(found), "no %s %s %s in its place in %r" % (party, way, begin, found)
        at += 1


def test_messages_of_both_legs_are_on_one_line(gateway, rtp):
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        call.bye()
    gateway.wait_idle()
    number = last_call(gateway, calling="100", called="600", to="trunk pstn e1-1/1")
    found = words(timeline(gateway, number), "sip", "isdn")
    peer, isdn = "peer phones", "trunk pstn"
    in_order(found, [(peer, "in", "INVITE sip:600@"), (isdn, "out", "SETUP from 100 to 600"), (isdn, "in", "CALL PROCEEDING"),
                     (isdn, "in", "CONNECT"), (peer, "out", "200 OK, SDP"), (peer, "in", "ACK"), (peer, "in", "BYE"),
                     (isdn, "out", "DISCONNECT cause 16 normal call clearing"), (isdn, "in", "RELEASE"), (isdn, "out", "RELEASE COMPLETE")])
    in_order(found, [(peer, "in", "BYE"), (peer, "out", "200 OK to BYE")])
    assert found[1] == (peer, "out", "100 Trying")
    text = gateway.cli.run("show call %d timeline" % number)
    assert re.search(r"0\.\d{3}  trunk pstn +<-  isdn   SETUP from 100 to 600", text), text


def test_call_from_the_line(gateway, phone, rtp):
    """The call of the line that comes in over ISDN; a SIP leg of ours names its messages once it has a Call-ID."""
    gateway.originate("trunk exchange 200 caller 4930123456")
    call = phone.answer_call()
    call.reply(call.invite_in, 180, "Ringing")
    call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
    call.wait_request("ACK")
    up = wait_for("the call on the list", lambda: [c for c in gateway.cli.json("calls") if c["to"] == "peer phones"])[0]["id"]
    found = wait_for("CONNECT ACKNOWLEDGE", lambda: has(words(timeline(gateway, up), "sip", "isdn"), "CONNECT ACKNOWLEDGE"))
    peer, isdn = "peer phones", "trunk pstn"
    in_order(found, [(isdn, "in", "SETUP from 4930123456 to 200"), (isdn, "out", "CALL PROCEEDING"), (peer, "out", "INVITE sip:200@"),
                     (peer, "in", "180 Ringing"), (isdn, "out", "ALERTING"), (peer, "in", "200 OK, SDP"), (isdn, "out", "CONNECT"),
                     (isdn, "in", "CONNECT ACKNOWLEDGE")])
    in_order(found, [(peer, "in", "200 OK, SDP"), (peer, "out", "ACK")])
    call.bye()
    gateway.wait_idle()
    found = words(timeline(gateway, last_call(gateway, to="peer phones", called="200")), "sip", "isdn")
    in_order(found, [(peer, "in", "BYE"), (isdn, "out", "DISCONNECT cause 16"), (isdn, "out", "RELEASE COMPLETE")])


def test_message_sent_again_is_there_again(gateway, phone):
    """A request that is not answered is sent again after 500 ms (RFC 3261 17.1.1.2)."""
    gateway.originate("trunk exchange 201")
    phone.answer_call()
    number = last_call(gateway, called="201", to="peer phones")
    found = words(timeline(gateway, number), "sip")
    assert sum(what.startswith("INVITE sip:201@") for _, _, what in found) >= 2, found


def test_only_so_much_is_kept(own, rtp):
    gateway = own(extra="history\n calls 2\n messages 1\n")
    with gateway.phone() as phone:
        for _ in range(3):
            call = phone.call("602", sdp(rtp().port))
            call.answered()
            call.bye()
            gateway.wait_idle()
        recent = gateway.cli.json("calls recent")
        assert len(recent) == 2 and recent[0]["id"] > recent[1]["id"]
        assert "nor is it among the last ones" in gateway.cli.run("show call 1 timeline")
        entries = timeline(gateway, recent[0]["id"])
        assert {e["octets"] for e in entries if e["kind"] in ("sip", "isdn")} in ({"kept"}, set())
        held = phone.call("602", sdp(rtp().port))
        held.answered()
        number = min(c["id"] for c in gateway.cli.json("calls"))
        filler = "X-Filler: " + "x" * 7000
        for _ in range(160):  # they lead to nobody, and have a share of their own
            phone.call("999", sdp(1), extra=[filler]).refused()
        assert {e["octets"] for e in timeline(gateway, number) if e["kind"] == "sip"} == {"kept"}
        for _ in range(110):
            call = phone.call("602", sdp(rtp().port), extra=[filler])
            call.answered()
            call.bye()
            wait_for("it is over", lambda: len(gateway.cli.json("calls")) == 2)  # the held one, seen from both ends of its line
        octets = [e["octets"] for e in timeline(gateway, number) if e["kind"] == "sip"]
        assert octets[0] == "gone", octets
        held.bye()
    gateway.wait_idle()


def test_call_refused_before_it_was_one_is_found(gateway, tmp_path):
    """It has a number, a time line and a capture like others."""
    path = str(tmp_path / "refused.pcapng")
    with gateway.phone() as phone:
        assert phone.call("600", sdp(40000, "18")).refused().status == 488
    number = last_call(gateway, calling="100", called="600", **{"from": "peer phones", "to": None})
    found = words(timeline(gateway, number), "sip", "call")
    in_order(found, [("peer phones", "in", "INVITE sip:600@"), ("", "", "refused before it was a call, 488 "), ("peer phones", "out", "488 ")])
    wait_for("ACK", lambda: ("peer phones", "in") in [f[:2] for f in words(timeline(gateway, number), "sip")[1:]])
    told = gateway.cli.run("why %d" % number)
    assert "100 called 600, from peer phones." in told and "It was refused before it was a call, 488" in told, told
    assert "That means: What was offered for sound" in told, told
    gateway.cli.run("export call %d pcap %s" % (number, path))
    rows = dissected(path, "-d", "udp.port==%d,sip" % gateway.ports.sip, "-e", "sip.Method", "-e", "sip.Status-Code")
    assert [row for row, _ in itertools.groupby(rows)] == ["INVITE|", "|488", "ACK|"], rows  # sent again before a late ACK


def test_number_that_a_peer_may_not_call_is_found(own):
    gateway = own(text=lambda p: config.text(p).replace("peer phones\n", "peer phones\n number deny 0900\n", 1))
    with gateway.phone() as phone:
        assert phone.call("0900123", sdp(40000)).refused().status == 403
    number = wait_for("it", lambda: [c for c in gateway.cli.json("calls recent") if c["called"] == "0900123"])[0]["id"]
    assert "The caller may not call that number" in gateway.cli.run("why %d" % number)


def dissected(path, *more):
    """One line for each packet, of fields that tshark finds."""
    run = subprocess.run(["tshark", "-r", path, "-T", "fields", "-E", "separator=|", *more], capture_output=True, text=True, timeout=120, check=True)
    return run.stdout.splitlines()


def test_export_is_read_by_wireshark(gateway, rtp, tmp_path):
    """Both interfaces of the file are dissected, in order and between the right ends."""
    path = str(tmp_path / "call.pcapng")
    with gateway.phone() as phone:
        at = phone.port
        call = phone.call("600", sdp(rtp().port), extra=["Authorization: Digest username=\"a\", response=\"secret\""])
        call.answered()
        call.bye()
    gateway.wait_idle()
    number = last_call(gateway, calling="100", called="600", to="trunk pstn e1-1/1")
    said = gateway.cli.run("export call %d pcap %s" % (number, path))
    rows = dissected(path, "-d", "udp.port==%d,sip" % gateway.ports.sip, "-e", "frame.interface_name", "-e", "sip.Method", "-e", "sip.Status-Code",
                     "-e", "q931.message_type", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "frame.comment")
    assert "%d messages are in" % len(rows) in said
    there, here = str(at), str(gateway.ports.sip)
    assert rows[0] == "SIP|INVITE||||%s|%s|peer phones" % (there, here) or rows[0] == "SIP|INVITE|||%s|%s|peer phones" % (there, here), rows[0]
    assert rows[1] == "SIP||100||%s|%s|peer phones" % (here, there), rows[1]
    types = [int(r.split("|")[3], 0) for r in rows if r.startswith("ISDN|")]
    assert types[0] == 5 and types[-3:] == [0x45, 0x4D, 0x5A], types
    assert [r.split("|")[1] for r in rows if r.split("|")[1]] == ["INVITE", "ACK", "BYE"]
    wrong = dissected(path, "-o", "ip.check_checksum:TRUE", "-Y", "_ws.malformed || ip.checksum.status == 0 || _ws.expert.severity >= 0x800000", "-e", "frame.number")
    assert not wrong, wrong
    with open(path, "rb") as f:
        assert b"secret" not in f.read()
    assert "cannot write /nonexistent/x: No such file" in gateway.cli.run("export call %d pcap /nonexistent/x" % number)
    assert "cannot write /dev/full: No space left" in gateway.cli.run("export call %d pcap /dev/full" % number)
    assert "nor is it among the last" in gateway.cli.run("export call 4000000000 pcap " + path)


def test_export_of_ipv6(own, rtp, tmp_path):
    gateway = own(host="::1")
    path = str(tmp_path / "call.pcapng")
    with sip.Agent(gateway.ports.sip, "::1", gateway.ports.phone, "::1") as phone:
        phone.call("999", sdp(4000, host="::1")).refused()
    number = wait_for("the ended call", lambda: gateway.cli.json("calls recent"))[0]["id"]
    gateway.cli.run("export call %d pcap %s" % (number, path))
    rows = dissected(path, "-o", "udp.check_checksum:TRUE", "-d", "udp.port==%d,sip" % gateway.ports.sip, "-e", "ipv6.src", "-e", "udp.checksum.status",
                     "-e", "sip.Status-Code")
    assert rows[0] == "::1|1|" and rows[-1] == "::1|1|" and "::1|1|404" in rows, rows


def test_capture_server_gets_both_legs_with_one_id(own, rtp):
    """HEP 3, decoded as its draft has it; the correlation is the id of the call's record."""
    began = time.time()
    with Server() as homer:
        gateway = own(extra="records\n file calls.jsonl\nhistory\n hep 127.0.0.1 %d agent 77\n" % homer.port)
        with gateway.phone() as phone:
            here, there = gateway.ports.sip, phone.port
            call = phone.call("600", sdp(rtp().port))
            call.answered()
            call.bye()
        gateway.wait_idle()
        got = homer.read()
    with open(os.path.join(gateway.folder, "calls.jsonl"), encoding="ascii") as f:
        record = [r for r in map(json.loads, f) if r["from"]["kind"] == "peer"][0]
    ours = [p for p in got if p["correlation"] == record["id"].encode()]
    sip_packets = [p for p in ours if p["type"] == 1]
    first = sip_packets[0]
    assert first["payload"].startswith(b"INVITE sip:600@") and b"\r\n\r\nv=0" in first["payload"]
    assert (first["from"], first["from_port"], first["to"], first["to_port"]) == ("127.0.0.1", there, "127.0.0.1", here)
    assert sip_packets[1]["payload"].startswith(b"SIP/2.0 100") and sip_packets[1]["to_port"] == there
    lines = [p["payload"].decode() for p in ours if p["type"] == 100]
    assert re.match(r"trunk pstn <- SETUP from 100 to 600.*: 0\d 01 .. .. 08 02 ", lines[0]), lines[0]
    assert "trunk pstn <- RELEASE COMPLETE" in lines[-1]
    assert {p["agent"] for p in got} == {77} and {p["protocol"] for p in got} == {17}
    assert int(began) <= first["seconds"] <= time.time()
    others = {p["correlation"] for p in got} - {record["id"].encode()}
    assert len(others) == 1  # the far end of the line has a call of its own
