"""Trunk groups: calls overflow from one trunk to the next, over two cables."""
import json
import os

import pytest
from common import ports
from common.cli import Cli
from common.gateway import wait_for
from common.http import Http, section
from common.sip import sdp

# "narrow" has one channel, "mu" has four. At narrow's far end 912 finds no circuit, 913 is busy.
_GROUP = """\
trunk-group both
 member narrow
 member mu
%s
route grouped
 from peer phones
 called 91
 to trunk-group both
line engaged
 reject 17
line centre
 echo
route far-narrow-none
 from trunk far-narrow
 called exact 912
 to line no-circuit
route far-narrow-busy
 from trunk far-narrow
 called exact 913
 to line engaged
route far-narrow-echo
 from trunk far-narrow
 called any
 to line echo
route far-mu-echo
 from trunk far-mu
 called any
 to line echo
records
 file calls.jsonl
"""


@pytest.fixture(name="grouped")
def gateway_with_a_group(own):
    return lambda options="", more="": own(extra=_GROUP % options + more)


def _talk(phone, rtp, number="910"):
    call = phone.call(number, sdp(rtp().port, "8 0"))
    call.answered()
    return call


def _refused(phone, rtp, number="910"):
    return phone.call(number, sdp(rtp().port, "8 0")).refused().status


def _in_use(gateway):
    return sorted(c["trunk"] for c in gateway.channels("active") if c["trunk"] in ("narrow", "mu"))


def _group(gateway):
    return gateway.cli.json("trunk-groups")[0]


def _end(gateway, *calls):
    for call in calls:
        call.bye()
    gateway.wait_idle()


def _records(gateway):
    with open(os.path.join(os.path.dirname(gateway.log_path), "calls.jsonl"), encoding="utf-8") as f:
        return [r for r in map(json.loads, f) if r["from"]["name"] == "phones"]


def _commit(gateway, *lines):
    with Cli(gateway.ports.cli) as cli:
        for line in ("configure terminal",) + lines + ("commit", "end"):
            assert "%" not in cli.run(line), line


def test_a_full_trunk_overflows(grouped, rtp):
    gateway = grouped()
    with gateway.phone() as phone:
        first = _talk(phone, rtp)
        assert _in_use(gateway) == ["narrow"]
        steps = json.loads(gateway.cli.run("route test 910 from peer phones json"))["steps"]
        assert steps[-3:] == ["trunk-group both hunts for one of its 2 trunks, ascending",
                              "trunk narrow: no free channel, cause 34 no circuit/channel available",
                              "trunk mu takes it on channel e1-5/1"], steps
        others = [_talk(phone, rtp) for _ in range(4)]
        assert _in_use(gateway) == ["mu"] * 4 + ["narrow"]
        wait_for("a second with all trunks busy", lambda: _group(gateway)["all_busy_s"] >= 1)
        assert _refused(phone, rtp) == 503
        group = _group(gateway)
        assert [group[key] for key in ("state", "calls_out", "channels", "free", "peak", "overflows")] == ["all trunks busy", 5, 5, 0, 5, 1]
        assert [(m["trunk"], m["state"], m["taken"], m["refused"]) for m in group["members"]] == [
            ("narrow", "no free channel", 1, 5), ("mu", "no free channel", 4, 1)]
        said = gateway.cli.run("show trunk-groups")
        assert "all trunks busy" in said and "Members of both:" in said
        _end(gateway, first, *others)
        assert _group(gateway)["state"] == "free"
    assert [r["to"]["trunk_group"] for r in _records(gateway) if r["to"]] == ["both"] * 5


@pytest.mark.parametrize("lock, unlock", [("lock trunk narrow graceful forever", "unlock trunk narrow"), ("lock channel e1-3/1 no-graceful", "unlock channel e1-3/1")])
def test_a_locked_trunk_is_passed_over(grouped, rtp, lock, unlock):
    gateway = grouped()
    with gateway.phone() as phone:
        gateway.cli.run(lock)
        call = _talk(phone, rtp)
        assert _in_use(gateway) == ["mu"]
        gateway.cli.run(unlock)
        wait_for("narrow", lambda: _group(gateway)["members"][0]["state"] == "free")
        second = _talk(phone, rtp)
        assert _in_use(gateway) == ["mu", "narrow"]
        _end(gateway, call, second)


def test_calls_of_our_own_hunt_too(grouped, rtp):
    port = ports.any_port("tcp")
    gateway = grouped(more=section(port))
    with gateway.phone() as phone:
        first = _talk(phone, rtp)
        gateway.originate("trunk-group both 910 hold 300")
        call = wait_for("the call of our own", lambda: [c for c in gateway.cli.json("calls") if c["route"] == "originate" and c["answered_s"] is not None], 60)[0]
        shown = gateway.cli.json("call %s" % call["id"])
        assert (shown["to"]["name"], shown["to"]["trunk_group"]) == ("mu", "both")
        assert "trunk_group" not in shown["from"]
        answer = Http(port, "admin").ask("POST", "/api/v1/calls", {"kind": "trunk-group", "through": "both", "called": "910", "hold_s": 1})
        assert answer.status == 201, answer
        wait_for("both on mu", lambda: _group(gateway)["members"][1]["taken"] == 2, 60)
        first.bye()
    gateway.clear_all()


def test_causes_of_the_far_end_lead_on(grouped, rtp):
    gateway = grouped()
    with gateway.phone() as phone:
        call = _talk(phone, rtp, "912")
        assert _in_use(gateway) == ["mu"]
        assert _refused(phone, rtp, "913") == 486
        _end(gateway, call)
    last = _records(gateway)[-1]
    assert last["to"]["name"] == "mu" and [(t["name"], t["cause_in"]) for t in last["tried"]] == [("narrow", 34)]


def test_orders(grouped, rtp):
    for hunt, wanted in (("descending", ["mu", "mu"]), ("round-robin", ["mu", "narrow"]), ("least-used", ["mu", "mu"])):
        gateway = grouped(" hunt %s\n" % hunt)
        with gateway.phone() as phone:
            first = _talk(phone, rtp)
            second = _talk(phone, rtp)
            assert _in_use(gateway) == wanted, hunt
            _end(gateway, first, second)


def test_a_channel_is_kept_for_emergency_calls(grouped, rtp):
    """Of five channels four are kept: one ordinary call, from whichever side; the emergency call clears nobody's."""
    gateway = grouped(" reserve emergency 4\n", "emergency\n number 112\n except trunk exchange\n except trunk far-narrow\n except trunk far-mu\n"
                                                " to trunk-group both\n")
    with gateway.phone() as phone:
        ordinary = _talk(phone, rtp)
        assert _refused(phone, rtp) == 503
        since = gateway.mark()
        gateway.originate("trunk far-mu 200")
        assert "cause 34 " in gateway.record("call [0-9]+: from trunk mu", since)
        emergency = _talk(phone, rtp, "112")
        assert _in_use(gateway) == ["mu", "narrow"]
        assert [w["way"] for w in gateway.cli.json("emergency")["ways"]] == ["trunk narrow", "trunk mu"]
        assert _group(gateway)["limited"] == 2
        _end(gateway, ordinary, emergency)


def _alarms(gateway, about="trunk-group both"):
    return [a["alarm"] for a in gateway.cli.json("alarms") if a["about"] == about]


def test_alarms_tell_of_a_group(grouped, rtp):
    gateway = grouped(" busy-alarm 1\n")
    with gateway.phone() as phone:
        calls = [_talk(phone, rtp) for _ in range(5)]
        wait_for("the alarm of a full group", lambda: _alarms(gateway) == ["trunk-group-busy"], 60)
        _end(gateway, *calls)
        wait_for("room", lambda: _alarms(gateway) == [], 60)
    for trunk in ("narrow", "mu"):
        gateway.cli.run("lock trunk %s no-graceful" % trunk)
    wait_for("the alarm of a group that is down", lambda: _alarms(gateway) == ["trunk-group-down"], 60)
    gateway.cli.run("unlock trunk mu")
    wait_for("a trunk", lambda: _alarms(gateway) == [], 60)


def test_an_alarm_tells_of_a_full_trunk(grouped, rtp):
    """In the group it is the group's affair, full or not, until the trunk says otherwise."""
    gateway = grouped()
    with gateway.phone() as phone:
        call = _talk(phone, rtp)
        _commit(gateway, "trunk-group both", "busy-alarm 1", "exit", "trunk narrow", "busy-alarm 1")
        wait_for("the alarm of a full trunk", lambda: _alarms(gateway, "trunk narrow") == ["trunk-busy"], 60)
        assert _alarms(gateway) == [], "mu has free channels"
        _end(gateway, call)
    wait_for("room", lambda: _alarms(gateway, "trunk narrow") == [], 60)


def test_members_change_under_calls(grouped, rtp):
    gateway = grouped()
    with gateway.phone() as phone:
        first = _talk(phone, rtp)
        _commit(gateway, "trunk-group both", "no member narrow", "limit calls out 2")
        second = _talk(phone, rtp)
        assert _in_use(gateway) == ["mu", "narrow"]
        assert _group(gateway)["state"] == "free", "only one of them is on a member"
        _commit(gateway, "trunk-group both", "member narrow")
        assert _group(gateway)["state"] == "limit reached", "though mu has free channels"
        assert _refused(phone, rtp) == 503, "two calls out, over both"
        assert [(m["trunk"], m["taken"]) for m in _group(gateway)["members"]] == [("mu", 1), ("narrow", 0)]
        _end(gateway, first, second)
        assert _group(gateway)["state"] == "free"


def test_programs_read_them(own, rtp):
    port = ports.any_port("tcp")
    gateway = own(extra=_GROUP % "" + section(port))
    with gateway.phone() as phone:
        call = _talk(phone, rtp)
        answer = Http(port).ask("GET", "/api/v1/trunk-groups/both")
        assert answer.status == 200 and answer.json["members"][0]["calls_out"] == 1
        assert Http(port).ask("GET", "/api/v1/trunk-groups/none").status == 404
        said = Http(port).ask("GET", "/metrics").body.decode()
        for line in ('trunk_group_calls{group="both",direction="out"} 1', 'trunk_group_channels_free{group="both"} 4',
                     'trunk_group_overflows_total{group="both"} 0', 'trunk_group_busy_seconds_total{group="both"} 0'):
            assert "crosspoint_" + line in said, line
        _end(gateway, call)


_FROM_GROUP = """\
route group-in
 from trunk-group both
 called 77
 to line echo
route group-narrow
 from trunk narrow
 called 77
 to line milliwatt
"""


def test_a_call_from_a_group_is_tested(grouped):
    port = ports.any_port("tcp")
    gateway = grouped(more=_FROM_GROUP + "route narrows\n from trunk narrow\n called 55\n to line echo\n" + section(port))
    answer = json.loads(gateway.cli.run("route test 771 from trunk-group both json"))
    assert answer["steps"][0] == "trunk-group both: as from its trunk narrow" and answer["to"] == "line milliwatt", answer
    assert answer["steps"][-1].startswith("from trunk mu it would go another way: route group-in to line echo: "), answer
    assert Http(port).get("route/test?number=771&from=trunk-group&name=both") == answer
    said = gateway.cli.run("route test 4444 from trunk-group both calling 1")
    assert "from trunk mu it would go the same way" in said and "The call would be refused" in said, said
    assert "from trunk mu it would be refused: cause " in gateway.cli.run("route test 551 from trunk-group both")
    said = gateway.cli.run("route test 771 from trunk-group none")
    assert "there is no trunk-group none; the name of one that is configured is right" in said, said
    answer = Http(port).ask("GET", "/api/v1/route/test?number=771&from=trunk-group&name=none")
    assert answer.status == 400 and answer.json["field"] == "name" and "no trunk-group none" in answer.json["error"], answer


def test_groups_are_told_as_they_change(grouped, rtp):
    port = ports.any_port("tcp")
    gateway = grouped(more=section(port))
    with gateway.phone() as phone, Http(port).events("?kinds=trunk-group") as events:
        assert [row["name"] for row in events.until("snapshot")["trunk-groups"]] == ["both"]
        call = _talk(phone, rtp)
        assert events.until("trunk-group", lambda row: row["calls_out"] == 1)["members"][0]["taken"] == 1
        _end(gateway, call)
        events.until("trunk-group", lambda row: row["calls_out"] == 0)
        _commit(gateway, "no route grouped", "no trunk-group both")
        assert events.until("trunk-group-gone") == {"name": "both"}


def test_a_route_takes_calls_of_any_member(grouped):
    gateway = grouped(more=_FROM_GROUP)
    for trunk, line, said in (("mu", "echo", "route group-in (called 77) takes the call"),
                              ("narrow", "milliwatt", "route group-in (called 77): no, it fits, but route group-narrow names the trunk itself")):
        answer = json.loads(gateway.cli.run("route test 771 from trunk %s json" % trunk))
        assert said in answer["steps"], answer
        since = gateway.mark()
        gateway.originate("trunk far-%s 771 hold 1" % trunk)
        gateway.record("call [0-9]+: from trunk %s .*to line %s" % (trunk, line), since, 60)
        gateway.wait_idle(60)
