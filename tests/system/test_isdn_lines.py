"""Lines of other kinds than the E1 of the rest: a group of T1 spans with a backup D channel, and an S bus."""
import random
import time

from common import sound
from common.gateway import wait_for
from common.sip import sdp

_LINES = """\
span {name}
 driver {driver}
{far} type {type}
"""

_TRUNK = """\
trunk {name}
 protocol isdn
{spans} side {side}
 hunt {hunt}
 echo off
{more}"""


def _virtual(name, far):
    return _LINES.format(name=name, driver="virtual", far=" far-end %s\n" % far, type="t1")


def _on_bus(name, nt=None):
    return _LINES.format(name=name, driver="sbus", far=" far-end %s\n" % nt if nt else "", type="bri")


def _trunk(name, spans, side, hunt="ascending", more=""):
    text = "".join(" span %s\n%s channels %s\n" % (s, " d-channel %d\n" % d if d else "", c) for s, d, c in spans)
    return _TRUNK.format(name=name, spans=text, side=side, hunt=hunt, more=more)


def _route(name, source, called, to):
    return "route %s\n from %s\n called %s\n to %s\n" % (name, source, called, to)


def _lines():
    parts = [_virtual(*p) for i in (1, 2, 3) for p in (("u%d" % i, "n%d" % i), ("n%d" % i, "u%d" % i))]
    for name, side, hunt in (("u", "user", "descending"), ("n", "network", "ascending")):
        parts.append(_trunk("group-" + name, [(name + "1", 24, "1-23"), (name + "2", 24, "1-23"), (name + "3", 0, "1-24")],
                            side, hunt))
    parts += [_on_bus("nt")] + [_on_bus("te%d" % i, "nt") for i in (1, 2, 3)]
    parts.append(_trunk("bus", [("nt", 3, "1-2")], "network", more=" multipoint\n"))
    for i in (1, 2, 3):
        parts.append(_trunk("te%d" % i, [("te%d" % i, 3, "1-2")], "user", more=" multipoint\n"))
    parts += [_route("group-out", "peer phones", "81", "trunk group-u"), _route("bus-out", "peer phones", "82", "trunk bus"),
              _route("group-far", "trunk group-n", "81", "line milliwatt"), _route("te1-rings", "trunk te1", "82", "line unanswered"),
              _route("te2-says", "trunk te2", "82", "line slow"), _route("te3-rings", "trunk te3", "82", "line unanswered")]
    return "".join(parts)


def _called(phone, party, number):
    call = phone.call(number, sdp(party.port, "8", host=party.host))
    party.remote = call.answered().media()
    time.sleep(0.3)
    return call


def _hears_milliwatt(party):
    party.measured(lambda: party.listen(0.6), lambda heard: abs(sound.dbm0(heard)) < 0.3 and abs(sound.frequency(heard) - 1000) < 6)


def _d_channel(system, trunk):
    return [t["d_channel"] for t in system.cli.json("trunks") if t["name"] == trunk][0]


def test_calls_of_a_group_go_on_over_the_backup_d_channel(own, rtp):
    system, party = own(extra=_lines()), rtp()
    with system.phone() as phone:
        call = _called(phone, party, "81")
        wait_for("both ends", lambda: [c["name"] for c in system.channels("active")] == ["u3/24", "n3/24"])
        system.cli.run("test span u1 cut")
        wait_for("the backup", lambda: _d_channel(system, "group-u") == "u2/24")
        time.sleep(3)
        _hears_milliwatt(party)
        call.bye()
        system.wait_idle()
        call = _called(phone, party, "81")
        _hears_milliwatt(party)
        system.cli.run("test span u1 restore")
        wait_for("the primary", lambda: _d_channel(system, "group-u") == "u1/24")
        call.bye()
        system.wait_idle()


def test_one_terminal_of_a_bus_answers_for_all(own, rtp):
    """Two others ring on the same B channel: nothing of theirs is heard, octets pass bit for bit."""
    system, party = own(extra=_lines()), rtp()
    with system.phone() as phone:
        call = _called(phone, party, "82")
        wait_for("the others to end", lambda: [c["name"] for c in system.channels("active")] == ["nt/1", "te2/1"])
        pattern = random.Random(7).randbytes(8000)

        def listen():
            party.speak(pattern)
            party.listen(1.8)
            return party.octets()
        party.measured(listen, lambda octets: pattern in octets)
        call.bye()
        system.wait_idle()
