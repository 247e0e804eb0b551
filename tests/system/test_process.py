"""The process: signals, two side by side, spans cut under calls, IPv6, strangers' bytes."""
import signal
import socket
import subprocess
import time

import config
from common.gateway import binary, wait_for
from common.rtp import Rtp
from common.sip import Agent, sdp


def test_sigterm_ends_calls_properly(own, rtp):
    """BYE with a Reason to the caller, and only then exit code 0."""
    gateway = own()
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        ringing = phone.call("605", sdp(rtp().port))
        ringing.response(180)
        gateway.close_cli()
        gateway.process.send_signal(signal.SIGTERM)
        bye = call.bye_comes()
        assert "Q.850" in bye.get("Reason")
        assert ringing.refused().status >= 480
        assert gateway.process.wait(60) == 0
        gateway.end()


def patient(ports, **how):
    """A BYE without an answer is sent again for longer than the end of the program waits."""
    return config.text(ports, **how).replace(" timer-b 4000\n", " timer-b 32000\n", 1)


def test_new_calls_are_refused_while_it_ends(own, rtp):
    gateway = own(text=patient)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        gateway.close_cli()
        gateway.process.send_signal(signal.SIGTERM)
        bye = call.wait_request("BYE")  # as long as it has no answer, the gateway is there
        assert phone.call("600", sdp(40000)).refused().status == 503
        call.reply(bye, 200, "OK")
        assert gateway.process.wait(60) == 0


def test_second_sigterm_ends_at_once(own, rtp):
    """And says so in its exit code: an end that was waited for is 0."""
    gateway = own(text=patient)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        gateway.close_cli()
        gateway.process.send_signal(signal.SIGTERM)
        call.wait_request("BYE")
        time.sleep(0.3)
        assert gateway.process.poll() is None, "it did not wait for the answer to its BYE"
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(60) == 1


# To a line of its own: the far ends of the trunks are this gateway, too, and take no new calls either.
EMERGENCY = "emergency\n number 112\n to line echo\n"


def test_draining_costs_no_call(own, rtp):
    """An upgrade: USR1, then the end with the last call; meanwhile no new ones but emergency calls, and OPTIONS says so. The next
    program takes calls at once."""
    gateway = own(extra=EMERGENCY)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        gateway.process.send_signal(signal.SIGUSR1)
        wait_for("the alarm", lambda: "draining" in [a["alarm"] for a in gateway.cli.json("alarms")])
        refusal = phone.call("600", sdp(40000)).refused()
        assert refusal.status == 503 and refusal.get("Retry-After") == "10"
        assert "stopping" in gateway.cli.run("originate trunk exchange 200")
        options = phone.call("", "")
        options.request("OPTIONS")
        assert options.response(200, 503, method="OPTIONS").status == 503
        urgent = phone.call("112", sdp(rtp().port))
        urgent.answered()
        urgent.bye()
        time.sleep(0.5)
        assert gateway.process.poll() is None
        gateway.close_cli()
        call.bye()
        assert gateway.process.wait(60) == 0
        gateway.up()
        again = phone.call("600", sdp(rtp().port))
        again.answered()
        again.bye()
        gateway.wait_idle()


def test_draining_may_be_taken_back(own, rtp):
    gateway = own()
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        assert "2 are up" in gateway.cli.run("drain within 60"), "the far end's is one, too"
        assert phone.call("600", sdp(40000)).refused().status == 503
        gateway.cli.run("drain cancel")
        assert "draining" not in [a["alarm"] for a in gateway.cli.json("alarms")]
        again = phone.call("600", sdp(rtp().port))
        again.answered()
        for one in (call, again):
            one.bye()
        gateway.wait_idle()


def test_service_manager_is_told(own, tmp_path):
    """sd_notify(3): ready once calls can come, the watchdog while the loop turns, stopping."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(60)
        gateway = own()
        gateway.end()
        begin = time.monotonic()
        gateway.start(environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "1000000"})
        assert b"READY=1" in manager.recv(1000)
        assert [manager.recv(1000) for _ in range(6)] == [b"WATCHDOG=1"] * 6
        assert time.monotonic() - begin > 2, "twice in the time that is given, not at each turn"
        gateway.close_cli()
        gateway.process.send_signal(signal.SIGTERM)
        said = b""
        while b"STOPPING=1" not in said:
            said = manager.recv(1000)
        assert gateway.process.wait(60) == 0


def test_two_gateways_side_by_side(gateway, own, rtp):
    other = own()
    with gateway.phone() as one, other.phone() as two:
        calls = [agent.call("600", sdp(rtp().port)) for agent in (one, two)]
        for call in calls:
            call.answered()
        for call in calls:
            call.bye()


def test_taken_cli_port_is_said_and_nothing_runs(own):
    first = own()
    done = subprocess.run([binary(), "-c", first.config], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False, text=True)
    assert done.returncode != 0
    assert str(first.ports.cli) in done.stdout or str(first.ports.sip) in done.stdout
    assert ": ready" not in done.stdout


def test_span_cut_under_a_call(own, rtp):
    """Red alarm; the call is cleared; new ones meet 502; all is well once the span is back."""
    gateway = own()
    with gateway.phone() as phone:
        call = phone.call("700", sdp(rtp().port))
        call.answered()
        since = gateway.mark()
        gateway.cli.run("test span e1-3 cut")
        wait_for("red", lambda: "red" in str(gateway.cli.json("spans")).lower())
        bye = call.bye_comes()
        assert "Q.850" in bye.get("Reason")
        wait_for("channel down", lambda: [c["state"] for c in gateway.channels() if c["trunk"] == "narrow"] == ["down"])
        assert phone.call("700", sdp(rtp().port)).refused().status == 502
        gateway.only(r"call \d+: from peer phones 100 to trunk narrow 700 .*: answered, cause 27 ", since)
        gateway.only(r"call \d+: from peer phones 100 to .*700.*: failed, cause 27 .*span alarm", since)
        assert phone.call("603", sdp(rtp().port)).refused().status == 486
        gateway.cli.run("test span e1-3 restore")
        gateway.wait_trunks()
        again = phone.call("700", sdp(rtp().port))
        again.answered()
        again.bye()
        gateway.wait_idle()


def test_ipv6(own):
    gateway = own(host="::1")
    with Agent(gateway.ports.sip, "::1", gateway.ports.phone, "::1") as phone, Rtp(host="::1") as party:
        call = phone.call("601", sdp(party.port, host="::1"))
        party.remote = call.answered().media()
        heard = wait_for("the milliwatt", lambda: [s for s in party.samples() if abs(s) > 8000])
        call.bye()
        assert heard
        gateway.wait_idle()


_JUNK = (
    b"", b"\r\n\r\n", b"\0" * 100, b"\xff" * 1400, b"INVITE", b"INVITE sip:600@h SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\n\r\n", b"SIP/2.0 999999999999 X\r\nCSeq: 1 INVITE\r\n\r\n", b"A" * 65000,
    b"INVITE sip:600@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa\r\n" + b"Via: x\r\n" * 2000,
    b"BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKb\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\n"
    b"Call-ID: z\r\nCSeq: 99999999999999999999 BYE\r\nContent-Length: -5\r\n\r\n",
)
_BAD_SDP = ("v=0", "m=audio", "v=0\r\nm=audio 99999999 RTP/AVP 8", "v=0\r\nc=IN IP4 999.1.1.1\r\nm=audio 4000 RTP/AVP 8",
            "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP " + "8 " * 3000,
            "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8\r\na=ptime:4294967295\r\na=rtpmap:8 " + "x" * 3000,
            "\0\0\0\xff")
_BAD_CONTACTS = ("tel:1", "mailto:a@b", "*", "<sip:@>", "", "<unknown:" + "y" * 2000 + ">")


def test_malformed_messages_do_not_disturb_a_call(gateway, phone, rtp):
    party = rtp()
    call = phone.call("601", sdp(party.port))
    call.answered()
    with gateway.agent() as hostile:
        for junk in _JUNK:
            hostile.send(junk[:65000])
        for body in _BAD_SDP:
            bad = hostile.call("600", body)
            assert bad.refused().status in (400, 415, 488), body
        for contact in _BAD_CONTACTS:
            hostile.send("INVITE sip:603@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%d\r\n"
                         "From: <sip:1@h>;tag=1\r\nTo: <sip:603@h>\r\nCall-ID: bad%d\r\nCSeq: 1 INVITE\r\nContact: %s\r\n"
                         "Content-Length: 0\r\n\r\n" % (hostile.port, id(contact), id(contact), contact))
        time.sleep(0.5)
    party.mark()
    wait_for("the milliwatt", lambda: [s for s in party.samples() if abs(s) > 8000])
    call.bye()
    gateway.wait_idle(60)


def test_hostile_cli(gateway):
    with socket.create_connection(("127.0.0.1", gateway.ports.cli), timeout=60) as s:
        s.sendall(b"\xff\xfd\x01\xff\xfa" + b"\xff" * 300 + b"\r\n" + b"A" * 20000 + b"\r\nshow\x00 calls\r\n")
        time.sleep(0.2)
    assert gateway.cli.json("calls") == []
