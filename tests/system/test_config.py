"""Configuration: every fault at once with its line, and changes while calls are up."""
import json
import os
import re
import subprocess

import config
import pytest
from common.cli import Cli
from common.gateway import ROOT, binary, wait_for
from common.sip import sdp


def check(tmp_path, text):
    path = tmp_path / "x.cfg"
    path.write_text(text)
    done = subprocess.run([binary(), "--check", str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize("name", ["demo.cfg", "crosspoint.cfg", "pbx.cfg"])
def test_shipped_files_are_good(tmp_path, name):
    with open(os.path.join(ROOT, "conf", name), encoding="utf-8") as f:
        code, said = check(tmp_path, f.read())
    assert code == 0, said


# a line of the good text, what to put in its place, a word that the complaint must hold
_FAULTS = (
    (" d-channel 16\n channels 1-15,17-31\n side user", " d-channel 77\n channels 1-15,17-31\n side user", "77"),
    (" far-end e1-2", " far-end e1-9", "e1-9"),
    ("trunk pstn\n protocol isdn", "trunk pstn\n protocol is41", "is41"),
    (" codecs pcma pcmu", " codecs pcma opsu", "opsu"),
    (" to line echo", " to line ecko", "ecko"),
    (" from trunk exchange\n called exact 601", " from trunk exchage\n called exact 601", "exchage"),
    (" jitter fixed 40", " jitter fixd 40", "fixd"),
    (" reject 17 tone busy", " reject 17 tone bussy", "bussy"),
    (" law alaw", " law blaw", "blaw"),
    (" side network", " side netwrk", "netwrk"),
)


def test_every_fault_is_said_at_once_with_its_line(tmp_path):
    text = config.text(config.Ports())
    for good, bad, _ in _FAULTS:
        assert good in text, good
        text = text.replace(good, bad, 1)
    code, said = check(tmp_path, text)
    assert code != 0
    lines = text.split("\n")
    for _, _, word in _FAULTS:
        at = next(i for i, line in enumerate(lines, 1) if re.search(r"\b%s\b" % word, line))
        assert re.search(r"x\.cfg:%d: .*" % at, said), "line %d (%s) is not named in:\n%s" % (at, word, said)


@pytest.mark.parametrize("good, bad, word", _FAULTS)
def test_one_fault_alone_is_one_complaint(tmp_path, good, bad, word):
    text = config.text(config.Ports()).replace(good, bad, 1)
    code, said = check(tmp_path, text)
    assert code != 0
    at = next(i for i, line in enumerate(text.split("\n"), 1) if re.search(r"\b%s\b" % word, line))
    complaint = [line for line in said.splitlines() if "x.cfg:%d:" % at in line]
    assert complaint and ";" in complaint[0], said


def test_check_opens_nothing(gateway, tmp_path):
    """Every port of the file is taken, and it is still a good one."""
    code, said = check(tmp_path, gateway.text)
    assert code == 0, said


def test_missing_file_is_said(tmp_path):
    done = subprocess.run([binary(), "--check", str(tmp_path / "none.cfg")], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False, text=True)
    assert done.returncode != 0
    assert "none.cfg" in done.stdout


def test_faulty_file_never_starts(tmp_path):
    path = tmp_path / "x.cfg"
    path.write_text(config.text(config.Ports()).replace(" law alaw", " law blaw", 1))
    done = subprocess.run([binary(), "-c", str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False, text=True)
    assert done.returncode != 0
    assert "x.cfg:" in done.stdout
    assert ": ready" not in done.stdout


@pytest.fixture(name="editor")
def a_session_that_edits():
    """Opens a session on a gateway and edits the candidate in it."""
    made = []

    def edit(gateway, *lines):
        made.append(Cli(gateway.ports.cli))
        for line in ("configure terminal", *lines):
            said = made[-1].run(line)
            assert "%" not in said, "%s: %s" % (line, said)
        return made[-1]
    yield edit
    for session in made:
        session.close()


ROUTE_640 = ("route 640", "from trunk exchange", "called exact 640", "to line busy")


def status_of(phone, number):
    return phone.call(number, sdp(40000)).refused().status


def test_commit_takes_effect_and_calls_go_on(own, editor, rtp):
    gateway = own()
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        assert status_of(phone, "640") == 404
        edit = editor(gateway, *ROUTE_640)
        assert re.search(r"(?m)^\+ *route 640", edit.run("show diff"))
        assert status_of(phone, "640") == 404, "before commit"
        edit.run("commit")
        assert status_of(phone, "640") == 486
        assert "640" not in edit.run("show diff")
        edit.run("rollback 1")
        assert re.search(r"(?m)^- *route 640", edit.run("show diff"))
        edit.run("commit")
        assert status_of(phone, "640") == 404, "after rollback"
        call.bye()
        gateway.wait_idle()


def test_cause_maps_of_a_trunk_and_of_a_peer(own, editor):
    """From the line to the caller, each rule on its way; `cause test` tells the same before."""
    gateway = own()
    with gateway.phone() as phone:
        assert status_of(phone, "603") == 486
        editor(gateway, "trunk pstn", "cause-map from-line 17 21", "commit", "end")
        assert status_of(phone, "603") == 603, "the user refuses: cause 21"
        editor(gateway, "peer phones", "cause-map to-sip 21 433", "commit", "end")
        assert status_of(phone, "603") == 433
        rows = json.loads(gateway.cli.run("cause test 17 json"))
        assert ("from the line", "pstn", 21) in [(r["what"], r["whom"], r["becomes"]) for r in rows]
        rows = json.loads(gateway.cli.run("cause test 21 json"))
        assert ("to SIP", "phones", 433) in [(r["what"], r["whom"], r["becomes"]) for r in rows]


def test_limits_of_a_trunk_hold_at_once(own, editor, rtp):
    """One call out at a time: the next goes nowhere (no other target); the line still calls in."""
    gateway = own()
    editor(gateway, "trunk pstn", "limit calls out 1", "commit", "end")
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        assert status_of(phone, "600") == 503
        gateway.originate("trunk exchange 200")
        inward = phone.answer_call()
        inward.reply(inward.invite_in, 200, "OK", sdp(rtp().port))
        inward.wait_request("ACK")
        trunk = next(t for t in gateway.cli.json("trunks") if t["name"] == "pstn")
        assert trunk["limited"] == 1 and trunk["busy"] == 2
        call.bye()
        inward.bye()
        gateway.wait_idle()


def test_commit_of_a_faulty_candidate_changes_nothing(own, editor):
    gateway = own()
    edit = editor(gateway, *ROUTE_640[:-1], "to line nowhere")
    assert "nowhere" in edit.run("commit")
    with gateway.phone() as phone:
        assert status_of(phone, "640") == 404
        assert status_of(phone, "603") == 486


def test_editing_is_not_left_with_changes_by_mistake(own, editor):
    gateway = own()
    edit = editor(gateway, *ROUTE_640)
    assert "uncommitted" in edit.run("end")
    edit.run("abort")
    edit.run("configure terminal")
    assert "640" not in edit.run("show diff")


def test_one_person_edits_at_a_time(own, editor):
    gateway = own()
    editor(gateway)
    with Cli(gateway.ports.cli) as other:
        assert "%" in other.run("configure terminal")


def test_write_keeps_the_file_before(own, editor, tmp_path):
    gateway = own()
    edit = editor(gateway, *ROUTE_640)
    edit.run("commit")
    edit.run("end")
    edit.run("write")
    with open(gateway.config, encoding="utf-8") as f:
        written = f.read()
    assert "640" in written
    code, said = check(tmp_path, written)
    assert code == 0, said
    others = [n for n in os.listdir(gateway.folder) if n.startswith("crosspoint.cfg") and n != "crosspoint.cfg"]
    assert len(others) == 1, others
    with open(os.path.join(gateway.folder, others[0]), encoding="utf-8") as f:
        assert f.read() == gateway.text


def _patient(ports, **how):
    """The trunk pstn waits longer for an answer than any test does."""
    text, short = config.text(ports, **how), " timer t301 5\ntrunk exchange\n"
    assert text.count(short) == 1
    return text.replace(short, short.replace("5", "170"))


def test_hunt_and_timers_change_under_calls(own, editor, rtp):
    """The trunk's call goes on; the next one takes the channel that the new hunt gives it."""
    gateway = own(text=_patient)
    with gateway.phone() as phone:
        stays = phone.call("600", sdp(rtp().port))
        stays.answered()
        editor(gateway, "trunk pstn", "hunt descending", "timer t301 1").run("commit")
        after = phone.call("600", sdp(rtp().port))
        after.answered()
        assert [c["name"] for c in gateway.channels("active") if c["trunk"] == "pstn"] == ["e1-1/1", "e1-1/31"]
        assert status_of(phone, "605") == 480, "within the new T301"
        stays.bye()
        after.bye()
        gateway.wait_idle()


def test_trunk_without_its_far_end(own, editor):
    """No alarm, but the D channel goes down: 502, cause 27, and the log says why."""
    gateway = own()
    edit = editor(gateway, "no route narrow-in", "no route far", "no trunk far-narrow")
    edit.run("commit")

    def narrow():
        return next(t for t in gateway.cli.json("trunks") if t["name"] == "narrow")
    wait_for("the D channel down", lambda: narrow()["layer2"] != "up")
    assert narrow()["span_ok"]
    since = gateway.mark()
    with gateway.phone() as phone:
        got = phone.call("700", sdp(40000)).refused()
    assert got.status == 502
    assert re.search(r"Q\.850 *;.*cause=27", got.get("Reason"))
    gateway.only(r"call \d+: from peer phones 100 to .*700.*: failed, cause 27 .*D channel down", since)


def test_commit_confirmed(own, editor):
    """In force at once; `commit` confirms. (That it goes back by itself takes a minute at least: a unit test.)"""
    gateway = own()
    edit = editor(gateway, *ROUTE_640)
    assert "1 min" in edit.run("commit confirmed 1")
    with gateway.phone() as phone:
        assert status_of(phone, "640") == 486
        assert "Confirmed" in edit.run("commit")
        assert status_of(phone, "640") == 486


def test_unconfirmed_commit_does_not_outlive_a_crash(own, editor):
    """`write` waits for the confirmation, so that kill -9 in between goes back too; who did what is kept."""
    gateway = own()
    edit = editor(gateway, *ROUTE_640)
    edit.run("commit confirmed 1")
    assert "not confirmed" in edit.run("write")
    with gateway.phone() as phone:
        assert status_of(phone, "640") == 486
    gateway.kill()
    gateway.up()
    with gateway.phone() as phone:
        assert status_of(phone, "640") == 404
    changes = gateway.cli.json("changes")
    assert [c["did"] for c in changes] == ["commit, to be confirmed"]
    assert "+route 640" in changes[0]["detail"] and re.match(r"cli 127\.0\.0\.1:\d+$", changes[0]["who"])


def test_who_changed_what(own, editor):
    """Commits with their diff, without secrets, and commands that act; looking is no change, nor is what was refused."""
    gateway = own()
    edit = editor(gateway, "peer phones", "authenticate user u password s3cret", "commit")
    assert "%" in edit.run("write nowhere")
    edit.run("write")
    gateway.cli.run("show channels")
    gateway.cli.run("lock channel e1-1/5 no-graceful")
    gateway.cli.run("lock channel e1-1/99 no-graceful")
    changes = gateway.cli.json("changes")
    assert [(c["did"], c["detail"][:28]) for c in changes[1:]] == [
        ("write", gateway.config[:28]), ("command", "lock channel e1-1/5 no-grace")]
    assert "s3cret" not in json.dumps(changes) and "authenticate" in changes[0]["detail"]
    assert "lock channel e1-1/5" in gateway.cli.run("show changes last 1")


@pytest.mark.parametrize("what", ["spans", "trunks", "channels", "calls", "peers", "version", "media"])
def test_show_as_text_and_as_json(gateway, what):
    assert gateway.cli.run("show " + what).strip() or what == "calls"
    assert gateway.cli.json(what) is not None


@pytest.mark.parametrize("alias", ["show isdn status", "show controllers e1", "show dahdi status"])
def test_what_users_of_other_gateways_type(gateway, alias):
    assert "e1-1" in gateway.cli.run(alias)
