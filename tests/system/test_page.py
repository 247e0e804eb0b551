"""The web page in a real browser, with calls going on."""
import os
import subprocess

import pytest

from common import ports
from common.browser import Browser
from common.cli import Cli
from common.gateway import ROOT, wait_for
from common.http import Http, section
from common.sip import sdp


@pytest.fixture(name="served")
def gateway_with_http(own):
    def make(*lines):
        port = ports.any_port("tcp")
        return own(extra=section(port, *lines)), port
    return make


@pytest.fixture(name="browser")
def a_browser(tmp_path):
    with Browser(tmp_path) as browser:
        browser.size(1280, 900)
        yield browser


PICTURES = os.environ.get("PICTURES", os.path.join(ROOT, "build", "page"))  # to be looked at


def picture(browser, name):
    os.makedirs(PICTURES, exist_ok=True)
    browser.picture(os.path.join(PICTURES, name + ".png"))


def open_page(browser, port):
    browser.do("Page.navigate", url="http://127.0.0.1:%d/" % port)
    browser.wait("document.readyState == 'complete' && document.getElementById('state').textContent != 'connecting'")


def cell(name):
    return "[...document.querySelectorAll('#grid button')].find(b => b.title.startsWith('%s,'))" % name


def test_everybody_sees_calls_come_and_go(served, browser):
    gateway, port = served("anonymous operator")
    open_page(browser, port)
    browser.wait("document.getElementById('state').className == 'live'")
    browser.wait("document.querySelectorAll('#grid button').length == %d" % len(gateway.channels()))
    browser.wait("[...document.querySelectorAll('#alarm-list li')].every(l => /Nothing is wrong|media-late/.test(l.textContent))")  # busy machine
    for number in ("600", "601", "613"):
        gateway.originate("trunk pstn %s caller 123456" % number)
    browser.wait("document.querySelectorAll('#call-rows tr').length == 6")
    browser.wait(cell("e1-1/1") + ".className == 'cell active'")
    assert "call" in browser.run(cell("e1-1/1") + ".title")
    gateway.cli.run("lock channel e1-1/9 no-graceful")
    gateway.cli.run("test span e1-5 cut")
    browser.wait(cell("e1-1/9") + ".className == 'cell locked'")
    browser.wait("document.querySelectorAll('#alarm-list li').length >= 2 && /What to do/.test(document.querySelector('#alarm-list').textContent)")
    browser.wait("document.querySelector('#trunk-rows polyline').getAttribute('points').split(' ').length >= 3")
    picture(browser, "desktop")
    browser.size(390, 844, mobile=True)
    assert browser.run("document.documentElement.scrollWidth") <= 390
    picture(browser, "phone")
    browser.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.size(1280, 900)
    picture(browser, "dark")
    gateway.clear_all()
    browser.wait("document.querySelectorAll('#call-rows tr').length == 0")
    assert not browser.complaints()


def test_a_call_is_a_ladder(served, browser):
    """Both protocols on one time line, in plain words, as text and as a pcap; found among the last ones by any word."""
    gateway, port = served("anonymous viewer")
    with gateway.phone() as phone:
        for number, status in (("600", 200), ("603", 486)):
            call = phone.call(number, sdp(ports.any_port("udp")))
            if status == 200:
                call.answered()
                call.bye()
            else:
                call.refused()
        gateway.wait_idle()
        open_page(browser, port)
        browser.wait("document.querySelectorAll('#recent-rows tr').length == 4")
        browser.run("document.querySelector('#find').value = 'peer phones'; document.querySelector('#find').dispatchEvent(new Event('input'))")
        browser.run("document.querySelector('#find').value = 'user busy'; document.querySelector('#find').dispatchEvent(new Event('input'))")
        browser.wait("document.querySelectorAll('#recent-rows tr').length == 2")
        browser.run("document.querySelector('#find').value = 'peer phones'; document.querySelector('#find').dispatchEvent(new Event('input'))")
        browser.wait("document.querySelectorAll('#recent-rows tr').length == 2")
        browser.run("[...document.querySelectorAll('#recent-rows tr')].find(r => /603/.test(r.textContent)).querySelector('button').click()")
        browser.wait("document.querySelector('#call').open")
        arrows = browser.run("[...document.querySelectorAll('#ladder g:not(.note)')].map(g => g.className.baseVal + ' ' + g.querySelector('title').textContent).join('|')")
        for wanted in ("sip INVITE sip:603@", "isdn SETUP from 100 to 603", "isdn DISCONNECT cause 17", "sip 486 Busy Here", "sip ACK"):
            assert wanted in arrows, arrows
        assert browser.run("[...document.querySelectorAll('#ladder .party')].map(t => t.textContent).join()") == "peer phones,gateway,trunk pstn"
        assert "INVITE" in browser.run("document.querySelector('#call-lines').textContent")
        assert "busy" in browser.run("document.querySelector('#call-why').textContent").lower()
        assert browser.run("fetch(document.querySelector('#call-pcap').href).then(a => a.arrayBuffer()).then(b => new Uint8Array(b)[0])") == 0x0a
        picture(browser, "ladder")
        browser.size(390, 844, mobile=True)
        picture(browser, "ladder-phone")
        assert not browser.complaints()


def test_buttons_act(served, browser):
    gateway, port = served("anonymous operator")
    open_page(browser, port)
    browser.wait("!!" + cell("e1-1/5"))
    browser.run("window.confirm = () => true")
    browser.run(cell("e1-1/5") + ".click()")
    browser.run("document.querySelector('#channel-acts button:last-child').click()")
    wait_for("it locked", lambda: [c["name"] for c in gateway.channels() if c["administrative"] == "locked"] == ["e1-1/5"])
    browser.wait("document.querySelector('#channel-acts button').textContent == 'Unlock'")
    picture(browser, "channel")
    browser.run("document.querySelector('#channel-acts button').click()")
    wait_for("it unlocked", lambda: all(c["administrative"] == "unlocked" for c in gateway.channels()))
    browser.run("document.querySelector('#channel').close()")
    gateway.originate("trunk pstn 600")
    browser.wait("document.querySelectorAll('#call-rows button').length > 1")
    browser.run("document.querySelector('#call-rows button:last-child').click()")
    gateway.wait_idle()
    gateway.cli.run("test span e1-1 cut")
    browser.wait("!!document.querySelector('#alarm-list button')")
    browser.run("document.querySelector('#alarm-list button').click()")
    wait_for("it acknowledged", lambda: any(a["acknowledged"] for a in gateway.cli.json("alarms")))
    assert not browser.complaints()


def _listen(gateway, port):
    with Cli(gateway.ports.cli) as cli:
        for line in ("configure terminal", "http", "listen 127.0.0.1 %d" % port, "commit", "end"):
            assert "%" not in cli.run(line), line


def test_it_goes_on_once_the_gateway_listens_there_again(served, browser):
    gateway, port = served("anonymous viewer")
    open_page(browser, port)
    browser.wait("document.getElementById('state').className == 'live'")
    _listen(gateway, ports.any_port("tcp"))
    browser.wait("!document.getElementById('help').hidden", timeout=60)
    assert "listens elsewhere" in browser.run("document.getElementById('help').textContent")
    _listen(gateway, port)
    browser.wait("document.getElementById('state').className == 'live' && document.getElementById('help').hidden", timeout=60)


_GROUP = """\
trunk-group both
 member pstn
 member narrow
"""


def test_trunk_groups_have_a_table(own, browser):
    port = ports.any_port("tcp")
    gateway = own(extra=_GROUP + section(port, "anonymous viewer"))
    open_page(browser, port)
    row = "[...document.querySelectorAll('#group-rows tr > *')].map(c => c.textContent)"
    browser.wait("document.querySelectorAll('#group-rows tr').length == 1", timeout=60)
    cells = browser.run(row)
    assert cells[:3] == ["both", "ascending", "free"] and "pstn 0/30, narrow 0/1" in cells[3], cells
    assert cells[5] == "0" and cells[8:] == ["0", "0", "0"], cells
    gateway.originate("trunk-group both 600 hold 600")
    browser.wait(row + "[5] == '1' && " + row + "[8] == '1'", timeout=60)
    assert not browser.run("performance.getEntriesByType('resource').filter(e => e.name.endsWith('/trunk-groups')).length"), "told, not asked for"
    assert browser.run("document.querySelector('[aria-labelledby=groups-title]').tabIndex") == 0
    assert "Trunk groups" in browser.names("heading")
    browser.run("document.getElementById('groups').scrollIntoView()")
    picture(browser, "groups")
    browser.size(390, 844, mobile=True)
    assert browser.run("document.documentElement.scrollWidth") <= 390
    browser.run("document.getElementById('groups').scrollIntoView()")
    picture(browser, "groups-phone")
    gateway.clear_all()
    assert not browser.complaints()


def test_who_may_only_look_has_no_buttons(served, browser):
    gateway, port = served("anonymous viewer")
    open_page(browser, port)
    gateway.originate("trunk pstn 600")
    browser.wait("document.querySelectorAll('#call-rows tr').length")
    assert browser.run("[...document.querySelectorAll('#call-rows button, #trunk-rows button')].every(b => ['Ladder', 'Trends'].includes(b.textContent))")
    gateway.clear_all()


def test_a_user_signs_in_with_the_keyboard(served, browser):
    password = subprocess.run(["openssl", "passwd", "-6", "s3cret"], check=True, capture_output=True, text=True).stdout.strip()
    _, port = served("user anna password %s role operator" % password)
    open_page(browser, port)
    browser.wait("document.activeElement.name == 'user'")
    picture(browser, "sign-in")
    for text, key, code in (("anna", "Tab", 9), ("wrong", "Enter", 13)):
        browser.do("Input.insertText", text=text)
        browser.press(key, code, "\r" if key == "Enter" else "")
    browser.wait("document.getElementById('sign-in-error').textContent == 'user or password is wrong'")
    browser.run("document.querySelector('[name=password]').select()")
    browser.do("Input.insertText", text="s3cret")
    browser.press("Enter", 13, "\r")
    browser.wait("!document.getElementById('main').hidden && document.getElementById('state').className == 'live'")
    assert browser.run("document.getElementById('who').textContent") == "anna, operator"
    assert browser.run("document.cookie") == ""  # no script sees it
    browser.run("document.getElementById('sign-out').click()")
    browser.wait("!document.getElementById('sign-in').hidden && document.getElementById('main').hidden")


def test_the_keyboard_and_a_screen_reader_find_their_way(served, browser):
    gateway, port = served("anonymous operator")
    open_page(browser, port)
    browser.wait("document.querySelectorAll('#grid button').length")
    assert browser.run("document.querySelectorAll('#grid button[tabindex=\"0\"]').length") == 6  # one a span
    browser.run("document.querySelector('#grid button').focus()")
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        browser.press(key)
    assert browser.run("document.activeElement.title").startswith("e1-1/2,")
    browser.press("End")
    assert browser.run("document.activeElement.title").startswith("e1-1/31,")
    gateway.originate("trunk pstn 600")  # what changes does not take the keyboard away
    browser.wait(cell("e1-1/1") + ".className == 'cell active'")
    assert browser.run("document.activeElement.title").startswith("e1-1/31,")
    browser.press("Enter", 13, "\r")
    browser.wait("document.getElementById('channel').open")
    browser.press("Escape", 27)
    browser.wait("!document.getElementById('channel').open")
    assert browser.run("document.activeElement.title").startswith("e1-1/31,")
    buttons = browser.names("button")
    assert all(buttons) and any(b.startswith("e1-1/1, trunk pstn: active, call") for b in buttons), buttons[:5]
    assert {"Alarms", "Channels", "Calls", "Trunks", "Peers"} <= set(browser.names("heading"))
    gateway.clear_all()


def test_it_says_when_the_gateway_is_gone(served, browser):
    gateway, port = served("anonymous viewer")
    open_page(browser, port)
    browser.wait("document.getElementById('state').className == 'live'")
    gateway.end()
    browser.wait("document.getElementById('state').className == 'lost'")
    browser.wait("!document.getElementById('help').hidden", timeout=60)
    picture(browser, "gone")
    gateway.up()
    browser.wait("document.getElementById('state').className == 'live'", timeout=60)
    assert browser.run("document.getElementById('help').hidden")
    assert Http(port, role=None).ask("GET", "/").headers["Content-Type"].startswith("text/html")
