"""Call records: whatever moment the gateway is killed at, every call has one record."""
import json
import os
import re
import signal

from common.gateway import wait_for
from common.sip import sdp

RECORDS = "records\n file calls.jsonl\n"
ENDED = re.compile(r" call: call (\d+): from .* cause \d+")


def records(gateway, torn=False):
    """Every line is JSON, and no id comes twice. torn: a kill may have left a part of the last one."""
    with open(os.path.join(gateway.folder, "calls.jsonl"), encoding="ascii") as f:
        text = f.read()
    if torn:
        text = text[:text.rfind("\n") + 1]
    assert not text or text.endswith("\n")
    found = [json.loads(line) for line in text.splitlines()]
    assert len({r["id"] for r in found}) == len(found), "a record is there twice"
    return found


def in_progress(gateway):
    with open(os.path.join(gateway.folder, "calls.jsonl.open"), encoding="ascii") as f:
        return [json.loads(line) for line in f if line.strip()]


def test_call_leaves_its_record(own, rtp):
    gateway = own(extra=RECORDS)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        assert [r["end"] for r in in_progress(gateway)] == ["open"] * 2
        call.bye()
        gateway.wait_idle()
    ours = [r for r in records(gateway) if r["to"]["kind"] == "trunk"]
    assert len(ours) == 1
    assert (ours[0]["called"], ours[0]["cause"], ours[0]["released_by"], ours[0]["end"]) == ("600", 16, "caller", "released")
    side, media = ours[0]["from"], ours[0]["from"]["media"]
    assert (side["name"], side["channel"], side["kind"], side["cause_in"]) == ("phones", "", "peer", 16)
    assert ours[0]["v"] == 1 and ours[0]["answer_method"] == "signalled" and ours[0]["calling_out"] == ours[0]["calling"]
    assert media["codec"] == "PCMA" and media["ptime_ms"] == 20 and media["packets_out"] > 0
    assert ours[0]["to"]["cause_out"] == 16 and ours[0]["to"]["media"] is None and ours[0]["tried"] == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ours[0]["answer"])
    assert not in_progress(gateway)
    assert gateway.cli.json("records")["written"] == 2


def test_no_record_is_lost_or_doubled_by_a_kill(own):
    """Killed while calls come and once so many have gone, again and again; each next start closes what was open."""
    gateway = own(extra=RECORDS)
    known = {}  # id to the end that its record must say
    for until in (0, 0, 1, 2, 6, 12, 24):
        run = {}
        for _ in range(12):
            gateway.originate("trunk pstn 600 hold 1")
        wait_for("%d ended calls" % until, lambda n=until: len(ENDED.findall(gateway.log())) >= n, step=0.002)
        gateway.close_cli()
        os.kill(gateway.process.pid, signal.SIGKILL)
        gateway.process.wait(5)
        for record in in_progress(gateway):
            run[record["id"]] = "interrupted" if record["end"] == "open" else record["end"]
        for record in records(gateway, torn=True):
            if record["id"] not in known:
                run[record["id"]] = record["end"]
        ended = set(ENDED.findall(gateway.log()))
        said = {i.rsplit("-", 1)[1] for i, end in run.items() if end == "released"}
        assert ended <= said, "the log tells of calls that have no record"
        assert len(run) >= 12
        known.update(run)
        gateway.up()
        assert {r["id"]: r["end"] for r in records(gateway)} == known
    gateway.wait_idle()
    ends = set(known.values())
    assert ends == {"released", "interrupted"}, "the kills came too early or too late to show anything: %s" % ends


def test_full_disk_stops_no_call(own, rtp):
    """What stands in the way of the file goes away later: the records that waited are written then."""
    gateway = own(extra=RECORDS)
    path = os.path.join(gateway.folder, "calls.jsonl")
    os.unlink(path)
    os.mkdir(path)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        call.bye()
        gateway.wait_idle()
    assert [a["alarm"] for a in gateway.cli.json("alarms")] == ["records"]
    os.rmdir(path)
    wait_for("the alarm cleared", lambda: not gateway.cli.json("alarms"), 12)
    assert [r["end"] for r in records(gateway)] == ["released"] * 2
