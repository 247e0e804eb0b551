"""The configuration and the route tester on the page, in a real browser."""
from common.gateway import wait_for
from test_page import a_browser, gateway_with_http, open_page, picture  # noqa: F401 (fixtures)


def text(browser):
    return browser.run("document.getElementById('config-text').value")


def edit(browser, before, after):
    """Replaces text as somebody types it."""
    assert before in text(browser)
    browser.run("(() => { const t = document.getElementById('config-text'); const at = t.value.indexOf(%r);"
                "t.focus(); t.setSelectionRange(at, at + %d); })()" % (before, len(before)))
    browser.do("Input.insertText", text=after)


def press(browser, name):
    browser.run("document.getElementById('config-%s').click()" % name)


def said(browser, words, timeout=60):
    browser.wait("document.getElementById('config-said').textContent.includes(%r)" % words, timeout)


def open_configuration(browser, port):
    open_page(browser, port)
    browser.run("document.querySelector('#config-open summary').click()")
    browser.wait("document.getElementById('config-text').value.includes('trunk pstn')")


def unexpected(browser):
    """Complaints of the browser, but those of answers that tell faults."""
    return [c for c in browser.complaints() if "status of 422" not in str(c)]


def line_number(browser, line):
    return text(browser).split("\n").index(line) + 1


def test_edit_error_diff_commit(served, browser):
    gateway, port = served("anonymous admin")
    open_configuration(browser, port)
    assert "sha256 *" in text(browser) and not browser.run("document.getElementById('config-text').readOnly")
    assert browser.run("document.getElementById('config-lines').textContent.split('\\n').length") == text(browser).count("\n") + 1
    edit(browser, "trunk pstn\n", "trunk pstn\n colour red\n")
    press(browser, "commit")
    browser.wait("document.querySelectorAll('#config-faults button').length == 1")
    line = line_number(browser, " colour red")
    assert browser.run("document.querySelector('#config-faults').textContent").startswith("Line %d: " % line)
    assert "✗ %d" % line in browser.run("document.getElementById('config-lines').textContent")
    picture(browser, "configuration-fault")
    browser.run("document.querySelector('#config-faults button').click()")
    assert browser.run("document.activeElement.id") == "config-text"
    assert browser.run("(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.activeElement)") == " colour red"
    edit(browser, " colour red\n", "")
    edit(browser, "line echo\n", "line web\n quiet\nline echo\n")
    press(browser, "check")
    said(browser, "what would change")
    assert [browser.run("document.querySelector('#config-diff %s')?.textContent" % tag) for tag in ("ins", "del")] == ["+line web\n", None]
    browser.run("document.getElementById('config-comment').value = 'from the page'")
    picture(browser, "configuration-diff")
    press(browser, "commit")
    said(browser, "Committed.")
    assert "line web" in gateway.cli.run("show running-config")
    change = gateway.cli.json("changes")[-1]
    assert change["who"] == "http anonymous" and change["detail"].startswith("comment: from the page\n"), change
    press(browser, "write")
    said(browser, "Written")
    browser.run("document.getElementById('config-back').value = 1")
    press(browser, "roll-back")
    said(browser, "Loaded")
    assert "-line web" in browser.run("document.getElementById('config-diff').textContent")
    press(browser, "start-over")
    said(browser, "This is what runs")
    assert "line web" in text(browser)
    assert not unexpected(browser)


def test_what_nobody_confirms_goes_back_by_itself(served, browser):
    gateway, port = served("anonymous admin")
    open_configuration(browser, port)
    edit(browser, "line echo\n", "line web\n quiet\nline echo\n")
    browser.run("document.getElementById('config-minutes').value = 1")
    press(browser, "commit-confirmed")
    said(browser, "to be confirmed")
    assert "line web" in gateway.cli.run("show running-config")
    browser.wait("/^[01]:[0-5][0-9]$/.test(document.getElementById('config-left').textContent)")
    picture(browser, "configuration-unconfirmed")
    said(browser, "It went back", 180)
    assert "line web" not in gateway.cli.run("show running-config")
    browser.wait("!document.getElementById('config-text').value.includes('line web')")
    assert browser.run("document.getElementById('config-unconfirmed').hidden")
    for answer, words, there in (("yes", "Confirmed.", True), ("no", "It went back", False)):
        edit(browser, "line echo\n", "line %s\n quiet\nline echo\n" % answer)
        press(browser, "commit-confirmed")
        said(browser, "to be confirmed")
        press(browser, answer)
        said(browser, words)
        assert ("line %s\n" % answer in gateway.cli.run("show running-config").replace("\r", "")) == there
    assert not unexpected(browser)


def test_what_others_do_is_seen(served, browser):
    gateway, port = served("anonymous admin")
    open_configuration(browser, port)
    edit(browser, "line echo\n", "line web\n quiet\nline echo\n")
    for line in ("configure terminal", "line cli", "quiet", "commit"):
        gateway.cli.run(line)
    browser.wait("!document.getElementById('config-others').hidden")
    press(browser, "commit")
    browser.wait("document.getElementById('config-error').textContent.includes('somebody has changed')")
    assert "line web" not in gateway.cli.run("show running-config")
    press(browser, "load")
    browser.wait("document.getElementById('config-text').value.includes('line cli')")
    browser.wait("document.getElementById('config-others').hidden")


def test_who_may_not_change_reads(served, browser):
    _, port = served("anonymous operator")
    open_configuration(browser, port)
    assert browser.run("document.getElementById('config-text').readOnly && document.getElementById('config-acts').hidden")


def test_routes_are_tested(served, browser):
    gateway, port = served("anonymous viewer")
    open_page(browser, port)
    browser.wait("document.querySelectorAll('#route-form option').length > 2")
    browser.run("document.querySelector('#route-form [name=number]').focus()")
    browser.do("Input.insertText", text="600")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.name") == "origin"
    browser.run("document.activeElement.value = 'peer phones'")
    browser.press("Tab", 9)
    browser.do("Input.insertText", text="123")
    browser.press("Enter", 13, "\r")
    browser.wait("document.getElementById('route-end').textContent")
    steps = browser.run("[...document.querySelectorAll('#route-steps li')].map(l => l.textContent)")
    assert steps and all(step in gateway.cli.run("route test 600 from peer phones calling 123") for step in steps)
    assert browser.run("document.getElementById('route-end').textContent").startswith("The call would go to trunk pstn on channel e1-1/")
    picture(browser, "route-tester")
    browser.run("document.querySelector('#route-form [name=number]').value = '1111'")
    browser.run("document.querySelector('#route-form button').click()")
    browser.wait("document.getElementById('route-end').className == 'refused'")
    browser.size(390, 844, mobile=True)
    assert browser.run("document.documentElement.scrollWidth") <= 390
    assert not browser.complaints()


def test_a_phone_and_a_keyboard_suffice(served, browser):
    gateway, port = served("anonymous admin")
    open_page(browser, port)
    browser.size(390, 844, mobile=True)
    browser.run("document.querySelector('#config-open summary').focus()")
    browser.press("Enter", 13, "\r")
    browser.wait("document.getElementById('config-text').value.includes('trunk pstn')")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.id") == "config-text"
    browser.run("document.activeElement.setSelectionRange(0, 0)")
    browser.do("Input.insertText", text="line web\n quiet\n")
    for expected in ("config-check", "config-comment", "config-commit"):
        browser.press("Tab", 9)
        assert browser.run("document.activeElement.id") == expected
    assert browser.run("document.documentElement.scrollWidth") <= 390
    picture(browser, "configuration-phone")
    browser.press("Enter", 13, "\r")
    said(browser, "Committed.")
    assert "line web" in gateway.cli.run("show running-config")
    assert all(browser.names("button")) and "Configuration" in browser.names("textbox")
    assert {"Route tester", "Configuration"} <= set(browser.names("heading"))
    wait_for("no complaint", lambda: not browser.complaints())
