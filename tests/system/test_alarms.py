"""Alarms: a lost span is one, its D channel is beneath it; a peer that is gone; what comes and goes is damped."""
import re

from common.gateway import wait_for


def names(rows):
    return [(row["alarm"], row["about"]) for row in rows]


def alarms(gateway, which="alarms"):
    """But for that of a busy machine."""
    return [row for row in gateway.cli.json(which) if row["alarm"] != "media-late"]


def wait_span(gateway, name, state):
    wait_for("span %s %s" % (name, state),
             lambda: [s["alarms"] for s in gateway.cli.json("spans") if s["name"] == name] == [state])


def test_lost_span_is_one_alarm_with_the_d_channel_beneath(own):
    gateway = own()
    assert alarms(gateway) == []
    gateway.cli.run("test span e1-1 cut")
    wait_for("both D channels in alarm", lambda: len(alarms(gateway)) == 4, step=0.2)
    rows = alarms(gateway)
    assert names(rows) == [("span-red", "span e1-2"), ("d-channel-down", "trunk exchange"),
                           ("span-red", "span e1-1"), ("d-channel-down", "trunk pstn")]
    assert [row["beneath"] for row in rows] == [None, rows[0]["id"], None, rows[2]["id"]]
    text = gateway.cli.run("show alarms")
    assert re.search(r"^ *\d+  critical  span-red ", text, re.M) and "  d-channel-down" in text
    gateway.cli.run("acknowledge alarm %d" % rows[0]["id"])
    assert [row["id"] for row in alarms(gateway) if row["acknowledged"]] == [rows[0]["id"]]
    gateway.cli.run("test span e1-1 restore")
    wait_for("no alarm", lambda: alarms(gateway) == [], step=0.2)
    history = alarms(gateway, "alarms history")
    assert sorted(names(history)) == sorted(names(rows)) and all(row["cleared"] for row in history)
    lines = [line for line in gateway.log().splitlines() if " alarm: " in line and "media-late" not in line]
    assert len([line for line in lines if " alarm: raised: " in line]) == 4
    assert len([line for line in lines if " alarm: cleared: " in line]) == 4


def test_span_that_comes_and_goes_is_held(own):
    gateway = own()
    for _ in range(6):
        gateway.cli.run("test span e1-1 cut")
        wait_span(gateway, "e1-1", "red")
        gateway.cli.run("test span e1-1 restore")
        wait_span(gateway, "e1-1", "ok")
    red = [row for row in alarms(gateway) if row["about"] == "span e1-1"]
    assert [(row["alarm"], row["held"], row["times"]) for row in red] == [("span-red", True, 3)]


def test_performance_counts_seconds_without_signal(own):
    gateway = own()
    gateway.cli.run("test span e1-1 cut")

    def now():
        return gateway.cli.json("span e1-1 performance")[0]
    wait_for("ten unavailable seconds", lambda: now()["uas"] >= 10, step=0.2)
    assert now()["ses"] == 0
    assert "Span e1-1 is unavailable." in gateway.cli.run("show span e1-1 performance")
    gateway.cli.run("test span e1-1 restore")
