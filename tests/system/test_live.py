"""What commits change of SIP and of the rest, under calls: these go on, in sound and in signalling."""
import socket

import pytest
from common import ports
from common.cli import Cli
from common.gateway import wait_for
from common.rtp_many import Parties
from common.sip import Agent, sdp
from test_commit import CALLS, dial, edit, sixty


@pytest.fixture(name="gateway")
def gateway_of_sixty(own):
    return own(text=sixty)


def hold(call, party, version):
    """A re-INVITE of the phone's that changes nothing."""
    call.invite(sdp(party.port, version=version))
    call.answered()


def test_a_removed_peer_stays_for_its_calls(gateway):
    """It changes and ends them, and begins no new one; when it comes back before they are over, it is as it was."""
    with gateway.phone() as phone, Parties(2) as parties:
        goes, stays = dial(phone, "1", parties.all[0]), dial(phone, "2", parties.all[1])
        wait_for("sound", lambda: all(p.heard > 10 for p in parties.all))
        said = edit(gateway, "no route out1", "no route out2", "no route out3", "no peer phones", "commit")
        assert "Peer phones is removed; its 2 calls go on until they are over" in said
        assert phone.call("1", sdp(parties.all[0].port)).refused().status == 403
        hold(goes, parties.all[0], 2)
        goes.bye()
        wait_for("one call less", lambda: "its 1 calls" in gateway.cli.run("show pending"))
        edit(gateway, "rollback 1", "commit")
        assert gateway.cli.run("show pending").strip() == ""
        hold(stays, parties.all[1], 2)
        dial(phone, "1", parties.all[0]).bye()
        edit(gateway, "rollback 1", "commit")
        heard = parties.all[1].heard
        wait_for("sound yet", lambda: parties.all[1].heard > heard + 10)
        stays.bye()
        wait_for("nothing to be left", lambda: gateway.cli.run("show pending").strip() == "")
        assert [p.missing for p in parties.all[1:]] == [0]
    gateway.wait_idle()


def test_a_moved_socket_stays_for_its_calls(gateway):
    """They are changed and ended there; new calls are refused there, and taken at the new one, which is used alone for what
    we send. Then the old port is free."""
    new = ports.block(2)
    with gateway.phone() as phone, Parties(2) as parties:
        edit(gateway, "sip", "timer-b 2000", "commit")
        old = dial(phone, "1", parties.all[0])
        said = edit(gateway, "sip", "listen 127.0.0.1 %d" % new, "commit")
        assert "SIP over udp at 127.0.0.1:%d is closed once the calls from before are over" % phone.gateway[1] in said
        hold(old, parties.all[0], 2)
        assert phone.call("1", sdp(parties.all[1].port)).refused().status == 503
        was, phone.gateway = phone.gateway, (phone.gateway[0], new)
        young = dial(phone, "2", parties.all[1])
        assert ":%d" % new in young.target
        phone.gateway = was
        wait_for("sound", lambda: all(p.heard > 10 for p in parties.all))
        old.bye()
        wait_for("the old socket to be closed", lambda: gateway.cli.run("show pending").strip() == "")
        with Agent(new, port=was[1]):
            pass
        phone.gateway = (was[0], new)
        young.bye()
        assert [p.missing for p in parties.all] == [0, 0]
    gateway.wait_idle()


def bind_error(sock, place):
    try:
        sock.bind(place)
        return ""
    except OSError as e:
        return str(e)


def test_sockets_moved_again_and_again_under_a_call_are_bounded(gateway):
    """The commit that would leave more than are kept says so, and changes nothing; what was kept stays kept."""
    with gateway.phone() as phone, Parties(1) as parties, Cli(gateway.ports.cli) as session:
        edit(gateway, "sip", "timer-b 2000", "commit")
        call = dial(phone, "1", parties.all[0])
        said = ""
        for moves in range(40):
            for line in ("configure terminal", "sip", "listen 127.0.0.1 %d" % ports.block(2)):
                session.run(line)
            said = session.run("commit")
            session.run("abort")
            if "%" in said:
                break
        assert "sockets were moved so often" in said and "unchanged" in said, said
        assert moves >= 16, moves
        assert gateway.cli.run("show pending").count(" is closed once ") in range(31, 33)
        hold(call, parties.all[0], 2)
        call.bye()
        wait_for("the old sockets to be closed", lambda: gateway.cli.run("show pending").strip() == "", 60)
        edit(gateway, "sip", "listen 127.0.0.1 %d" % ports.block(2), "commit")
    gateway.wait_idle(60)


def test_what_nobody_confirms_goes_back_and_harms_no_call(gateway):
    """A peer that is gone and sockets elsewhere for a minute: then all is as it was, calls of before and in between included."""
    with gateway.phone() as phone, Parties(3) as parties:
        was, new = phone.gateway, (phone.gateway[0], ports.block(2))
        removed = dial(phone, "1", parties.all[0])
        wait_for("sound", lambda: parties.all[0].heard > 10)
        edit(gateway, "no route out1", "no route out2", "no route out3", "no peer phones", "peer others", "address 127.0.0.1",
             "exit", "route out", "from peer others", "to line echo", "exit", "sip", "listen 127.0.0.1 %d" % new[1],
             "commit confirmed 1")
        phone.gateway = new
        between = dial(phone, "2", parties.all[1])
        phone.gateway = was
        hold(removed, parties.all[0], 2)
        wait_for("what was", lambda: any(p["name"] == "phones" for p in gateway.cli.json("peers")), 150)
        after = dial(phone, "2", parties.all[2])
        phone.gateway = new
        hold(between, parties.all[1], 2)
        wait_for("sound", lambda: all(p.heard > 10 for p in parties.all))
        between.bye()
        phone.gateway = was
        hold(removed, parties.all[0], 3)
        missing = [p.missing for p in parties.all]
        removed.bye()
        after.bye()
    assert missing == [0] * 3
    gateway.wait_idle()


def test_a_return_whose_port_is_taken_is_told_and_tried_again(gateway):
    """The call of before goes on, what was not confirmed runs and still waits, the alarm says who cannot listen where; with the
    port free again, all is as it was by itself."""
    gateway.expected.append("going back failed")
    with gateway.phone() as phone, Parties(1) as parties:
        was, new = phone.gateway, (phone.gateway[0], ports.block(2))
        edit(gateway, "sip", "listen 127.0.0.1 %d" % new[1], "commit confirmed 1")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            wait_for("the old port to be free", lambda: not bind_error(taken, was))
            phone.gateway = new
            call = dial(phone, "1", parties.all[0])
            wait_for("sound", lambda: parties.all[0].heard > 10)
            alarm = wait_for("the alarm", lambda: next((a for a in gateway.cli.json("alarms") if a["alarm"] == "return-failed"), None),
                             180)
            assert "UDP port %d: Address already in use" % was[1] in str(alarm), alarm
            assert "listen 127.0.0.1 %d" % new[1] in gateway.cli.run("show running-config")
            hold(call, parties.all[0], 2)
        wait_for("the alarm to be over", lambda: "return-failed" not in gateway.cli.run("show alarms"), 180)
        hold(call, parties.all[0], 3)
        missing = parties.all[0].missing
        call.bye()
        phone.gateway = was
        dial(phone, "1", parties.all[0]).bye()
        assert missing == 0
    gateway.wait_idle()


CHANGES = (
    ("peer phones", "ptime 40", "options 30", "limit calls 100", "session-timer 1800", "number-format national",
     "country-code 49", "cause-map to-sip 17 600", "transfer allow", "no uui"),
    ("trunk user1", "hunt descending", "limit calls 40", "timer t301 99", "busy-out"),
    ("sip", "strangers silence", "limit calls 500", "ban after 9 within 1 for 1", "cause-map to-isdn 24 433", "no-answer 30"),
    ("translation n", "match 0049 strip 4 prepend 0", "exit", "route out3", "translate called n"),
    ("no route out1", "no route out2", "no route far1", "no route far2", "no line echo", "no route far3"),
    ("fraud f", "from peer phones", "called 00", "calls 5"),
    ("emergency", "number 112", "notify log"),
    ("registrar", "realm r", "exit", "user anna", "password secret", "number 77"),
    ("records", "file other.jsonl", "store sqlite other.db", "interim 1"),
    ("records", "no store sqlite", "store postgresql host=192.0.2.1 dbname=calls user=gateway"),
    ("history", "calls 500", "messages 8"),
    ("no user anna",),
)


def test_sixty_calls_do_not_suffer_from_any_class_of_change(gateway):
    """One after the other, and all back by `commit confirmed`'s own way; and the calls are changed and ended at the end."""
    media = ports.block(60)
    with gateway.phone() as phone, Parties(CALLS + 1) as parties:
        calls = [dial(phone, "1" if i % 2 else "2", party) for i, party in enumerate(parties.all[:CALLS])]
        wait_for("sound both ways", lambda: all(p.heard > 25 and p.sent > 25 for p in parties.all[:CALLS]))
        edit(gateway, "media", "ports %d %d" % (media, media + 59), "dscp 8", "jitter fixed 80", "commit")
        young = phone.call("3", sdp(parties.all[CALLS].port))
        assert media <= young.answered().media()[1] < media + 60
        young.bye()
        for change in CHANGES:
            edit(gateway, *change, "commit")
        edit(gateway, "sip", "listen 127.0.0.1 %d" % ports.block(2), "commit")
        edit(gateway, "no route out3", "no fraud f", "no peer phones", "commit confirmed 5")
        edit(gateway, "rollback 1", "commit")
        edit(gateway, "rollback 1", "commit")
        wait_for("the young call to be cleared", lambda: len(gateway.cli.json("calls")) == 2 * CALLS)
        for i, call in enumerate(calls[:4]):
            hold(call, parties.all[i], 2)
        heard = [p.heard for p in parties.all[:CALLS]]
        wait_for("sound yet", lambda: all(p.heard > h + 25 for p, h in zip(parties.all, heard)))
        missing = [p.missing for p in parties.all[:CALLS]]
        for call in calls:
            call.bye()
    assert missing == [0] * CALLS
    gateway.wait_idle()


def test_commit_says_when_each_change_holds(gateway):
    said = edit(gateway, "cli", "socket %s" % gateway.folder + "/cli2", "exit", "trunk user1", "channels 1-3", "timer t301 9", "exit",
                "peer phones", "options 5", "exit", "route other", "to line echo", "from peer phones", "called 8", "commit")
    for words in ("At once: peer phones options, trunk user1 timer.", "For new calls and connections: route other.",
                  "Once the trunk has no calls: trunk user1 channels.", "From the next start: cli socket."):
        assert words in said, said
