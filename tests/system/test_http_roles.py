"""Who may do what over HTTP, by the table in the README and by the API's description, each path and method for each role;
and that no answer, of these or of the command line, has what is secret."""
import http.client
import os
import re

import pytest

from common import ports, sip
from common.gateway import ROOT, wait_for
from common.http import TOKENS, Http, section
from common.openapi import Description
from common.webserver import WebServer

ROLES = ("anybody", "viewer", "operator", "admin")  # each may what those before it may
SECRET = "s3cret"
ID = "2147483647"  # of what there is none


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make(*lines, extra=""):
        port = ports.any_port("tcp")
        return own(extra=section(port, *lines) + extra), port
    return make


def description(port):
    return Description(Http(port, role=None).ask("GET", "/api/v1/openapi.json").json)


def the_readme():
    """{(method, path): the least role} of the README's table; `GET` alone is the rest."""
    table = {}
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        for role, may in re.findall(r"(?m)^\| (anybody|`viewer`|`operator`|`admin`) \| (.*) \|$", f.read()):
            for words in re.findall(r"`([^`]+)`", may):
                methods, _, paths = words.partition(" ")
                for method in methods.split(","):
                    table.update({(method, "/" + path if path else ""): role.strip("`") for path in (paths.split() or [""])})
    return table


def least_role(table, method, path):
    path = path.replace("{id}", "*").replace("{name}", "*")
    return table.get((method, path)) or (table[("GET", "")] if method == "GET" else None)


def status_of(port, role, method, path):
    """Of an answer that may never end: its body is left."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    fields = {"X-Crosspoint": "1", "Content-Type": "application/json", "Content-Length": "0"}
    if role in TOKENS:
        fields["Authorization"] = "Bearer " + TOKENS[role]
    connection.request(method, "/api/v1" + path, headers=fields)
    status = connection.getresponse().status
    connection.close()
    return status


def test_each_role_may_what_the_readme_says(served):
    _, port = served()
    table, used = the_readme(), set()
    for method, path, operation in description(port).operations:
        least = least_role(table, method, path)
        used.add((method, path.replace("{id}", "*").replace("{name}", "*")))
        assert least, "%s %s is not in the README's table" % (method, path)
        assert operation.get("x-role", "viewer") == least or least == "anybody", (method, path, operation.get("x-role"), least)
        for role in ROLES:
            status = status_of(port, role, method, path.replace("{id}", ID).replace("{name}", "none"))
            if ROLES.index(role) >= ROLES.index(least):
                assert status not in (401, 403), (role, method, path, status)
            else:
                assert status == (401 if role == "anybody" else 403), (role, method, path, status)
    assert {key for key in table if key[1]} <= used, "the README has what is not there"
    assert [Http(port, role=None if role == "anybody" else role).ask("GET", "/metrics").status for role in ROLES] == [401, 200, 200, 200]


def _secrets(web):
    return ("lookup l\n http %s?key=%s\n token secret %s\n timeout 10000\n"
            "webhook duty\n url %s?key=%s\n token secret %s\n signature secret %s\n"
            "peer carrier\n address 127.0.0.9\n auth user u password %s\n"
            "route asked\n from peer phones\n called 55\n lookup l\n to line refusing\n" % (
                web.url("/find"), SECRET, SECRET, web.url("/hook"), SECRET, SECRET, SECRET, SECRET))


def _version(asks):
    return {"If-Match": asks.ask("GET", "/api/v1/configuration").headers["ETag"]}


def _clean(where, said):
    assert SECRET not in said, (where, [line for line in said.splitlines() if SECRET in line][:3])


def test_nothing_secret_is_shown_to_anybody(served):
    web = WebServer(lambda request: (200, {"cause": 17}))
    gateway, port = served(extra=_secrets(web))
    phone = gateway.agent()
    assert phone.call("551", sip.sdp(4000)).refused(60).status == 486
    gateway.wait_idle(60)
    asked = wait_for("the question", lambda: [r for r in web.asked if r["path"].startswith("/find")], 60)
    assert "?key=%s&called=551" % SECRET in asked[0]["path"]  # the server is told all the same
    admin = Http(port, role="admin")
    text = admin.get("configuration/running")["text"]
    answer = admin.ask("PUT", "/api/v1/configuration/candidate", {"text": text.replace("/hook?*", "/other?key=" + SECRET)}, _version(admin))
    assert answer.status == 200 and "+ url %s?*" % web.url("/other") in answer.json["diff"], answer
    _clean("the candidate", answer.body.decode())
    assert admin.ask("POST", "/api/v1/configuration/commit", {}, _version(admin)).status == 202
    wait_for("the commit", lambda: web.url("/other") in admin.get("configuration/running")["text"], 60)
    for line in ("show running-config", "show lookups", "show webhooks json", "show changes", "show lookups json",
                 "route test 551 from peer phones", "why 1"):
        _clean(line, gateway.cli.run(line))
    assert "GET %s?*&called=551" % web.url("/find") in gateway.cli.run("route test 551 from peer phones")
    for role in ("viewer", "admin"):
        asks = Http(port, role=role)
        for method, path, _ in description(port).operations:
            if method == "GET" and path != "/events":
                path = path.replace("{id}", "1").replace("{name}", "l" if "lookups" in path else "duty")
                query = "?number=551&from=peer&name=phones" if path == "/route/test" else ""
                _clean(path, asks.ask("GET", "/api/v1" + path + query).body.decode("utf-8", "replace"))
        _clean("/metrics", asks.ask("GET", "/metrics").body.decode())
    text = asks.get("configuration/running")["text"]
    assert "url %s?*" % web.url("/other") in text and "http %s?*" % web.url("/find") in text
    answer = asks.ask("PUT", "/api/v1/configuration/candidate", {"text": text.replace("timeout 10000", "timeout 9000")}, _version(asks))
    assert answer.status == 200 and re.findall(r"(?m)^[+-].*", answer.json["diff"]) == ["- timeout 10000", "+ timeout 9000"], answer
    _clean("the log", gateway.log())
    phone.close()
    web.close()
