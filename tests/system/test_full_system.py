"""A full system: eight virtual E1 in four cables, 240 channels, a trunk at each end. Faults of every kind in every
state of a call, and the whole lost and back; afterwards nothing is stuck."""
import random
import re

import pytest

from common.cli import Cli
from common.gateway import wait_for
from conftest import SANITIZED

PAIRS = range(1, 5)
CHANNELS = 30  # of a span

_HEAD = """\
cli
 listen 127.0.0.1 {p.cli}
media
 ports {p.media} {last}
sip
 listen 127.0.0.1 {p.sip}
"""
_SPAN = """\
span e1-{n}
 driver virtual
 far-end e1-{far}
 type e1
"""
_TRUNK = """\
trunk {name}
 protocol isdn
 span e1-{n}
 d-channel 16
 channels 1-15,17-31
 echo off
 side {side}
 hunt {hunt}
 timer t305 4
"""
# Each keeps a call in another state for a while: set-up, ringing, answered, clearing with sound; or ends it at once.
LINES = {"600": "quiet", "601": "ring", "602": "quiet\n answer-after 300", "603": "reject 17 tone busy after 700",
         "604": "reject 34", "605": "clear 16 after 20", "606": "clear 16 after 300", "607": "reject 1"}


def full_system(p):
    parts = [_HEAD.format(p=p, last=p.media + 199)]
    for pair in PAIRS:
        user, network = 2 * pair - 1, 2 * pair
        parts.append(_SPAN.format(n=user, far=network) + _SPAN.format(n=network, far=user))
        parts.append(_TRUNK.format(name="user%d" % pair, n=user, side="user", hunt="ascending"))
        parts.append(_TRUNK.format(name="network%d" % pair, n=network, side="network", hunt="descending"))
    for number, kind in LINES.items():
        parts.append("line l%s\n %s\n" % (number, kind))
        parts += ["route %s-%s-%d\n from trunk %s%d\n called exact %s\n to line l%s\n"
                  % (number, side, pair, side, pair, number, number) for pair in PAIRS for side in ("user", "network")]
    return "".join(parts)


@pytest.fixture(name="full")
def full_gateway(own):
    return own(text=full_system)


def originate(session, trunk, number, hold=0):
    """The call's id; None when it was refused at once."""
    said = session.run("originate trunk %s %s line l600%s" % (trunk, number, " hold %d" % hold if hold else ""))
    began = re.search(r"call (\d+): to", said)
    return int(began.group(1)) if began else None


def everything_idle(full):
    """No call, no channel in use, no context; nothing that the auditor had to repair."""
    full.wait_idle(60)
    wait_for("every channel idle", lambda: not [c for c in full.channels() if c["state"] != "idle"])
    found = full.cli.json("audit")
    seen = found.pop("audits")
    wait_for("two more audits", lambda: full.cli.json("audit")["audits"] >= seen + 2, step=0.2)
    assert not any(found.values()), found


def fill(full):
    with Cli(full.ports.cli) as session:
        for pair in PAIRS:
            for _ in range(CHANNELS):
                originate(session, "user%d" % pair, "600")
        wait_for("every channel active", lambda: len(full.channels("active")) == 8 * CHANNELS, step=0.1)


def cut(full, pair, how="cut"):
    full.cli.run("test span e1-%d %s" % (2 * pair - 1, how))


def test_all_spans_lost_and_back(full):
    fill(full)
    since = full.mark()
    for pair in PAIRS:
        cut(full, pair)
    wait_for("every call cleared", lambda: not full.cli.json("calls"))
    ended = [line for line in full.log()[since:].splitlines() if re.search(r" call \d+: from ", line)]
    calls_out = [line for line in ended if "to trunk" in line]
    assert len(calls_out) == 4 * CHANNELS
    assert all(": answered, cause 27 " in line for line in ended), ended[0]
    wait_for("every channel down", lambda: len(full.channels("down")) == 8 * CHANNELS)
    for pair in PAIRS:
        cut(full, pair, "restore")
    full.wait_trunks()
    fill(full)
    full.clear_all()
    everything_idle(full)


def busy(full, pair):
    return [c for c in full.channels("setup", "alerting", "active", "clearing") if c["trunk"] == "user%d" % pair]


# From both sides, at a random instant each, so that over a run every state is met with every fault.
@pytest.mark.parametrize("seed", range(2 if SANITIZED else 4))
def test_faults_in_every_state_leave_nothing_stuck(full, seed):
    chance = random.Random(seed)
    with Cli(full.ports.cli) as session:
        for _ in range(12):
            for _ in range(30):
                side = chance.choice(("user", "network"))
                originate(session, "%s%d" % (side, chance.choice(PAIRS)), chance.choice(list(LINES)), chance.choice((0, 1)))
            calls = [c["id"] for c in full.cli.json("calls")]
            for call in chance.sample(calls, len(calls) // 3):
                session.run("clear call %d" % call)
            victim = chance.choice(PAIRS)
            fault = chance.choice(("flap", "cut", "lock", "none"))
            if fault == "flap":  # shorter than what clears calls
                cut(full, victim)
                cut(full, victim, "restore")
            elif fault == "cut":
                cut(full, victim)
                if chance.random() < 0.3:
                    wait_for("the span's calls cleared", lambda v=victim: not busy(full, v))
                cut(full, victim, "restore")
            elif fault == "lock":
                session.run("lock trunk user%d no-graceful" % victim)
                session.run("unlock trunk user%d" % victim)
    full.clear_all()
    full.wait_trunks()
    everything_idle(full)


def test_ten_thousand_calls_leave_no_channel_stuck(full):
    wanted = 1500 if SANITIZED else 10000
    answered = 0
    with Cli(full.ports.cli) as session:
        for _ in range(wanted // 20):
            for pair in PAIRS:
                for number in ("605", "605", "607", "604", "605"):
                    session.send("originate trunk user%d %s" % (pair, number))
                    answered += number == "605"
            session.until(r"(?s)(?:call \d+: to .*?){20}")  # all of them are under way
            wait_for("room on every trunk", lambda: max(t["busy"] for t in full.cli.json("trunks")) <= CHANNELS - 5)
    full.wait_idle()
    total = full.cli.json("version")["calls"]
    assert total["offered"] == 2 * wanted and total["answered"] == 2 * answered, total  # seen from both ends
    everything_idle(full)
