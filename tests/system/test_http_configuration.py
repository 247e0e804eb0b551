"""The configuration over the HTTP API: read, edited by several, committed, confirmed, taken back."""
import json
import socket

import pytest

from common import ports
from common.gateway import wait_for
from common.http import Http, section


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make(*lines):
        port = ports.any_port("tcp")
        return own(extra=section(port, *lines)), port
    return make


class Editor(Http):
    """An admin, who knows a version."""

    def __init__(self, port, **how):
        super().__init__(port, role="admin", **how)
        self.version = None

    def learn(self):
        answer = self.ask("GET", "/api/v1/configuration")
        assert answer.status == 200, answer
        self.version = answer.headers["ETag"]
        return answer.json

    def text(self):
        return self.get("configuration/running")["text"]

    def act(self, method, path, body=None):
        answer = self.ask(method, "/api/v1/configuration/" + path, body, {"If-Match": self.version})
        self.version = answer.headers["ETag"]
        return answer

    def put(self, text):
        return self.act("PUT", "candidate", {"text": text})

    def commit(self, **body):
        """The outcome."""
        answer = self.act("POST", "commit", body)
        assert answer.status == 202 and answer.json["commit"]["state"] in ("running", "done"), answer
        return self.outcome()

    def _done(self):
        """None: it runs yet; while it changes the very server, a connection may be cut."""
        try:
            outcome = self.learn()["commit"]
        except ConnectionError:
            return None
        return None if outcome["state"] == "running" else outcome

    def outcome(self):
        outcome = wait_for("the outcome", self._done)
        return outcome["state"], [fault["error"] for fault in outcome["faults"]]


def with_line(text, name, what="quiet"):
    return text + "line %s\n %s\n" % (name, what)


def test_edit_compare_commit(served):
    gateway, port = served()
    anna = Editor(port)
    anna.learn()
    text = anna.text()
    assert text.strip() == gateway.cli.run("show running-config").replace("\r", "").strip() and "sha256 *" in text
    new = with_line(text, "web")
    assert anna.post("configuration/check", {"text": text}).json["diff"] == ""
    assert "+line web\n+ quiet\n" in anna.post("configuration/check", {"text": new}).json["diff"]
    assert anna.post("configuration/check", {"text": new}).json["holds"] == "For new calls and connections: line web.\n"
    assert anna.ask("GET", "/api/v1/configuration/candidate").status == 404
    answer = anna.put(new)
    assert answer.status == 200 and "+line web\n+ quiet\n" in answer.json["diff"] and answer.json["about"]["who"] == "http admin"
    assert "line web" not in anna.text()
    assert anna.commit(comment="for the web") == ("done", [])
    assert "line web\n quiet\n" in anna.text()
    assert anna.learn()["candidate"] is None and anna.get("configuration")["history"] == 1
    change = anna.get("changes?limit=1")[0]
    assert change == gateway.cli.json("changes")[-1]
    assert change["who"] == "http admin" and change["did"] == "commit" and change["detail"].startswith("comment: for the web\n")
    assert "+line web" in change["detail"]
    assert Http(port, role="viewer").get("version")  # the tokens, which the text had as *, are what they were


def test_faults_are_told_with_their_lines(served):
    _, port = served()
    anna = Editor(port)
    anna.learn()
    lines = anna.text().splitlines()
    bad = "\n".join(lines + ["line web", " colour red", "peer x", " address nowhere else", "user nobody", " password *"])
    for answer in (anna.post("configuration/check", {"text": bad}), anna.put(bad)):
        assert answer.status == 422, answer
        faults = {fault["line"]: fault["error"] for fault in answer.json["faults"]}
        assert "colour" in faults[len(lines) + 2], faults
        assert "stands for the secret" in faults[len(lines) + 6], faults
    assert anna.ask("GET", "/api/v1/configuration/candidate").status == 404
    answer = anna.put("http\n token t sha256 00 role admin\n")
    assert answer.status == 422 and answer.json["faults"][0]["line"] == 2


def test_nobody_undoes_what_he_has_not_seen(served):
    gateway, port = served()
    anna, bert = Editor(port), Editor(port)
    anna.learn(), bert.learn()
    text = anna.text()
    assert anna.ask("PUT", "/api/v1/configuration/candidate", {"text": text}).status == 428
    assert anna.put(with_line(text, "a")).status == 200
    old = bert.version
    for act in (("PUT", "candidate", {"text": with_line(text, "b")}), ("DELETE", "candidate"), ("POST", "rollback", {"back": 0}), ("POST", "commit")):
        bert.version = old
        answer = bert.act(*act)
        assert answer.status == 412 and "somebody has changed" in answer.json["error"], answer
    assert "line a" in bert.get("configuration/candidate")["text"]
    assert bert.put(with_line(text, "b")).status == 200  # having looked: its version came with the refusal
    assert anna.act("POST", "commit", {}).status == 412
    for line in ("configure terminal", "line cli", "quiet"):
        gateway.cli.run(line)
    assert bert.commit() == ("done", [])
    assert "another configuration runs since" in gateway.cli.run("commit")
    assert "-line b" in gateway.cli.run("show diff").replace("\r", "")
    gateway.cli.run("rollback 0")
    gateway.cli.run("line cli")
    gateway.cli.run("quiet")
    assert "Committed" in gateway.cli.run("commit")
    gateway.cli.run("end")
    assert bert.put(text).status == 412  # the CLI's commit is one more that he has not seen


def test_an_edit_at_the_cli_goes_on_meanwhile(served):
    gateway, port = served()
    anna = Editor(port)
    gateway.cli.run("configure terminal")
    assert anna.post("configuration/check", {"text": "nonsense\n"}).status == 422
    assert "%" not in gateway.cli.run("line cli") + gateway.cli.run("quiet")
    assert "+line cli" in gateway.cli.run("show diff")
    gateway.cli.run("abort")


def test_confirmed_or_back(served):
    gateway, port = served()
    anna = Editor(port)
    anna.learn()
    text = anna.text()
    anna.put(with_line(text, "kept"))
    assert anna.commit(minutes=1) == ("done", [])
    assert 1 <= anna.learn()["unconfirmed_s"] <= 60
    assert anna.post("configuration/write").status == 409
    assert anna.act("POST", "confirm").json["unconfirmed_s"] is None
    assert anna.act("POST", "confirm").status == 409
    anna.put(with_line(text, "tried"))
    assert anna.commit(minutes=1440) == ("done", [])
    answer = anna.act("POST", "return")
    assert answer.status == 202, answer
    assert anna.outcome() == ("done", [])
    assert "line kept" in anna.text() and "line tried" not in anna.text()
    assert anna.act("POST", "return").status == 409
    assert [(c["who"], c["did"]) for c in anna.get("changes")][-4:] == [
        ("http admin", "commit, to be confirmed"), ("http admin", "confirm"), ("http admin", "commit, to be confirmed"), ("http admin", "return")]
    assert anna.act("POST", "rollback", {"back": 20}).json["field"] == "back"
    assert "+line tried" in anna.act("POST", "rollback", {"back": 1}).json["diff"]
    assert anna.act("DELETE", "candidate").json["candidate"] is None
    assert anna.act("POST", "commit").status == 409
    assert anna.post("configuration/write").status == 200
    gateway.end()
    gateway.up()
    assert "line kept" in anna.text()


def test_the_server_itself_may_be_moved(served):
    """The answer leaves before the server that gives it; who waits at the new place hears how it went."""
    gateway, port = served()
    there = ports.any_port("tcp")
    anna = Editor(port)
    anna.learn()
    anna.put(anna.text().replace("listen 127.0.0.1 %d" % port, "listen 127.0.0.1 %d" % there))
    assert anna.act("POST", "commit", {"minutes": 60}).status == 202
    moved = Editor(there)
    wait_for("the new place", lambda: not ports.is_free(there, "tcp"))
    assert moved.outcome() == ("done", [])
    moved.learn()
    assert moved.act("POST", "return").status == 202
    wait_for("the old place", lambda: not ports.is_free(port, "tcp"))
    assert anna.outcome() == ("done", [])
    assert "listen 127.0.0.1 %d" % port in gateway.cli.run("show running-config")


def test_what_cannot_be_applied_is_told(served):
    gateway, port = served()
    taken = ports.any_port("tcp")
    anna = Editor(port)
    anna.learn()
    with socket.create_server(("127.0.0.1", taken)):
        anna.put(anna.text().replace("listen 127.0.0.1 %d" % port, "listen 127.0.0.1 %d" % taken))
        state, faults = anna.commit()
    assert state == "failed" and "HTTP cannot listen on" in faults[0], faults
    assert anna.learn()["candidate"]["who"] == "http admin"  # it is still there to be mended
    gateway.expected += ["HTTP"]


def test_what_waits_for_calls(served):
    gateway, port = served()
    anna = Editor(port)
    gateway.originate("trunk pstn 600 hold 600")
    wait_for("the call", lambda: gateway.channels("active"))
    anna.learn()
    text = anna.text()
    at = text.index(" channels 1-15,17-31", text.index("trunk pstn"))
    anna.put(text[:at] + text[at:].replace("channels 1-15,17-31", "channels 1-3", 1))
    assert anna.commit() == ("done", [])
    waiting = {w["trunk"]: w for w in anna.get("configuration")["waiting"]}
    assert waiting["pstn"] == {"trunk": "pstn", "what": "changed", "calls": 1}
    assert anna.post("configuration/now").json["waiting"] == []
    gateway.record("cause 41")
    wait_for("three channels", lambda: len([c for c in gateway.channels() if c["trunk"] == "pstn"]) == 3)


def test_who_may(served):
    _, port = served("anonymous viewer")
    text = Http(port).get("configuration/running")["text"]
    assert "sha256 *" in text and Http(port, role=None).get("configuration")["candidate"] is None
    for role in ("viewer", "operator"):
        http = Http(port, role=role)
        assert http.ask("GET", "/api/v1/configuration/candidate").status == 403
        for method, path in (("PUT", "candidate"), ("DELETE", "candidate"), ("POST", "check"), ("POST", "commit"), ("POST", "rollback"),
                             ("POST", "confirm"), ("POST", "return"), ("POST", "now"), ("POST", "write")):
            assert http.ask(method, "/api/v1/configuration/" + path).status == 403, (role, path)
    admin = Editor(port)
    version = admin.ask("GET", "/api/v1/configuration").headers["ETag"]
    assert admin.ask("PUT", "/api/v1/configuration/candidate", {"text": text}, {"If-Match": version, "Origin": "http://evil.example.com"}).status == 403
    answer = admin.ask("POST", "/api/v1/configuration/candidate")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, PUT, DELETE"
    assert admin.get("changes") == []
    for body in ({}, {"text": 5}, {"text": "", "x": 1}):
        assert admin.post("configuration/check", body).status == 400, body
    for body in ({"minutes": 0}, {"minutes": 1441}, {"comment": ""}, {"comment": "x" * 201}, {"comment": "a\nb"}, {"x": 1}):
        admin.learn()
        assert admin.act("POST", "commit", body).status == 400, body


def test_large_texts_of_admins_alone(served):
    _, port = served()
    large = {"text": Http(port).get("configuration/running")["text"] + "".join("route r%d\n to line echo\n called %d\n" % (i, i) for i in range(3000))}
    assert len(json.dumps(large)) > 100000
    answer = Http(port, role="admin").post("configuration/check", large)
    assert answer.status == 200 and "+route r2999" in answer.json["diff"], answer
    assert Http(port, role="operator").post("configuration/check", large).status == 413
    assert Http(port, role="admin").post("configuration/commit", large).status == 413
