"""The HTTP API: what it says, to whom, and what it bears."""
import contextlib
import json
import socket
import subprocess
import time
import urllib.parse

import pytest

import config
from conftest import SANITIZED
from common import ports
from common.gateway import binary, wait_for
from common.http import Http, section
from common.pki import Authority


@pytest.fixture(name="served")
def gateway_with_http(own):
    """(gateway, port); lines: of the section http."""
    def make(*lines):
        port = ports.any_port("tcp")
        return own(extra=section(port, *lines)), port
    return make


def steady(alarms):
    """But for that of a busy machine, which comes between two answers."""
    return [row for row in alarms if row["alarm"] != "media-late"]


def test_lists_are_those_of_the_command_line(served):
    gateway, port = served()
    http = Http(port)
    for what in ("channels", "trunks", "peers", "calls", "registrations", "bans", "guard"):
        assert http.get(what) == gateway.cli.json(what), what
    assert [s["name"] for s in http.get("spans")] == [s["name"] for s in gateway.cli.json("spans")]
    assert http.get("version")["version"] == gateway.cli.json("version")["version"]
    assert http.get("media").keys() == gateway.cli.json("media").keys()
    assert http.get("audit").keys() == gateway.cli.json("audit").keys()
    assert http.get("spans/e1-1/performance")[-1]["when"] == "24 h"
    for what in ("alarms", "alarms/history"):
        assert steady(http.get(what)) == steady(gateway.cli.json(what.replace("/", " "))), what
    assert http.get("contacts") == []


def test_one_call_is_told_whole(served):
    gateway, port = served()
    http = Http(port)
    gateway.originate("trunk pstn 600 hold 60")
    wait_for("the call at both of its trunks", lambda: len(http.get("calls?state=active")) == 2)
    call = http.get("calls")[0]
    assert "SETUP" in " ".join(e["text"] for e in http.get("calls/%d/timeline" % call["id"])["entries"])
    assert http.ask("GET", "/api/v1/calls/%d/pcap" % call["id"]).body[:4] == b"\x0a\x0d\x0d\x0a"
    assert http.get("calls/%d/why" % call["id"])["meaning"] is None
    whole = http.get("calls/%d" % call["id"])
    assert whole["called"] == "600" and whole["terminations"]
    assert http.get("channels/e1-1/1")["call"] == call["id"]
    assert len(http.get("channels?state=active&trunk=pstn")) == 1
    assert http.get("channels?call=%d" % call["id"])[0]["usage"] == "busy"
    gateway.clear_all()
    answer = http.ask("GET", "/api/v1/calls/%d" % call["id"])
    assert answer.status == 404 and "there is no call" in answer.json["error"]


def test_calls_that_ended_are_told_up_to_a_limit(served):
    gateway, port = served()
    http = Http(port)
    for to in ("600", "601", "600"):
        gateway.originate("trunk pstn %s hold 60" % to)
        wait_for("the call", lambda: http.get("calls"))
        gateway.clear_all()
    wait_for("their ends", lambda: len(http.get("calls/recent")) >= 3)
    recent = http.get("calls/recent")
    assert recent == gateway.cli.json("calls recent")
    for n in (1, 2, 1000):
        assert http.get("calls/recent?limit=%d" % n) == recent[:n]
    called = recent[0]["called"]
    assert http.get("calls/recent?called=%s" % called) == [r for r in recent if r["called"] == called]
    assert http.get("calls/recent?limit=2&called=%s" % called) == [r for r in recent[:2] if r["called"] == called]
    for row in recent:
        assert http.get("calls/recent/%d" % row["id"]) == row
    for path in ("calls/recent/0", "calls/recent/999999", "calls/recent/x"):
        assert http.ask("GET", "/api/v1/" + path).status == 404, path
    for limit in ("0", "1001", "-1", "", "x", "1x", "4294967297"):
        answer = http.ask("GET", "/api/v1/calls/recent?limit=" + limit)
        assert answer.status == 400 and answer.json["expected"] == "1 to 1000", limit


def test_a_route_is_tested(served):
    gateway, port = served()
    http = Http(port)
    for asked, words in (("number=600&from=peer&name=phones", "600 from peer phones"),
                         ("name=pstn&from=trunk&number=600&calling=123&presentation=restricted&at=2026-01-05T12:00",
                          "600 from trunk pstn calling 123 presentation restricted at 2026-01-05T12:00"),
                         ("number=%2A0&from=peer&name=phones&bearer=unrestricted&called-type=national", "*0 from peer phones bearer unrestricted called-type national")):
        assert http.get("route/test?" + asked) == json.loads(gateway.cli.run("route test %s json" % words)), asked
    assert http.get("route/test?number=600&from=peer&name=phones")["steps"]
    whole = "number=600&from=peer&name=phones"
    for asked, field, said in (("", "from", "trunk, trunk-group, peer or user"), ("number=600&from=line&name=x", "from", "unknown"), ("from=peer&name=phones", "number", "missing"),
                               ("number=6x&from=peer&name=phones", "number", "no number"), ("number=" + "6" * 99 + "&from=peer&name=phones", "number", "no number"),
                               ("number=600&from=peer&name=pstn", "name", "there is no peer pstn"), (whole + "&at=noon", "at", "no time"),
                               (whole + "&bearer=x", "bearer", "unknown"), (whole + "&colour=red", "colour", "unknown here"), (whole + "&calling=x", "calling", "no number")):
        answer = http.ask("GET", "/api/v1/route/test?" + asked)
        assert answer.status == 400 and answer.json["field"] == field and answer.json["expected"], answer
        assert said in answer.json["error"] + answer.json["expected"], answer


def test_mistakes_are_told(served):
    _, port = served()
    http = Http(port)
    for method, path, status, said in (
            ("GET", "/api/v1/nothing", 404, "nothing at /api/v1/nothing"),
            ("GET", "/nothing", 404, "nothing at /nothing"),
            ("GET", "/api/v1/channels/e9-1/1", 404, "there is no channel e9-1/1; /api/v1/channels lists them"),
            ("GET", "/api/v1/channels/", 404, "nothing at"),
            ("GET", "/api/v1/media/x", 404, "nothing at"),
            ("GET", "/api/v1/spans/e9-1/performance", 404, "there is no span e9-1"),
            ("GET", "/api/v1/alarms/x", 404, "there is no alarm x"),
            ("GET", "/api/v1/calls/99999999999999999999", 404, "there is no call 9"),
            ("GET", "/api/v1/calls/99999999999999999999/why", 404, "there is no call 9"),
            ("GET", "/api/v1/calls//why", 404, "there is no"),
            ("GET", "/api/v1/channels?colour=red", 400, "what is not there"),
            ("GET", "/api/v1/media?x=1", 400, "nothing to choose"),
            ("GET", "/api/v1/channels?" + "&".join("a%d=1" % i for i in range(20)), 400, "query is too long"),
            ("POST", "/api/v1/channels", 405, "method"), ("BREW", "/api/v1/channels", 405, "method"),
            ("GET", "/api/v1/channels/%ff%0a", 404, "there is no channel")):
        answer = http.ask(method, path, headers={"X-Crosspoint": "1"})
        assert answer.status == status and said in answer.json["error"], (path, answer)
    answer = http.ask("GET", "/api/v1/channels?colour=red")
    assert answer.json["field"] == "colour" and answer.json["expected"]
    assert http.ask("PUT", "/api/v1/channels").headers["Allow"] == "GET, HEAD"
    assert http.ask("HEAD", "/api/v1/channels").body == b""


def test_who_asks_and_from_where(served):
    _, port = served("host gw.example.com")
    nobody = Http(port, role=None)
    answer = nobody.ask("GET", "/api/v1/calls")
    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert nobody.ask("GET", "/api/v1/calls", headers={"Authorization": "Bearer x"}).status == 401
    for host, status in (("gw.example.com", 200), ("localhost:1", 200), ("evil.example.com", 421), ("", 400)):
        assert Http(port).ask("GET", "/api/v1/calls", headers={"Host": host}).status == status, host
    answer = Http(port).ask("GET", "/api/v1/calls")
    assert answer.headers["X-Frame-Options"] == "DENY" and "default-src 'self'" in answer.headers["Content-Security-Policy"]


def password_hash(password):
    return subprocess.run(["openssl", "passwd", "-6", password], check=True, capture_output=True, text=True).stdout.strip()


def test_a_user_signs_in_and_out(served):
    gateway, port = served("user anna password %s role operator" % password_hash("s3cret"))
    http = Http(port, role=None)
    own_page = {"X-Crosspoint": "1"}
    anna = {"user": "anna", "password": "s3cret"}
    assert http.post("session", anna).status == 403
    assert http.post("session", anna, headers=dict(own_page, Origin="http://evil.example.com")).status == 403
    assert http.post("session", dict(anna, password="wrong"), headers=own_page).status == 401
    answer = http.post("session", anna, headers=own_page)
    assert answer.json == {"who": "anna", "role": "operator"}
    http.cookie = answer.headers["Set-Cookie"].split(";")[0]
    assert http.get("session")["who"] == "anna" and http.get("calls") == []
    assert http.ask("DELETE", "/api/v1/session", headers=own_page).status == 200
    assert http.ask("GET", "/api/v1/calls").status == 401
    assert "s3cret" not in gateway.log() and "$6$" not in gateway.cli.run("show running-config")


def test_the_server_follows_the_configuration(served):
    gateway, port = served()
    other = ports.any_port("tcp")
    for line in ("configure terminal", "http", "listen 127.0.0.1 %d" % other, "no token viewer", "commit"):
        gateway.cli.run(line)
    assert Http(other, role="admin").get("calls") == []
    assert Http(other).ask("GET", "/api/v1/calls").status == 401
    assert ports.is_free(port, "tcp")
    with socket.create_server(("127.0.0.1", port)):
        said = "".join(gateway.cli.run(line) for line in ("http", "listen 127.0.0.1 %d" % port, "commit"))
    assert "Address already in use" in said and "`http` / `listen` takes another" in said
    assert Http(other, role="admin").get("calls") == []  # as before
    for line in ("exit", "no http", "commit", "end"):
        gateway.cli.run(line)
    with pytest.raises(ConnectionRefusedError):
        Http(other).ask("GET", "/")


def test_tls_and_a_certificate_that_comes_late(own, tmp_path):
    authority = Authority(tmp_path)
    port = ports.any_port("tcp")
    files = tmp_path / "gw.crt.pem", tmp_path / "gw.key.pem"
    gateway = own(extra=section(port, "tls certificate %s key %s" % files))
    gateway.expected.append("TLS certificate")
    assert [a["about"] for a in gateway.cli.json("alarms") if a["alarm"] == "certificate"] == ["gateway http"]
    assert authority.issue("gw", "IP:127.0.0.1") == tuple(str(f) for f in files)
    http = Http(port, ca=authority.cert)
    wait_for("the certificate read", lambda: not ports.is_free(port, "tcp"), step=0.2)
    assert http.get("calls") == []
    wait_for("no alarm of it", lambda: "certificate" not in [a["alarm"] for a in gateway.cli.json("alarms")])
    answer = Http(port, role=None, ca=authority.cert).post("session", {}, headers={"X-Crosspoint": "1"})
    assert answer.status == 400 and "Secure" not in str(answer.headers["Set-Cookie"])
    old = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-tls1_1"], input=b"",
                         capture_output=True, check=False)
    assert old.returncode != 0
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"200" not in s.recv(100)


def test_what_could_not_be_served_is_tried_again(own, tmp_path):
    """Somebody else has the port when the certificate comes."""
    authority = Authority(tmp_path)
    port = ports.any_port("tcp")
    gateway = own(extra=section(port, "tls certificate %s key %s" % (tmp_path / "gw.crt.pem", tmp_path / "gw.key.pem")))
    gateway.expected += ["TLS certificate", "HTTPS is not served"]
    with socket.create_server(("127.0.0.1", port)):
        authority.issue("gw", "IP:127.0.0.1")
        wait_for("a try", lambda: "HTTPS is not served: Address already in use" in gateway.log(), step=0.2)
    wait_for("another", lambda: not ports.is_free(port, "tcp"), step=0.2)
    assert Http(port, ca=authority.cert).get("calls") == []


def talk(port, *octets, timeout=60):
    """What comes back until the gateway closes; None: it did not."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        with contextlib.suppress(ConnectionError):  # what was answered before it closed is there to be read
            for part in octets:
                s.sendall(part)
        try:
            while True:
                more = s.recv(65536)
                if not more:
                    return got
                got += more
        except ConnectionError:
            return got
        except socket.timeout:
            return None


def test_what_is_no_http_is_refused(served):
    _, port = served("timeout 2")
    token = b"Host: localhost\r\nAuthorization: Bearer v-token\r\n"
    for octets in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, b"\r\n" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"\0" * 3000,
                   b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                   b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20000 + b"\r\n"):
        got = talk(port, octets)
        assert got is not None and b" 200 " not in got[:20], (octets[:40], got)
    large = b"POST /api/v1/session HTTP/1.1\r\n" + token + b"Content-Type: application/json\r\n"
    assert b" 413 " in talk(port, large + b"Content-Length: 100000000\r\n\r\n")[:20]
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    assert b" 413 " in talk(port, large + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 100, b"0\r\n\r\n")[:20]
    assert Http(port).get("calls") == []


def test_one_source_does_not_keep_the_others_out(served):
    _, port = served("connections 10")
    taken = [socket.create_connection(("127.0.0.1", port), timeout=60, source_address=("127.0.0.2", 0)) for _ in range(8)]
    wait_for("them taken", lambda: Http(port).get("calls") == [])
    with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=("127.0.0.2", 0)) as s:
        assert s.recv(1) == b""  # closed at once
    assert Http(port).get("calls") == []
    taken.pop().close()

    def answered():
        with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=("127.0.0.2", 0)) as s:
            try:
                s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return b" 200 " in s.recv(100)
            except ConnectionError:
                return False
    wait_for("a place again", answered)
    for s in taken:
        s.close()


def test_slow_requests_hold_nothing(served):
    """More connections than there are places, each sending an octet now and then, for longer than they may."""
    gateway, port = served("timeout 2", "connections 10")
    descriptors = gateway.descriptors()
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(30)]
    end = time.monotonic() + 8
    answered = None
    request = b"GET /api/v1/calls HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 1000
    for i in range(len(request)):
        for s in slow:
            try:
                s.send(request[i:i + 1])
            except OSError:
                pass
        time.sleep(0.3)
        if time.monotonic() > end:
            break
    http = Http(port)
    answered = http.get("calls")
    assert answered == []
    for s in slow:
        s.close()
    wait_for("their descriptors closed", lambda: gateway.descriptors() <= descriptors + 1)


def test_slow_reading_holds_nothing(served):
    """Who asks again and again and reads nothing is let go of."""
    gateway, port = served("timeout 2")
    descriptors = gateway.descriptors()
    ask = b"GET /api/v1/channels HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer v-token\r\n\r\n"
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", port))
        s.settimeout(0.5)
        try:
            for _ in range(3000):
                s.sendall(ask)
        except OSError:
            pass
        before = gateway.memory_kb()
        wait_for("the connection closed", lambda: gateway.descriptors() <= descriptors, step=0.2)
        assert SANITIZED or gateway.memory_kb() <= before + 1024
    assert Http(port).get("calls") == []


def test_many_requests_leave_nothing(served):
    gateway, port = served()
    http = Http(port)
    connection = http.connect()
    paths = ["/api/v1/" + urllib.parse.quote(p) for p in ("channels", "calls", "nothing", "spans/e1-1", "alarms/7")]
    before = gateway.descriptors()
    for i in range(2000):
        if i == 200:
            memory = gateway.memory_kb()
        connection.request("GET", paths[i % len(paths)], headers={"Authorization": "Bearer v-token"})
        connection.getresponse().read()
    assert SANITIZED or gateway.memory_kb() < memory + 512
    connection.close()
    wait_for("the connection closed", lambda: gateway.descriptors() <= before)


def test_a_fault_in_the_section_is_told(tmp_path):
    path = tmp_path / "bad.cfg"
    path.write_text(config.text(config.Ports()) + "http\n listen 0.0.0.0\n anonymous viewer\n", encoding="utf-8")
    done = subprocess.run([binary(), "--check", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode and "passwords could be read on the way" in done.stderr
