"""Metrics, as a real Prometheus reads them, and the dashboard's every expression."""
import json
import os
import re
import subprocess

import pytest

from common import ports
from common.gateway import ROOT, wait_for
from common.http import TOKENS, Http, section
from common.prometheus import Prometheus


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make(extra="", **how):
        port = ports.any_port("tcp")
        return own(extra=section(port) + extra, **how), port
    return make


def metrics(port):
    """{"name{labels}": value}"""
    answer = Http(port).ask("GET", "/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_metrics_are_for_those_who_may_read(served):
    _, port = served()
    assert Http(port, role=None).ask("GET", "/metrics").status == 401
    assert Http(port, role="admin").ask("POST", "/metrics").status == 405
    assert Http(port).ask("GET", "/metrics?x=1").status == 400


def test_promtool_finds_nothing_wrong(served):
    gateway, port = served()
    gateway.originate("trunk pstn 600 hold 1")
    gateway.record(r"talk \d")
    gateway.cli.run("test span e1-1 cut")
    wait_for("an alarm", lambda: gateway.cli.json("alarms"))
    text = Http(port).ask("GET", "/metrics").body
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr + done.stdout, (done.stdout + done.stderr).decode()[:2000]
    names = re.findall(r"^# TYPE (\S+)", text.decode(), re.M)
    assert len(names) == len(set(names)) and len(names) > 50


def test_metrics_say_what_happened(served):
    gateway, port = served()
    before = metrics(port)
    assert before['crosspoint_channels{trunk="pstn",state="idle"}'] == 30
    assert before['crosspoint_trunk_data_link_up{trunk="pstn"}'] == 1
    assert before['crosspoint_answers_total{kind="trunk",name="pstn",direction="out"}'] == 0
    gateway.originate("trunk pstn 600 hold 5")
    wait_for("the call", lambda: metrics(port)['crosspoint_channels{trunk="pstn",state="active"}'] == 1)
    gateway.originate("trunk pstn 603")  # busy
    gateway.originate("trunk pstn 610")  # rejected
    gateway.originate("trunk pstn 604")  # no circuit
    gateway.wait_idle()
    now = metrics(port)
    out = '{kind="trunk",name="pstn",direction="out"}'
    assert now["crosspoint_seizures_total" + out] == 4 and now["crosspoint_answers_total" + out] == 1
    assert now["crosspoint_effective_total" + out] == 3
    assert 4.9 < now["crosspoint_talk_seconds_total" + out] < 60
    for cause in (16, 17, 21, 34):
        assert now['crosspoint_causes_total{kind="trunk",name="pstn",cause="%d"}' % cause] == 1, cause
    assert now['crosspoint_post_dial_delay_seconds_count{kind="trunk",name="pstn"}'] >= 1
    assert 1 <= now['crosspoint_trunk_channels_peak{trunk="pstn"}'] <= 4
    assert now['crosspoint_trunk_calls_total{trunk="pstn",direction="out"}'] == 4
    row = [r for r in gateway.cli.json("quality") if (r["kind"], r["name"]) == ("trunk", "pstn")][0]
    assert (row["out"], row["asr_percent"], row["ner_percent"]) == (4, 25.0, 75.0) and row["causes"]["17"] == 1
    assert "ASR %" in gateway.cli.run("show quality")


def test_lost_span_is_in_the_metrics(served):
    gateway, port = served()
    gateway.cli.run("test span e1-1 cut")
    wait_for("red", lambda: metrics(port)['crosspoint_span_alarm{span="e1-1",alarm="red"}'] == 1)
    wait_for("the D channel down", lambda: metrics(port)['crosspoint_trunk_data_link_up{trunk="pstn"}'] == 0, step=0.2)
    now = metrics(port)
    assert now['crosspoint_alarm{alarm="span-red",severity="critical",class="span",object="e1-1"}'] == 1
    assert now['crosspoint_alarms{severity="critical"}'] == 2  # of both ends of the cable; D channels are beneath
    assert now['crosspoint_channels{trunk="pstn",state="down"}'] == 30
    wait_for("its loss counted", lambda: metrics(port)['crosspoint_trunk_flaps_total{trunk="pstn"}'] == 1, step=0.5)
    wait_for("seconds", lambda: metrics(port)['crosspoint_span_error_seconds{span="e1-1",interval="15m",kind="uas"}'] >= 10,
             step=0.5)


def expressions():
    with open(os.path.join(ROOT, "conf", "grafana-dashboard.json"), encoding="utf-8") as f:
        dashboard = json.load(f)
    return [(panel["title"], target["expr"].replace("$instance", ".*"))
            for panel in dashboard["panels"] for target in panel["targets"]]


EMPTY = {"Alarms that stand", "Refused over SIP", "Peers", "Round trip to peers", "RTP lost"}  # while all is well


def test_prometheus_reads_it_and_the_dashboard_shows_it(served, tmp_path):
    gateway, port = served("trunk-group both\n member narrow\n member mu\n")
    with Prometheus(tmp_path, "127.0.0.1:%d" % port, TOKENS["viewer"]) as prometheus:
        wait_for("a scrape", lambda: prometheus.query('up{job="crosspoint"} == 1'), step=0.2)
        for _ in range(3):
            gateway.originate("trunk pstn 600 hold 1")
            gateway.originate("trunk pstn 603")
            gateway.wait_idle()
        wait_for("the calls there", lambda: prometheus.query(
            'crosspoint_seizures_total{name="pstn",direction="out"} == 6'), step=0.2)
        wait_for("a scrape without an error", lambda: [t["lastError"] for t in prometheus.targets()] == [""], step=0.2)
        values = wait_for("rates", lambda: prometheus.query('sum(rate(crosspoint_answers_total{name="pstn"}[5m])) / '
                                                            'sum(rate(crosspoint_seizures_total{name="pstn"}[5m])) > 0'), step=0.2)
        assert 0.2 < values[0][1] < 0.9
        for title, expression in expressions():  # what a scrape in time has
            wait_for("%s: %s" % (title, expression), lambda e=expression, t=title: prometheus.query(e) or t in EMPTY, step=0.2)
    names = set(re.findall(r"crosspoint_\w+", " ".join(e for _, e in expressions())))
    text = Http(port).ask("GET", "/metrics").body.decode()
    missing = [n for n in names if not re.search(r"^# TYPE %s " % re.sub("_(sum|count)$", "", n), text, re.M)]
    assert not missing, missing
