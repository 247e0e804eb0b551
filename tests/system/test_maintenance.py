"""Trunks and channels taken out of service and back: what calls, the line and peers see of it, and that it is kept."""
import os
import re
import signal

import pytest
from common.gateway import wait_for
from common.sip import Call, sdp


def channel(gateway, name):
    return next(c for c in gateway.cli.json("channels") if c["name"] == name)


def states(gateway, name):
    c = channel(gateway, name)
    return [c[key] for key in ("administrative", "operational", "usage", "availability")]


def locks(gateway):
    return {c["name"] for c in gateway.cli.json("channels") if c["administrative"] != "unlocked"}


@pytest.fixture(name="gateway")
def unlocked_at_the_end(gateway):
    yield gateway
    for trunk in gateway.cli.json("trunks"):
        gateway.cli.run("unlock trunk " + trunk["name"])
    for name in locks(gateway):
        gateway.cli.run("unlock channel " + name)


def talk(phone, rtp, number="600"):
    call = phone.call(number, sdp(rtp().port))
    call.answered()
    return call


def test_lock_without_grace_clears_the_call(gateway, phone, rtp):
    call = talk(phone, rtp)
    busy = next(c["name"] for c in gateway.channels("active") if c["trunk"] == "pstn")
    said = gateway.cli.run("lock channel %s no-graceful" % busy)
    assert said == "Channel %s is locked; 1 call is being cleared (cause 41)." % busy
    bye = call.bye_comes()
    assert re.search(r"Q\.850 *;.*cause=41", bye.get("Reason"))
    gateway.wait_idle()
    assert states(gateway, busy) == ["locked", "enabled", "idle", ""]


def test_hunting_skips_what_is_locked(gateway, phone, rtp):
    gateway.cli.run("lock channel e1-1/1 no-graceful")
    gateway.cli.run("lock channel e1-1/2 no-graceful")
    call = talk(phone, rtp)
    assert [c["name"] for c in gateway.channels("active") if c["trunk"] == "pstn"] == ["e1-1/3"]
    call.bye()


def test_graceful_lets_the_call_go_on(gateway, phone, rtp):
    call = talk(phone, rtp)
    said = gateway.cli.run("lock channel e1-1/1 graceful forever")
    assert said == "Channel e1-1/1 is shutting-down: no new calls; locked once 1 call has ended."
    assert states(gateway, "e1-1/1") == ["shutting-down", "enabled", "busy", ""]
    second = talk(phone, rtp)
    assert channel(gateway, "e1-1/2")["usage"] == "busy"
    assert channel(gateway, "e1-1/1")["call"]
    second.bye()
    call.bye()
    wait_for("locked", lambda: states(gateway, "e1-1/1") == ["locked", "enabled", "idle", ""])


def test_graceful_ends_with_its_time(gateway, phone, rtp):
    call = talk(phone, rtp)
    said = gateway.cli.run("lock trunk pstn graceful 2")
    assert "locked once 1 call has ended, or in 2 s" in said
    bye = call.bye_comes()
    assert re.search(r"Q\.850 *;.*cause=41", bye.get("Reason"))
    wait_for("the trunk locked", lambda: gateway.cli.json("trunks")[0]["administrative"] == "locked")


def test_unlock_while_shutting_down_leaves_the_call(gateway, phone, rtp):
    call = talk(phone, rtp)
    gateway.cli.run("lock trunk pstn graceful 5")
    assert gateway.cli.run("unlock trunk pstn") == "Trunk pstn is unlocked."
    with pytest.raises(AssertionError):
        call.wait_request("BYE", 7)
    call.bye()


def test_calls_to_a_locked_trunk_are_refused(gateway, phone, rtp):
    assert gateway.cli.run("lock trunk pstn no-graceful") == "Trunk pstn is locked."
    refused = phone.call("600", sdp(40000)).refused()
    assert refused.status == 503
    assert re.search(r"cause=34", refused.get("Reason"))
    gateway.cli.run("unlock trunk pstn")
    talk(phone, rtp).bye()


@pytest.mark.parametrize("what", ["channel e1-3/1", "trunk narrow"])
def test_the_far_end_hears_cause_44(gateway, what):
    """The network's channel is exclusive (Q.931 5.2.3.2)."""
    since = gateway.mark()
    gateway.cli.run("lock %s no-graceful" % what)
    gateway.originate("trunk far-narrow 200")
    gateway.record(r"to trunk far-narrow 200 .*: failed, cause 44 ", since)


def test_what_is_wrong_is_told(gateway):
    said = gateway.cli.run("lock channel e1-1/16 no-graceful")  # the D channel
    assert "there is no channel e1-1/16; `show channels` lists them" in said
    assert "there is no trunk e1-1; `show trunks` lists them" in gateway.cli.run("unlock trunk e1-1")
    gateway.cli.run("lock trunk pstn no-graceful")
    said = gateway.cli.run("unlock channel e1-1/5")
    assert said == "Channel e1-1/5 is unlocked, but its trunk is locked: `unlock trunk pstn` puts both into service."


def test_locks_are_kept_over_a_restart(own):
    gateway = own()
    gateway.cli.run("lock trunk pstn no-graceful")
    gateway.cli.run("lock channel e1-3/1 graceful 60")
    gateway.end()
    gateway.up()
    assert {"e1-3/1", "e1-1/1", "e1-1/31"} <= locks(gateway) and "e1-2/1" not in locks(gateway)
    with gateway.phone() as phone:
        assert phone.call("600", sdp(40000)).refused().status == 503
        gateway.cli.run("unlock trunk pstn")
        call = phone.call("600", sdp(40000))
        call.answered()
        call.bye()
    gateway.wait_idle()
    gateway.end()
    gateway.up()
    assert locks(gateway) == {"e1-3/1"}


def test_lock_survives_sigkill_right_after_it(own):
    gateway = own()
    for i in range(1, 6):
        gateway.cli.run("lock channel e1-1/%d no-graceful" % i)
        gateway.process.send_signal(signal.SIGKILL)
        gateway.process.wait()
        gateway.close_cli()
        gateway.start()
        assert locks(gateway) == {"e1-1/%d" % j for j in range(1, i + 1)}
    gateway.wait_trunks()


def test_damaged_file_is_set_aside_and_told(own):
    gateway = own()
    gateway.cli.run("lock channel e1-1/1 no-graceful")
    gateway.end()
    path = os.path.join(gateway.folder, "maintenance")
    with open(path, "a", encoding="ascii") as f:
        f.write("\0\0\0")
    gateway.up()  # what follows the end is not looked at
    gateway.end()
    with open(path, "w", encoding="ascii") as f:
        f.write("locked e1-1/1\nlock")
    gateway.up()
    assert "damaged (line 2); it is now %s.damaged" % path in gateway.log()
    assert locks(gateway) == {"e1-1/1"}


def options(phone):
    return Call(phone, "600").request("OPTIONS").response(200, 503).status


def test_options_says_503_when_every_trunk_is_out(own):
    gateway = own()
    trunks = [t["name"] for t in gateway.cli.json("trunks")]
    with gateway.phone() as phone:
        for name in trunks[1:]:
            gateway.cli.run("lock trunk %s no-graceful" % name)
        assert options(phone) == 200
        gateway.cli.run("lock trunk %s no-graceful" % trunks[0])
        assert options(phone) == 200  # not at once
        wait_for("503", lambda: options(phone) == 503, step=0.5)
        gateway.cli.run("unlock trunk " + trunks[0])
        wait_for("200", lambda: options(phone) == 200, step=0.5)


def test_trunk_is_busied_out_while_its_peer_is_dead(own):
    """And OPTIONS is answered all the same, else two such gateways would wait for each other."""
    gateway = own()
    gateway.end()
    text = re.sub(r"^peer phones\n", "peer phones\n options 5\n", gateway.text, flags=re.M)
    text = re.sub(r"^trunk narrow\n", "trunk narrow\n busy-out\n", text, flags=re.M)
    with open(gateway.config, "w", encoding="utf-8") as f:
        f.write(text)
    gateway.up()
    wait_for("off duty", lambda: channel(gateway, "e1-3/1")["availability"] == "off-duty", step=0.2)
    assert channel(gateway, "e1-1/1")["availability"] == ""
    since = gateway.mark()
    gateway.originate("trunk far-narrow 200")
    gateway.record(r"to trunk far-narrow 200 .*: failed, cause 34 ", since)
    with gateway.phone() as phone:
        assert options(phone) == 200
        wait_for("on duty", lambda: answer_options(phone) and channel(gateway, "e1-3/1")["availability"] == "", step=0.1)


def answer_options(phone):
    """Answers the gateway's keep-alive, if one is there."""
    try:
        request = phone.wait(lambda m: m.method == "OPTIONS", 0.2)
    except AssertionError:
        return True
    Call(phone, invite=request).reply(request, 200, "OK")
    return True
