"""`make qualify`, with the two ends of a cable in place of a card with a plug."""
import glob
import json
import os
import subprocess

import pytest

import kernel
from conftest import SHARE

FOLDER = os.path.join(SHARE, "qualify")


def _qualify(*words):
    return subprocess.run(["tests/system/dahdi/qualify", *words], capture_output=True, text=True, timeout=120, check=False,
                          env=dict(os.environ, REPORT_FOLDER=FOLDER))


@pytest.fixture(params=[31, 24])
def cable(request):
    kernel.create("1:0", request.param)
    kernel.create("1:1", request.param)
    yield request.param
    kernel.destroy_all()


def test_good_line_is_reported(cable):
    said = _qualify("1-2")
    assert said.returncode == 0, said
    with open(sorted(glob.glob(FOLDER + "/report-*.txt"))[-1], encoding="utf-8") as f:
        report = f.read()
    assert "result: all is well" in report and "DYN/loc/1:0" in report, report
    got = json.loads(next(line for line in report.splitlines() if line.strip().startswith("{")))
    assert got["frames_back"] == got["frames"] == 50 and got["channels"] == cable, got
    assert got["octets"] > cable * 9 * 8000 and got["bit_errors"] == got["slips"] == got["silent"] == 0, got


def test_line_without_a_plug_fails(cable):
    """Each span alone: nothing comes back."""
    said = _qualify("1")
    assert said.returncode == 1 and "FAILED" in said.stdout, said
    assert "%d of %d channels heard nothing" % (cable, cable) in said.stdout, said


def test_no_card_is_said():
    said = _qualify()
    assert said.returncode == 1 and "no card" in said.stderr, said
