"""Levels and quality of calls that are up: the command line, the API, the page."""
import pytest

from common import ports
from common.browser import Browser
from common.gateway import wait_for
from common.http import Http, section
from common.rtp import Rtp
from common.sip import sdp
from test_page import open_page, picture


@pytest.fixture(name="browser")
def a_browser(tmp_path):
    with Browser(tmp_path) as browser:
        browser.size(1280, 900)
        yield browser


def test_levels_both_ways_and_quality(own, browser):
    """A telephone says -20 dBm0 and hears the milliwatt. Not all of what it says arrives."""
    port = ports.any_port("tcp")
    gateway = own(extra=section(port, "anonymous viewer"))
    with gateway.phone() as phone, Rtp() as party:
        call = phone.call("601", sdp(party.port))
        party.remote = call.answered().media()
        party.hum(700, -20)
        of_phone = wait_for("the call", lambda: [c["id"] for c in gateway.cli.json("calls") if "phones" in (c["from"] or "")])[0]

        def row():
            return Http(port).get("sound/%d" % of_phone)
        wait_for("levels", lambda: row()["from_level_dbm0"] is not None and row()["to_level_dbm0"] is not None
                 and abs(row()["from_level_dbm0"] + 20) <= 1 and -1 <= row()["to_level_dbm0"] <= 0, step=0.2)
        wait_for("a score", lambda: row()["from_mos"] is not None)
        assert 1 <= row()["from_mos"] <= 4.5 and row()["from_lost_percent"] is not None and row()["from_jitter_ms"] is not None
        assert row()["to_mos"] is None and row()["to_lost_percent"] is None  # a line has no packets
        assert "CALLER" in gateway.cli.run("show sound")
        open_page(browser, port)
        line = "[...document.querySelectorAll('#call-rows tr')].find(r => r.children[0].textContent == '%d')" % of_phone
        browser.wait("/^−(19|20|21) \\/ (−1|0)$/.test(%s?.children[7].textContent)" % line)
        browser.wait("/^MOS \\d\\.\\d, lost [0-9.]+ %%, jitter \\d+ ms$/.test(%s?.children[8].textContent)" % line)
        picture(browser, "sound")
        party.lose = 2
        wait_for("loss and a poor score", lambda: row()["from_mos"] < 3.6 and row()["from_lost_percent"] > 5, step=0.5)
        browser.wait("%s?.children[8].className == 'bad'" % line)
        call.bye()
        gateway.wait_idle()
    assert Http(port).get("sound") == []
    assert not browser.complaints()
