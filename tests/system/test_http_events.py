"""Events as a stream: everything as it is, then what changes; and who does not listen properly."""
import socket
import subprocess
import time

import pytest

from common import ports
from common.gateway import wait_for
from common.http import TOKENS, Http, section
from common.pki import Authority


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make(*lines):
        port = ports.any_port("tcp")
        return own(extra=section(port, *lines)), port
    return make


def test_a_call_is_followed_from_begin_to_end(served):
    gateway, port = served()
    with Http(port).events() as events:
        snapshot = events.until("snapshot")
        for what in ("channels", "trunks", "calls", "alarms", "peers"):
            assert snapshot[what] == gateway.cli.json(what), what
        gateway.originate("trunk pstn 600 hold 2")
        channel = events.until("channel", lambda row: row["name"] == "e1-1/1" and row["state"] == "active")
        call = events.until("call", lambda row: row["id"] == channel["call"] and row["state"] == "active")
        assert call["called"] == "600"
        assert events.until("channel", lambda row: row["name"] == "e1-1/1" and row["state"] == "idle")
    with Http(port).events() as events:
        gateway.originate("trunk pstn 600 hold 1")
        call = events.until("call")
        assert events.until("call-gone", lambda row: row["id"] == call["id"]) == {"id": call["id"]}


def test_only_what_was_asked_for_comes(served):
    gateway, port = served()
    with Http(port).events("?kinds=alarm,span") as events:
        assert events.until("snapshot").keys() == {"spans", "alarms"}
        gateway.originate("trunk pstn 600 hold 1")
        gateway.record(r"talk \d")
        gateway.cli.run("test span e1-1 cut")
        came = []
        while ("alarm", "span-red") not in came:
            name, data = next(iter(events))
            came.append((name, data["alarms"] if name == "span" else data.get("alarm")))
        assert ("span", "red") in came and {name for name, _ in came} <= {"span", "alarm", "alarm-gone"}, came
        gateway.cli.run("test span e1-1 restore")
        events.until("alarm-gone")
    for query in ("?kinds=banana", "?kinds=", "?x=1", "?kinds=call&kinds=call"):
        answer = Http(port).ask("GET", "/api/v1/events" + query)
        assert answer.status == 400 and answer.json["expected"] == "span,trunk,trunk-group,channel,call,peer,alarm", query
    assert Http(port, role=None).ask("GET", "/api/v1/events").status == 401


def test_many_listeners_and_no_more(served):
    gateway, port = served("timeout 3")
    before = gateway.descriptors()
    listeners = [Http(port).events() for _ in range(32)]
    answer = Http(port).ask("GET", "/api/v1/events")
    assert answer.status == 503 and answer.headers["Retry-After"]
    time.sleep(4)  # more than the timeout of a request
    gateway.cli.run("lock channel e1-1/5 no-graceful")
    for listener in listeners:
        assert listener.until("channel", lambda row: row["name"] == "e1-1/5")["administrative"] == "locked"
    for listener in listeners:
        listener.__exit__()
    gateway.cli.run("unlock channel e1-1/5")
    wait_for("their descriptors closed", lambda: gateway.descriptors() <= before, step=0.5)
    assert Http(port).events().until("snapshot")


def test_streams_end_with_the_right_to_listen(served):
    gateway, port = served()
    with Http(port).events() as events:
        events.until("snapshot")
        for line in ("configure terminal", "http", "no token viewer", "commit"):
            gateway.cli.run(line)
        assert list(events) == []  # it has ended
    assert Http(port).ask("GET", "/api/v1/events").status == 401
    with Http(port, role="admin").events() as events:
        events.until("snapshot")
        gateway.stop()
        assert [name for name, _ in events if name == "snapshot"] == []


def test_a_stream_ends_with_sign_out(served):
    hashed = subprocess.run(["openssl", "passwd", "-6", "s3cret"], check=True, capture_output=True, text=True).stdout.strip()
    _, port = served("user anna password %s role viewer" % hashed)
    http = Http(port, role=None)
    own_page = {"X-Crosspoint": "1"}
    answer = http.post("session", {"user": "anna", "password": "s3cret"}, headers=own_page)
    http.cookie = answer.headers["Set-Cookie"].split(";")[0]
    with http.events() as events, Http(port).events() as others:
        events.until("snapshot")
        others.until("snapshot")
        assert http.ask("DELETE", "/api/v1/session", headers=own_page).status == 200
        assert list(events) == []  # it has ended
        Http(port, role="admin").post("trunks/pstn/lock", {"mode": "graceful"})
        others.until("trunk")


def test_listeners_who_break_off_leave_nothing(served):
    gateway, port = served()
    before = gateway.descriptors()
    for i in range(200):
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                       % TOKENS["viewer"]).encode())
            if i % 2:
                s.recv(100)
    gateway.originate("trunk pstn 600 hold 1")
    gateway.record(r"talk \d")
    wait_for("their descriptors closed", lambda: gateway.descriptors() <= before, step=0.5)
    gateway.wait_idle()
    assert Http(port).get("calls") == []


def test_events_come_over_tls(own, tmp_path):
    """Large ones too: a snapshot is more than a record of TLS, and a tick of the loop sends it all."""
    authority = Authority(tmp_path)
    certificate, key = authority.issue("gw", "IP:127.0.0.1")
    port = ports.any_port("tcp")
    gateway = own(extra=section(port, "tls certificate %s key %s" % (certificate, key)))
    http = Http(port, ca=authority.cert)
    listeners = [http.events() for _ in range(8)]
    for listener in listeners:
        assert listener.until("snapshot")["channels"] == gateway.cli.json("channels")
    gateway.originate("trunk pstn 600 hold 1")
    for listener in listeners:
        assert listener.until("channel", lambda row: row["name"] == "e1-1/1" and row["state"] == "active")
        listener.__exit__()
    assert http.get("spans")
