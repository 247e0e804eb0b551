"""What a commit does to calls: nothing. Changes that a trunk cannot bear with calls on it wait for their end."""
import time

import pytest
from common import ports
from common.cli import Cli
from common.gateway import wait_for
from common.rtp_many import Parties
from common.sip import sdp
from test_full_system import _HEAD, _SPAN, _TRUNK

CALLS = 60


def sixty(p):
    """Two cables with a trunk at each end, a peer whose calls go to both, and a third cable to be taken away."""
    parts = [_HEAD.format(p=p, last=p.media + 199), "peer phones\n address 127.0.0.1\n port %d\n codecs pcma\n" % p.phone]
    for pair in (1, 2, 3):
        near, far = 2 * pair - 1, 2 * pair
        parts.append(_SPAN.format(n=near, far=far) + _SPAN.format(n=far, far=near))
        parts.append(_TRUNK.format(name="user%d" % pair, n=near, side="user", hunt="ascending"))
        parts.append(_TRUNK.format(name="network%d" % pair, n=far, side="network", hunt="descending"))
        parts.append("route out%d\n from peer phones\n called %d\n to trunk user%d\n" % (pair, pair, pair))
        parts.append("route far%d\n from trunk network%d\n called %d\n to line echo\n" % (pair, pair, pair))
    parts.append("line echo\n echo\n")
    return "".join(parts)


@pytest.fixture(name="gateway")
def gateway_of_sixty(own):
    return own(text=sixty)


def edit(gateway, *lines):
    """What each line is answered with, the last one's returned."""
    with Cli(gateway.ports.cli) as session:
        for line in ("configure terminal", *lines, "abort"):
            said = session.run(line)
            assert "%" not in said, "%s: %s" % (line, said)
            if line != "abort":
                answer = said
    return answer


def trunk(gateway, name):
    return next((t for t in gateway.cli.json("trunks") if t["name"] == name), None)


def dial(phone, number, party):
    call = phone.call(number, sdp(party.port))
    call.answered()
    return call


def test_sixty_calls_hear_every_packet(gateway):
    """Commit, rollback and commit under sixty calls: peers, routes, hunting, timers, limits, spans that come and go; and a
    trunk that would have to be opened anew. Nothing is missing, in either direction."""
    with gateway.phone() as phone, Parties(CALLS) as parties:
        calls = [dial(phone, "1" if i % 2 else "2", party) for i, party in enumerate(parties.all)]
        wait_for("sound both ways", lambda: all(p.heard > 25 and p.sent > 25 for p in parties.all))
        edit(gateway, "trunk user1", "hunt descending", "timer t301 99", "limit calls 30", "exit", "trunk user2",
             "variant qsig", "exit", "no route far3", "no route out3", "no trunk user3", "no trunk network3",
             "no span e1-5", "no span e1-6", "line other", "ring", "exit", "route more", "called 9", "to line other", "commit")
        assert trunk(gateway, "user3") is None
        assert trunk(gateway, "user2")["variant"] != "qsig", "it has calls"
        time.sleep(1)
        edit(gateway, "rollback 1", "commit")
        wait_for("the third cable back", lambda: (trunk(gateway, "user3") or {}).get("layer2") == "up")
        time.sleep(1)
        assert gateway.cli.run("show pending").strip() == ""
        stats = [t for c in gateway.cli.json("calls") for t in gateway.cli.json("call %s" % c["id"])["terminations"]
                 if t["kind"] == "rtp"]
        heard = [p.missing for p in parties.all]
        for call in calls:
            call.bye()
    assert heard == [0] * CALLS
    assert len(stats) == CALLS and [t["lost"] for t in stats] == [0] * CALLS
    gateway.wait_idle()


def test_a_trunk_is_opened_anew_when_its_calls_are_over(gateway):
    """Until then no new call begins there, and the old configuration holds on it; others are as committed at once."""
    with gateway.phone() as phone, Parties(2) as parties:
        call = dial(phone, "1", parties.all[0])
        said = edit(gateway, "trunk user1", "channels 1-3", "exit", "trunk user2", "channels 1-3", "commit")
        assert "Trunk user1 is changed once its 1 calls are over" in said and "Trunk user2" not in said
        assert "user1" in gateway.cli.run("show pending")
        assert trunk(gateway, "user1")["channels"] == 30 and trunk(gateway, "user2")["channels"] == 3
        assert phone.call("1", sdp(parties.all[1].port)).refused().status == 503
        call.bye()
        wait_for("the change", lambda: trunk(gateway, "user1")["channels"] == 3)
        assert gateway.cli.run("show pending").strip() == ""
        wait_for("the D channel", lambda: trunk(gateway, "user1")["layer2"] == "up")
        dial(phone, "1", parties.all[0]).bye()
    gateway.wait_idle()


def test_a_trunk_leaves_with_its_last_call(gateway):
    """And what is to take its span comes then; a rollback before that keeps it, and it takes calls again."""
    with gateway.phone() as phone, Parties(1) as parties:
        call = dial(phone, "1", parties.all[0])
        away = ("no route out1", "no trunk user1", "trunk heir", "protocol isdn", "span e1-1", "d-channel 16", "channels 1-2",
                "commit")
        said = edit(gateway, *away)
        assert "Trunk user1 is removed once its 1 calls are over" in said
        assert "Trunk heir is added once the calls on its spans are over" in said
        edit(gateway, "rollback 1", "commit")
        again = dial(phone, "1", parties.all[0])
        again.bye()
        edit(gateway, *away)
        assert trunk(gateway, "heir") is None
        call.bye()
        wait_for("the heir", lambda: trunk(gateway, "heir") and not trunk(gateway, "user1"))
    gateway.wait_idle()


def test_commit_now_does_not_wait(gateway):
    with gateway.phone() as phone, Parties(2) as parties:
        goes, stays = dial(phone, "1", parties.all[0]), dial(phone, "2", parties.all[1])
        edit(gateway, "trunk user1", "channels 1-3", "commit now")
        goes.bye_comes()
        wait_for("the change", lambda: trunk(gateway, "user1")["channels"] == 3 and gateway.cli.run("show pending").strip() == "")
        wait_for("the other call alone, with its far end", lambda: len(gateway.cli.json("calls")) == 2)
        time.sleep(0.3)
        assert len(gateway.cli.json("calls")) == 2
        stays.bye()
    gateway.wait_idle()


def test_commit_now_says_what_waits_yet(gateway):
    """It clears calls of trunks alone; a socket goes on to be kept for its calls, and that is said."""
    with gateway.phone() as phone, Parties(1) as parties:
        call = dial(phone, "2", parties.all[0])
        said = edit(gateway, "sip", "listen 127.0.0.1 %d" % ports.block(2), "commit now")
        assert "is closed once the calls from before are over" in said and "No trunk waits" in said, said
        call.bye()
    gateway.wait_idle()


def test_a_channel_test_ends_before_its_span_is_closed(gateway):
    """A span that waits to be closed, with a test on one of its idle channels: the test is over before."""
    with gateway.phone() as phone, Parties(1) as parties:
        call = dial(phone, "1", parties.all[0])
        edit(gateway, "no route out1", "no route far1", "no trunk user1", "no trunk network1", "no span e1-1", "no span e1-2", "commit")
        gateway.cli.run("lock channel e1-1/9 no-graceful")
        assert "%" not in gateway.cli.run("test channel e1-1/9 bert")
        call.bye()
        wait_for("the trunk gone", lambda: trunk(gateway, "user1") is None)
        wait_for("the test over", lambda: [t["state"] for t in gateway.cli.json("tests")] != ["running"])
    gateway.wait_idle()
