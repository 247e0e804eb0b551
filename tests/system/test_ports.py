"""The ports that the tests themselves ask for: which of those claimed, and when."""
from types import SimpleNamespace

import pytest
from common import ports

FIRST = 10240


@pytest.fixture
def taken(monkeypatch):
    """Ports that are not free, of a claim that nobody holds; sleeping frees them."""
    held = set()
    monkeypatch.setattr(ports, "_small", [SimpleNamespace(first=FIRST)])
    monkeypatch.setattr(ports.block, "next", 0)
    monkeypatch.setattr(ports, "is_free", lambda port, *_: port not in held)
    monkeypatch.setattr(ports, "time", SimpleNamespace(monotonic=lambda: 0, sleep=lambda _: held.clear()))
    return held


@pytest.mark.parametrize("n", [1, 2, 7, 60, 512])
@pytest.mark.parametrize("after", [0, 454, 508, 510, 512])
@pytest.mark.usefixtures("taken")
def test_block_stays_within_what_is_claimed(monkeypatch, n, after):
    monkeypatch.setattr(ports.block, "next", after)
    for _ in range(3):
        first = ports.block(n)
        assert FIRST <= first and first + n <= FIRST + 512 and first % 2 == 0, first


@pytest.mark.usefixtures("taken")
def test_more_than_is_claimed_is_no_block():
    with pytest.raises(AssertionError):
        ports.block(513)


def test_block_passes_over_what_is_taken(taken):
    taken.add(FIRST + 1)
    assert ports.block(2) == FIRST + 2
    assert taken


def test_block_waits_until_ports_are_free(taken):
    taken.add(FIRST + 100)
    assert ports.block(512) == FIRST


def test_block_gives_up_in_the_end(taken, monkeypatch):
    monkeypatch.setattr(ports, "_PATIENCE_S", -1)
    taken.add(FIRST + 100)
    with pytest.raises(RuntimeError):
        ports.block(512)
