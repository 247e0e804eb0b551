"""Webhooks: a cut cable is told, signed; a server that is away is told later; one that fails is an alarm."""
import base64
import hashlib
import hmac
import json

import pytest

from common import ports
from common.cli import Cli
from common.gateway import wait_for
from common.http import Http, section
from common.webserver import WebServer

KEY = "4f6b2d"


@pytest.fixture(name="web")
def a_web_server():
    made = []

    def make(*how, **more):
        made.append(WebServer(*how, **more))
        return made[-1]
    yield make
    for server in made:
        server.close()


def _section(url, *lines):
    return "webhook duty\n url %s\n signature secret %s\n token secret t0ken\n%s" % (
        url, KEY, "".join(" %s\n" % line for line in lines))


def _signature(request):
    headers = request["headers"]
    text = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), request["body"]))
    return "v1," + base64.b64encode(hmac.new(KEY.encode(), text, hashlib.sha256).digest()).decode()


def _told(server, kind, alarm, about):
    for request in server.asked:
        said = json.loads(request["body"])
        if (said["type"], said["data"]["alarm"], said["data"]["about"]) == (kind, alarm, about):
            return request
    return None


def _status(gateway, name="duty"):
    return next(w for w in gateway.cli.json("webhooks") if w["name"] == name)


def test_cut_cable_is_told_signed_and_so_is_its_end(own, web):
    server = web()
    http = ports.any_port("tcp")
    gateway = own(extra=_section(server.url("/hook"), "severity critical") +
                  section(http))
    gateway.cli.run("test span e1-1 cut")
    raised = wait_for("told", lambda: _told(server, "alarm.raised", "span-red", "span e1-1"))
    assert (raised["method"], raised["path"]) == ("POST", "/hook")
    assert raised["headers"]["content-type"] == "application/json"
    assert raised["headers"]["authorization"] == "Bearer t0ken"
    assert raised["headers"]["webhook-signature"] == _signature(raised)
    data = json.loads(raised["body"])["data"]
    assert data["severity"] == "critical" and data["meaning"] and data["advice"] and data["cleared"] is None
    api = Http(http).get("alarms/%d" % data["id"])
    assert {k: data[k] for k in ("id", "raised", "advice", "about")} == {
        k: api[k] for k in ("id", "raised", "advice", "about")}
    gateway.cli.run("test span e1-1 restore")
    cleared = wait_for("told", lambda: _told(server, "alarm.cleared", "span-red", "span e1-1"))
    assert json.loads(cleared["body"])["data"]["cleared"]
    assert cleared["headers"]["webhook-signature"] == _signature(cleared)
    wait_for("nothing waits", lambda: _status(gateway)["queued"] == 0)
    assert Http(http).get("webhooks") == gateway.cli.json("webhooks")
    assert _status(gateway)["sent"] == len(server.asked) and _status(gateway)["failed"] == 0
    shown = gateway.cli.run("show webhooks")
    assert "duty" in shown and KEY not in shown
    running = Http(http).get("configuration/running")["text"]
    for text in (gateway.cli.run("show running-config"), running):
        assert "signature secret *" in text and KEY not in text
        assert "token secret *" in text and "t0ken" not in text


def test_new_token_is_not_in_the_log_of_changes(own):
    gateway = own()
    with Cli(gateway.ports.cli) as edit:
        for line in ("configure terminal", "webhook duty", "url http://127.0.0.1:9/", "token secret t0ken", "commit"):
            assert "%" not in edit.run(line), line
    detail = gateway.cli.json("changes")[-1]["detail"]
    assert "+ token secret *" in detail and "t0ken" not in detail


def test_server_that_was_away_is_told_later_and_the_failure_is_an_alarm(own, web):
    port = ports.any_port("tcp")
    other = web()
    gateway = own(extra=_section("http://127.0.0.1:%d/" % port, "severity minor") +
                  "webhook second\n url %s\n" % other.url())
    gateway.cli.run("test span e1-1 cut")
    wait_for("it fails", lambda: _told(other, "alarm.raised", "webhook-failing", "gateway duty"), 60)
    assert "webhook-failing" in gateway.cli.run("show alarms")
    status = _status(gateway)
    assert status["state"] == "failing" and status["error"] and status["failed"] >= 3 and status["queued"]
    assert _status(gateway, "second")["state"] == "ok"
    server = web(port=port)
    first = wait_for("told", lambda: _told(server, "alarm.raised", "span-red", "span e1-1"), 60)
    assert first["headers"]["webhook-signature"] == _signature(first)
    wait_for("all is told", lambda: _status(gateway)["queued"] == 0)
    assert _status(gateway)["state"] == "ok"
    wait_for("no alarm", lambda: _told(other, "alarm.cleared", "webhook-failing", "gateway duty"))
    assert not _told(server, "alarm.raised", "webhook-failing", "gateway duty")


def test_server_that_refuses_is_told_again_with_the_same_id_and_given_up(own, web):
    """Silence, redirects and refusals are all the same; the gateway's calls and its end wait for none of them."""
    refusing = web(lambda request: (302, "x" * 100000))
    silent = web(lambda request: None)
    gateway = own(extra=_section(refusing.url(), "retries 1", "severity critical") +
                  "webhook silent\n url %s\n timeout 1\n queue 1\n severity critical\n" % silent.url())
    gateway.cli.run("test span e1-1 cut")
    wait_for("both are given up", lambda: _status(gateway)["dropped"] >= 2, 60)
    ids = [request["headers"]["webhook-id"] for request in refusing.asked[:4]]
    assert ids[0] == ids[1] and ids[2] == ids[3] and ids[0] != ids[2]
    assert _status(gateway)["error"]
    wait_for("no answer", lambda: _status(gateway, "silent")["error"] == "no answer in time")
    assert _status(gateway, "silent")["queued"] == 1
    gateway.cli.run("configure terminal")
    for line in ("no webhook silent", "commit"):
        gateway.cli.run(line)
    gateway.cli.run("abort")
    assert [w["name"] for w in gateway.cli.json("webhooks")] == ["duty"]
