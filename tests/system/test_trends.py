"""What trunks and peers carried over time, plotted in the page."""
import pytest

from common import ports
from common.browser import Browser
from common.http import section
from test_page import open_page, picture

PATHS = "[...document.querySelectorAll('#trend-plots figure')].map(f => [...f.querySelectorAll('path')].map(p => p.getAttribute('d') || ''))"


@pytest.fixture(name="browser")
def a_browser(tmp_path):
    with Browser(tmp_path) as browser:
        browser.size(1280, 900)
        yield browser


def press(browser, label):
    browser.run("document.querySelector('button[aria-label=\"%s\"]').click()" % label)


def test_a_trunk_opens_to_plots(own, browser):
    port = ports.any_port("tcp")
    gateway = own(extra=section(port, "anonymous viewer"))
    for number in ("600 hold 3", "603", "604", "600"):
        gateway.originate("trunk pstn " + number)
    open_page(browser, port)
    browser.wait("document.querySelectorAll('#trunk-rows tr').length > 1")
    press(browser, "What trunk pstn carried")
    browser.wait("document.querySelector('#trend').open && document.querySelectorAll('#trend rect').length >= 6")
    assert browser.run("document.querySelector('#trend-title').textContent") == "Trunk pstn"
    browser.run("document.querySelector('#trend-by [value=minutes]').click()")
    browser.wait("/minutes/.test(document.querySelector('#trend-note').textContent)")
    drawn = browser.run(PATHS)
    assert [len(paths) for paths in drawn] == [2, 3, 2, 1, 1, 2]
    for at in (0, 1, 2, 5):  # in use, offered, shares, seconds
        assert all(path.startswith("M") and "H" in path for path in drawn[at]), drawn
    images = browser.names("image")
    assert any("Offered in calls. in: last" in name for name in images), images
    units = browser.run("[...document.querySelectorAll('#trend figcaption strong')].map(s => s.textContent).join('|')")
    assert units.startswith("In use, channels|Offered, calls|Success, %|"), units
    assert browser.run("document.querySelectorAll('#trend .along').length") >= 6  # times
    browser.run("document.querySelector('#trend details').open = true")
    cells = browser.run("[...document.querySelectorAll('#trend-rows tr')].map(r => [...r.children].slice(1).map(c => Number(c.textContent) || 0))")
    assert sum(row[1] for row in cells) == 4 and browser.run("document.querySelectorAll('#trend-head th').length") == len(cells[0]) + 1, cells
    picture(browser, "trends")
    browser.size(390, 844, mobile=True)
    browser.wait("[...document.querySelectorAll('#trend svg')].every(s => s.getBoundingClientRect().right <= 390)")
    assert browser.run("document.querySelector('#trend svg').viewBox.baseVal.width") < 390
    picture(browser, "trends-phone")
    browser.size(1280, 900)
    browser.run("document.querySelector('#trend [method=dialog] button').click()")
    press(browser, "What peer phones carried")
    browser.wait("document.querySelector('#trend-title').textContent == 'Peer phones' && document.querySelectorAll('#trend-rows tr').length > 0")
    gateway.clear_all()
    assert not browser.complaints()


DAY = """
(() => {
	const now = Date.now();
	const rows = [...Array(96)].map((_, i) => {
		const busy = Math.max(0, Math.sin((i - 20) / 25)) * 24;
		return {from: new Date(now - now % 900e3 - i * 900e3).toISOString(), seconds: 900, offered_in: Math.round(busy * 4),
			offered_out: Math.round(busy * 3), overflow: busy > 22 ? 3 : 0, ended: 5, answered: 3, asr_percent: busy ? 60 + busy % 7 : null,
			ner_percent: busy ? 97 : null, acd_s: busy ? 170 + 9 * (i % 5) : null, pdd_s: busy ? 2.5 : null, erlangs: Math.round(busy * 10) / 10,
			peak: Math.min(30, Math.ceil(busy * 1.2)), full_s: busy > 22 ? 40 : 0, down_s: 0, lost_percent: null, causes: {}};
	});
	rows.splice(80, 4); // the gateway was away
	const real = window.fetch;
	window.fetch = (path, how) => /history/.test(path) ? Promise.resolve(new Response(JSON.stringify(rows))) : real(path, how);
})()
"""


def test_a_gap_is_a_gap(own, browser):
    """A day with a busy evening, an hour without the gateway, and hours without calls, in which nothing has an ASR."""
    port = ports.any_port("tcp")
    own(extra=section(port, "anonymous viewer"))
    open_page(browser, port)
    browser.wait("document.querySelectorAll('#trunk-rows tr').length > 1")
    browser.run(DAY)
    press(browser, "What trunk pstn carried")
    browser.wait("document.querySelectorAll('#trend rect').length >= 6 * 92")
    drawn = browser.run(PATHS)
    assert [path.count("M") for path in drawn[0]] == [2, 2] and drawn[0][0].count("H") == 92, drawn[0]
    asr = browser.run("[...document.querySelectorAll('#trend-rows tr')].filter(r => r.children[6].textContent != '–').length")
    assert 10 < asr < 82 and drawn[2][0].count("H") == asr, (asr, drawn[2])
    labels = browser.run("[...document.querySelector('#trend svg').querySelectorAll('.along')].map(t => t.textContent)")
    assert 3 <= len(labels) == len(set(labels)), labels
    picture(browser, "trends-day")
    assert not browser.complaints()
