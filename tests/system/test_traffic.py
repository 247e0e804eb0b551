"""What trunks and peers carried over time: the command line, the API and metrics, after calls."""
import os

import pytest

from common import ports
from common.gateway import wait_for
from common.http import Http, section


BUSY = "route narrow-busy\n from trunk far-narrow\n called exact 79\n to line busy\n"


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make():
        port = ports.any_port("tcp")
        return own(extra=BUSY + section(port)), Http(port)
    return make


def hour(http, name):
    """Over the last hour; the present interval alone may be a second old."""
    return [row for row in http.get("traffic") if row["name"] == name][0]


def total(rows, key):
    return sum(row[key] for row in rows)


def test_calls_are_in_the_history(served):
    gateway, http = served()
    gateway.originate("trunk narrow 7")
    wait_for("the only channel busy", lambda: gateway.channels("active"))
    wait_for("seconds with all busy", lambda: hour(http, "narrow")["full_s"] >= 1, step=0.2)
    assert "no free channel" in gateway.cli.run("originate trunk narrow 7")
    gateway.clear_all()
    gateway.originate("trunk narrow 79")  # busy
    gateway.wait_idle()
    row = wait_for("the calls", lambda: [r for r in [hour(http, "narrow")] if r["ended"] == 2])[0]
    assert (row["offered_out"], row["overflow"], row["answered"], row["peak"]) == (3, 1, 1, 1), row
    assert (row["asr_percent"], row["ner_percent"]) == (50.0, 100.0) and row["acd_s"] > 0, row
    assert row["causes"] == {"normal": 2} and row["down_s"] <= row["seconds"] and row["erlangs"] > 0, row
    for by in ("minutes", "quarters", "days"):
        rows = http.get("trunks/narrow/history?by=" + by)
        assert total(rows, "offered_out") == 3 and total(rows, "answered") == 1, (by, rows)
        assert max(r["peak"] for r in rows) == 1 and rows[0]["from"].endswith(":00Z"), (by, rows)
        assert gateway.cli.json("traffic trunk narrow " + by)[-1]["from"] == rows[-1]["from"]
    assert http.get("trunks/narrow/history")[0]["from"] >= rows[0]["from"]
    text = gateway.cli.run("show traffic trunk narrow")
    assert "ERL" in text and "50.0" in text, text
    assert "narrow" in gateway.cli.run("show traffic")
    now = http.ask("GET", "/metrics").body.decode()
    assert 'crosspoint_overflow_total{kind="trunk",name="narrow"} 1' in now
    assert 'crosspoint_offered_total{kind="trunk",name="narrow",direction="out"} 3' in now


def test_a_locked_trunk_is_down_not_full(served):
    gateway, http = served()
    before = hour(http, "narrow")
    gateway.cli.run("lock trunk narrow no-graceful")
    row = wait_for("seconds without a way", lambda: [r for r in [hour(http, "narrow")] if r["down_s"] >= before["down_s"] + 3], step=0.2)[0]
    assert row["full_s"] == 0, row


def test_mistakes_are_told(served):
    gateway, http = served()
    assert "there is no trunk none; `show traffic` lists them" in gateway.cli.run("show traffic trunk none")
    for path, status, words in (("trunks/none/history", 404, "there is no trunk none"), ("peers/pstn/history", 404, "there is no peer pstn"),
                                ("trunks/pstn/history?by=weeks", 400, "not kept"), ("trunks/pstn/history?x=1", 400, "not kept")):
        answer = http.ask("GET", "/api/v1/" + path)
        assert answer.status == status and words in answer.json["error"], (path, answer)


def test_all_periods_outlive_a_restart(served):
    gateway, http = served()
    gateway.originate("trunk narrow 79")
    wait_for("the call", lambda: hour(http, "narrow")["ended"] == 1)
    seconds = http.get("trunks/narrow/history?by=days")[0]["seconds"]
    assert gateway.stop() == 0
    gateway.start()
    gateway.wait_trunks()
    for by in ("minutes", "quarters", "days"):
        rows = wait_for("a look", lambda by=by: http.get("trunks/narrow/history?by=" + by))
        assert total(rows, "ended") == 1 and total(rows, "offered_out") == 1 and total(rows, "seconds") >= seconds, rows
    assert wait_for("a look", lambda: hour(http, "narrow"))["ended"] == 1


def kept(gateway, name):
    """Calls that ended on a trunk, as the file has them by days; its columns are those of traffic_store.c."""
    try:
        with open(os.path.join(gateway.folder, "traffic"), encoding="ascii") as f:
            rows = [line.split() for line in f]
    except FileNotFoundError:
        return 0
    assert all(len(row) == 28 for row in rows), rows
    return sum(int(row[15]) for row in rows if row[:3] == ["day", "trunk", name])


def test_quarters_and_days_outlive_a_kill(served):
    gateway, http = served()
    for calls in (1, 2):
        gateway.originate("trunk narrow 79")
        wait_for("the call", lambda calls=calls: total(http.get("trunks/narrow/history?by=days"), "ended") == calls, 60)
        wait_for("the call in the file", lambda calls=calls: kept(gateway, "narrow") == calls, 120, 0.2)
        gateway.kill()
        gateway.start(60)
        gateway.wait_trunks(60)
        for by in ("quarters", "days"):
            rows = wait_for("a look", lambda by=by: http.get("trunks/narrow/history?by=" + by), 60)
            assert total(rows, "ended") == calls and total(rows, "offered_out") == calls, rows
