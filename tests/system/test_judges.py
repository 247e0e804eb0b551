"""The judges judged: what hears the echo, and what reads the code's shape, must be able to fail."""
import os
import random
import subprocess

import pytest
from common import sound
from common.gateway import ROOT


def _speech(tmp_path, text):
    path = str(tmp_path / "said.wav")
    sound.speak(text, path, tail=1.0)
    return sound.read_wav(path)


def test_echo_is_told_from_silence_noise_and_other_speech(tmp_path):
    said = _speech(tmp_path, "One two three, this is a test of a telephone line.")
    other = _speech(tmp_path, "Nobody ever said anything else in this place, seven, eight.")
    noise = random.Random(3)
    lag, alike = sound.echo(said, [0] * 800 + [x // 2 for x in said])
    assert alike > 0.9 and abs(lag - 0.1) < 0.005
    for heard in ([0] * len(said), [noise.randrange(-8000, 8000) for _ in said], other):
        assert sound.echo(said, heard)[1] < 0.6


def _lint(tmp_path, script, path, text):
    """The script's exit code and words on a tree with one good file and this one."""
    files = {"gateway/base/good.h": "#pragma once\n", path: text,
             "gateway/base/good.c": '#include "base/good.h"\n\nint good(void)\n{\n\treturn 0;\n}\n'}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    done = subprocess.run(["/usr/bin/python3", os.path.join(ROOT, "tests", "lint", script)], cwd=tmp_path,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize("path", ["gateway/call/x.c", "drivers/x.c", "gateway/base/x.c"])
def test_includes_down_are_good(tmp_path, path):
    assert _lint(tmp_path, "includes.py", path, '#include "base/good.h"\n') == (0, "\n")


def test_include_of_no_file_fails(tmp_path):
    code, said = _lint(tmp_path, "includes.py", "gateway/base/x.c", '#include "base/none.h"\n')
    assert code == 1
    assert "no file of ours" in said


@pytest.mark.parametrize("path, includes", [("gateway/base/up.c", "call/y.h"), ("codecs/sideways.c", "drivers/y.h"),
                                            ("gateway/sip/sideways.c", "pstn/y.h"), ("gateway/sip/text/up.c", "sip/peer/y.h"),
                                            ("gateway/pstn/isdn/other.c", "pstn/cas/y.h")])
def test_includes_up_or_sideways_fail(tmp_path, path, includes):
    target = includes if includes.startswith("drivers") else "gateway/" + includes
    (tmp_path / target).parent.mkdir(parents=True)
    (tmp_path / target).write_text("#pragma once\n")
    code, said = _lint(tmp_path, "includes.py", path, '#include "%s"\n' % includes)
    assert code == 1
    assert "%s: may not include %s" % (path, target) in said


def test_include_cycle_fails(tmp_path):
    (tmp_path / "gateway/base").mkdir(parents=True)
    (tmp_path / "gateway/base/a.h").write_text('#include "base/b.h"\n')
    code, said = _lint(tmp_path, "includes.py", "gateway/base/b.h", '#include "base/a.h"\n')
    assert code == 1
    assert "include cycle" in said


@pytest.mark.parametrize("path, text, word", [
    ("gateway/base/x.c", "int x;\n" * 1000, ""), ("gateway/base/x.c", "int x;\n" * 1001, "1001 lines"),
    ("gateway/base/x.h", "int x;\n" * 200, ""), ("gateway/base/x.h", "int x;\n" * 201, "201 lines"),
    ("gateway/base/x.c", "int g(void)\n{\n" + "\n" * 57 + "}\n", ""),
    ("gateway/base/x.c", "int g(void)\n{\n" + "\n" * 58 + "}\n", "g has 61 lines")])
def test_sizes(tmp_path, path, text, word):
    code, said = _lint(tmp_path, "sizes.py", path, text)
    assert code == bool(word), said
    assert word in said
