"""The manual pages that the program prints: whole, and good enough for both renderers of Debian."""
import os
import re
import shutil
import subprocess

import pytest

from common.gateway import ROOT, binary

ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "200", "SOURCE_DATE_EPOCH": "1700000000"}


def run(*command, code=0, **how):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300, check=False,
                          env=ENVIRONMENT, **how)
    assert done.returncode == code, (command, done.stdout[-500:], done.stderr[-500:])
    return done


@pytest.fixture(name="page", params=["5", "8"])
def printed_page(request, tmp_path):
    path = tmp_path / ("page." + request.param)
    path.write_text(run(binary(), "--manual", request.param).stdout)
    return path


@pytest.mark.skipif(not shutil.which("mandoc"), reason="no mandoc")
def test_mandoc_has_nothing_to_say(page):
    assert run("mandoc", "-T", "lint", "-W", "style", str(page)).stdout == ""


@pytest.mark.skipif(not shutil.which("man"), reason="no man")
def test_man_renders_without_a_warning(page):
    done = run("man", "--warnings", "-l", str(page))
    assert done.stderr == ""
    assert "SEE ALSO" in done.stdout and "2023-11-14" in done.stdout
    assert not re.search(r"\\f|\\\(|\.RS|\.PP", done.stdout)


@pytest.mark.skipif(not shutil.which("man"), reason="no man")
def test_every_option_of_a_whole_configuration_is_explained(tmp_path):
    """The file has every option there is; its sections and their options by their first words."""
    path = tmp_path / "page.5"
    path.write_text(run(binary(), "--manual", "5").stdout)
    sections = re.split(r"(?m)^(?=[A-Z])", run("man", "-l", str(path)).stdout)
    known, seen = {s.split("\n")[0]: s for s in sections}, 0
    with open(os.path.join(ROOT, "tests", "data", "fuzz", "config", "everything"), encoding="utf-8") as f:
        for line in filter(str.strip, f):
            word = line.split()[0]
            if word[0] in "!#":
                continue
            if line[0] != " ":
                section = known[word.upper()]
            assert re.search(r"(?m)^ +%s( |$)" % re.escape(word), section), line
            seen += 1
    assert seen > 100


def test_a_page_that_is_none(tmp_path):
    done = run(binary(), "--manual", "1", code=1, cwd=tmp_path)
    assert "--manual 1: there is no such page; 5 or 8" in done.stderr and not done.stdout


def test_install_puts_all_below_its_places(tmp_path):
    if "CROSSPOINT" in os.environ:
        pytest.skip("installs the plain build")
    run("make", "-C", ROOT, "install", "DESTDIR=%s" % tmp_path, "PREFIX=/opt/x")
    assert run(str(tmp_path / "opt/x/sbin/crosspoint"), "--version").stdout.startswith("crosspoint ")
    for name in ("man/man8/crosspoint.8", "man/man5/crosspoint.cfg.5", "doc/crosspoint/crosspoint.cfg"):
        assert (tmp_path / "opt/x/share" / name).stat().st_size > 1000
    run(str(tmp_path / "opt/x/sbin/crosspoint"), "--check", str(tmp_path / "opt/x/share/doc/crosspoint/crosspoint.cfg"))
    unit = (tmp_path / "opt/x/lib/systemd/system/crosspoint.service").read_text()
    assert "ExecStart=/opt/x/sbin/crosspoint " in unit and "/usr/sbin" not in unit
    assert (tmp_path / "etc/crosspoint").is_dir() and not os.listdir(tmp_path / "etc/crosspoint")
