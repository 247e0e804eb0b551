"""What the API does, and that it is what its description says; then everything else that the description allows to be
asked, and more."""
import json
import os
import re

import pytest

from common import ports
from common.gateway import ROOT, wait_for
from common.http import Http, section
from common.openapi import Description, Maker


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make(*lines):
        port = ports.any_port("tcp")
        return own(extra=section(port, *lines)), port
    return make


def span_alarms(http):
    """Others may stand, on a busy machine."""
    return [a for a in http.get("alarms") if a["alarm"] == "span-red"]


def description(port):
    return Description(Http(port, role=None).ask("GET", "/api/v1/openapi.json").json)


def test_locks(served):
    gateway, port = served()
    http = Http(port, role="operator")
    answer = http.post("channels/e1-1/5/lock", {"mode": "now"})
    assert answer.status == 200 and answer.json["administrative"] == "locked", answer
    assert [c["name"] for c in gateway.channels() if c["administrative"] == "locked"] == ["e1-1/5"]
    assert http.post("channels/e1-1/5/unlock").json["administrative"] == "unlocked"
    gateway.originate("trunk pstn 600")
    wait_for("the call", lambda: gateway.channels("active"))
    assert http.post("trunks/pstn/lock", {"mode": "graceful", "seconds": 600}).json["administrative"] == "shutting-down"
    assert http.post("trunks/pstn/lock", {"mode": "now"}).json["administrative"] == "locked"
    gateway.record("cause 41")
    assert http.post("trunks/pstn/unlock", {}).json["administrative"] == "unlocked"
    for path, body, status, field in (("trunks/pstn/lock", {}, 400, "mode"), ("trunks/pstn/lock", {"mode": "later"}, 400, "mode"),
                                      ("trunks/pstn/lock", {"mode": "now", "seconds": 5}, 400, "seconds"),
                                      ("trunks/pstn/lock", {"mode": "graceful", "seconds": 0}, 400, "seconds"),
                                      ("trunks/pstn/lock", {"mode": "now", "colour": 1}, 400, "colour"),
                                      ("trunks/none/lock", {"mode": "now"}, 404, None), ("trunks/e1-1/5/lock", {"mode": "now"}, 404, None),
                                      ("channels/pstn/lock", {"mode": "now"}, 404, None), ("trunks/pstn/unlock", {"x": 1}, 400, "x")):
        answer = http.post(path, body)
        assert (answer.status, answer.json.get("field")) == (status, field), (path, body, answer)
    assert 'trunks/pstn/lock {\\"mode\\":\\"now\\"}' in json.dumps(gateway.cli.json("changes"))
    assert "http operator" in gateway.cli.run("show changes")


def test_calls(served):
    gateway, port = served()
    operator, admin = Http(port, role="operator"), Http(port, role="admin")
    wish = {"kind": "trunk", "through": "pstn", "called": "600", "calling": "123", "line": "quiet"}
    assert operator.post("calls", wish).status == 403
    answer = admin.post("calls", wish)
    assert answer.status == 201, answer
    call = answer.json["id"]
    wait_for("it answered", lambda: admin.get("calls/%d" % call)["state"] == "active")
    assert admin.get("calls/%d" % call)["calling"] == "123"
    assert operator.post("calls/%d/transfer" % call, {"party": "caller", "to": "x"}).json["field"] == "to"
    assert operator.post("calls/%d/clear" % call).status == 202
    gateway.wait_idle()
    assert operator.post("calls/%d/clear" % call).status == 404
    answer = admin.post("calls", dict(wish, through="nobody"))
    assert answer.status == 409 and "no call" in answer.json["error"]
    for field, wrong in (("kind", "line"), ("called", ""), ("called", "6x"), ("called", "1" * 33), ("calling", 5), ("hold_s", 0)):
        answer = admin.post("calls", dict(wish, **{field: wrong}))
        assert answer.status == 400 and answer.json["field"] == field and answer.json["expected"], answer


def test_alarms_bans_and_faults(served):
    _, port = served()
    operator, admin = Http(port, role="operator"), Http(port, role="admin")
    assert operator.post("spans/e1-1/test", {"fault": "cut"}).status == 403
    assert admin.post("spans/e1-1/test", {"fault": "cut"}).json["name"] == "e1-1"
    alarm = wait_for("an alarm", lambda: span_alarms(admin))[0]
    assert operator.post("alarms/%d/acknowledge" % alarm["id"]).json["acknowledged"]
    assert "advice" in admin.get("alarms/%d" % alarm["id"])
    assert operator.post("alarms/99/acknowledge").status == 404
    assert admin.post("spans/e1-1/test", {"fault": "none"}).status == 200
    assert operator.post("unban", {"source": "192.0.2.1"}).status == 404
    assert operator.post("unban", {"source": "banana"}).json["expected"] == "an address, or all"
    assert operator.post("unban", {"source": "all"}).json == []
    wait_for("no alarm", lambda: not span_alarms(admin), step=0.2)


def test_pages_of_other_sites_do_nothing(served):
    gateway, port = served("anonymous admin")
    nobody = Http(port, role=None)
    for headers in ({}, {"Content-Type": "text/plain"}, {"X-Crosspoint": "1", "Origin": "http://evil.example.com"}):
        assert nobody.post("trunks/pstn/lock", {"mode": "now"}, headers=headers).status == 403
    assert nobody.post("trunks/pstn/lock", '{"mode": "now"}', headers={"X-Crosspoint": "1", "Content-Type": "text/plain"}).status == 415
    assert gateway.cli.json("trunks")[0]["administrative"] == "unlocked"
    assert Http(port).post("trunks/pstn/lock", {"mode": "now"}).status == 403  # a viewer
    for method in ("GET", "PUT", "DELETE"):
        answer = nobody.ask(method, "/api/v1/trunks/pstn/lock", headers={"X-Crosspoint": "1"})
        assert answer.status == 405 and answer.headers["Allow"] == "POST", answer
    assert nobody.post("trunks/pstn/lock", {"mode": "now"}, headers={"X-Crosspoint": "1"}).status == 200


def test_the_description_is_of_what_is_there(served):
    """With a call, an alarm and a lock, so that lists are not empty: every answer is as described."""
    gateway, port = served()
    http, said = Http(port, role="admin"), description(port)
    gateway.originate("trunk pstn 600")
    wait_for("the call", lambda: len(gateway.cli.json("calls")) == 2)
    http.post("channels/e1-2/9/lock", {"mode": "now"})
    http.post("spans/e1-5/test", {"fault": "cut"})
    alarm = wait_for("an alarm", lambda: span_alarms(http))[0]
    http.ask("PUT", "/api/v1/configuration/candidate", {"text": http.get("configuration/running")["text"]},
             {"If-Match": http.ask("GET", "/api/v1/configuration").headers["ETag"]})
    there = {"spans": "e1-1", "trunks": "pstn", "channels": "e1-1/1", "calls": gateway.cli.json("calls")[0]["id"], "peers": "phones",
             "alarms": alarm["id"], "quality": "pstn", "traffic": "pstn",
             "sound": gateway.cli.json("calls")[0]["id"]}
    asked = 0
    for method, path, operation in said.operations:
        if method != "GET" or path == "/events":
            continue
        path = path.replace("{name}", "{id}").replace("{id}", str(there.get(path.split("/")[1], "none")))
        asked_for = "?number=600&from=trunk&name=pstn" if path == "/route/test" else ""
        answer = http.ask("GET", "/api/v1" + path + asked_for)
        assert not said.faults(operation, answer), (path, said.faults(operation, answer))
        assert answer.status == (404 if "none" in path or "/history/" in path or "/recent/" in path else 200), (path, answer)
        asked += 1
    assert asked > 25
    gateway.clear_all()


def test_nothing_is_there_that_is_not_described(served):
    """The tables of paths in the source, against the description."""
    _, port = served()
    described = {path.replace("{name}", "*").replace("{id}", "*") for _, path, _ in description(port).operations}
    with open(os.path.join(ROOT, "gateway/manage/http/api.c"), encoding="utf-8") as f:
        source = f.read()
    lists = re.findall(r'^\t\{ "([a-z/]+)", (?:"\w+"|NULL), view_', source, re.M)
    parts = re.findall(r'\{ "([a-z]+)", put_', source)
    assert len(lists) > 10 and len(parts) > 2
    assert {"/" + name for name in lists} | {"/calls/*/" + part for part in parts} <= described
    with open(os.path.join(ROOT, "gateway/manage/http/acts.c"), encoding="utf-8") as f:
        acts = re.findall(r'\{ "([a-z]+/?)",\s+(?:"(/[a-z]+)"|NULL),\s+HTTP_', f.read())
    with open(os.path.join(ROOT, "gateway/manage/http/configuration.c"), encoding="utf-8") as f:
        paths = set(re.findall(r'\{ "([A-Z]+)", "(configuration[a-z/]*)",\s+HTTP_', f.read()))
    assert len(paths) > 10 and paths == {(m, p[1:]) for m, p, _ in description(port).operations if p.startswith("/configuration")}
    assert len(acts) > 8 and {"/" + a + ("*" + b if b else "") for a, b in acts} <= described


SEEDS, ASKED = range(2), 1000


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_asked_is_answered_as_described(served, seed):
    gateway, port = served()
    http, said = Http(port, role="admin"), description(port)
    maker = Maker(seed, ["pstn", "phones", "e1-1", "e1-1/5", "e1-1/16", "nobody", "echo", "all", "12"])
    statuses = {}
    operations = [o for o in said.operations if o[1] != "/events" and (o[0] == "GET" or o[1] != "/session")]
    for _ in range(ASKED):
        method, path, operation = maker.random.choice(operations)
        changes = method != "GET"
        body = maker.body(said.body_schema(operation)) if changes else None
        if changes and maker.random.random() < 0.7:
            body = maker.spoil(body)
        if changes and "called" in (body if isinstance(body, dict) else {}):
            body.setdefault("hold_s", 1)
        # An empty configuration is a right one, too: what serves this API would be gone.
        known = {} if path == "/configuration/commit" else {"If-Match": http.ask("GET", "/api/v1/configuration").headers["ETag"]}
        path = maker.path(path) + ("" if changes else maker.query())
        answer = http.ask(method, "/api/v1" + path, body, known if changes else None)
        if answer.status == 404 and b"nothing at" in answer.body:
            continue  # a name that leads to no path at all
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        assert not said.faults(operation, answer), (method, path, body, answer, said.faults(operation, answer))
        if changes and not said.is_right(operation, body):
            assert 400 <= answer.status < 500 and answer.json["error"], (method, path, body, answer)
    assert {200, 400, 404} <= statuses.keys(), statuses
    for span in gateway.cli.json("spans"):
        gateway.cli.run("test span %s restore" % span["name"])
    for trunk in gateway.cli.json("trunks"):
        gateway.cli.run("unlock trunk %s" % trunk["name"])
    gateway.wait_trunks()
    gateway.clear_all()
    gateway.expected += ["audit: ", "span", "trunk", "D channel"]
