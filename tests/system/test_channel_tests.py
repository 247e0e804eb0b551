"""Bit error tests and loopbacks of channels that are out of service."""
from common.gateway import wait_for

BITS_PER_SECOND = 64000


def state_of(system):
    """The channels under test, by name."""
    return {t["channel"]: t for t in system.cli.json("tests")}


def lock(system, *channels):
    for channel in channels:
        said = system.cli.run("lock channel %s no-graceful" % channel)
        assert "is locked" in said, said


def unlock(system, *channels):
    for channel in channels:
        system.cli.run("unlock channel " + channel)


def joined(system, sequence=""):
    """A tester at our end of the line, a loop at the exchange's."""
    lock(system, "e1-1/5", "e1-2/5")
    assert "%" not in system.cli.run("test channel e1-2/5 loopback")
    assert "%" not in system.cli.run("test channel e1-1/5 bert " + sequence)


def test_a_looped_channel_has_no_bit_errors(own):
    for sequence, name in (("prbs9 2", "bert prbs9"), ("2", "bert prbs11"), ("prbs15 2", "bert prbs15")):
        system = own()
        joined(system, sequence)
        done = wait_for("the end of the test", lambda s=system: state_of(s)["e1-1/5"]["state"] == "done" and state_of(s)["e1-1/5"])
        assert done["test"] == name and done["locked"] and 2 <= done["seconds"] < 60
        assert done["errors"] == 0 and done["losses"] == 0 and done["rate"] == "0.0e+00"
        assert 0.5 * BITS_PER_SECOND < done["bits"] < (done["seconds"] + 1.5) * BITS_PER_SECOND  # a busy machine loses ticks
        assert state_of(system)["e1-2/5"] == {**state_of(system)["e1-2/5"], "test": "loopback", "state": "running"}
        unlock(system, "e1-1/5", "e1-2/5")
        assert state_of(system)["e1-2/5"]["state"] == "ended by unlock"
        system.wait_idle()


def test_a_cut_loses_the_sequence(own):
    system = own()
    joined(system)
    wait_for("the sequence", lambda: state_of(system)["e1-1/5"]["bits"] > BITS_PER_SECOND)
    system.cli.run("test span e1-1 cut")
    lost = wait_for("its loss", lambda: not state_of(system)["e1-1/5"]["locked"] and state_of(system)["e1-1/5"])
    assert lost["losses"] == 1 and lost["state"] == "running"
    system.cli.run("test span e1-1 restore")
    wait_for("the sequence again", lambda: state_of(system)["e1-1/5"]["locked"])
    assert state_of(system)["e1-1/5"]["losses"] == 1
    system.wait_trunks()
    for channel in ("e1-1/5", "e1-2/5"):
        assert "over" in system.cli.run("test channel %s off" % channel)
    assert not system.cli.json("tests")
    unlock(system, "e1-1/5", "e1-2/5")
    system.wait_idle()


def test_what_carries_calls_is_not_tested(own):
    system = own()
    for channel, why in (("e1-1/6", "is in service; lock it first"), ("e1-1/16", "is no channel for calls"),
                         ("e1-1/32", "there is no channel"), ("e9/1", "there is no channel"), ("e1-1", "there is no channel")):
        for what in ("bert", "loopback"):
            assert why in system.cli.run("test channel %s %s" % (channel, what))
    system.originate("trunk pstn 600")
    used = wait_for("the call", lambda: [c["name"] for c in system.channels("active") if c["name"].startswith("e1-1/")])[0]
    assert "shutting-down" in system.cli.run("lock channel %s graceful forever" % used)
    assert "still carries a call" in system.cli.run("test channel %s loopback" % used)
    system.clear_all()
    wait_for("the lock", lambda: "loopback;" in system.cli.run("test channel %s loopback" % used))
    unlock(system, used)
    lock(system, "e1-1/6")
    assert "%" not in system.cli.run("test channel e1-1/6 bert prbs9")
    assert "is under test" in system.cli.run("test channel e1-1/6 bert")
    assert "is not under test" in system.cli.run("test channel e1-1/7 off")
    unlock(system, "e1-1/6")
    assert state_of(system)["e1-1/6"]["state"] == "ended by unlock"
    system.wait_idle()


def test_calls_go_on_beside_a_test_and_on_the_channel_after_it(own):
    system = own()
    lock(system, *("e1-1/%d" % i for i in range(1, 31) if i not in (16, 5)))
    lock(system, "e1-1/5")
    assert "%" not in system.cli.run("test channel e1-1/5 loopback")
    unlock(system, "e1-1/5")
    system.originate("trunk pstn 600")
    wait_for("the call", lambda: "e1-1/5" in (c["name"] for c in system.channels("active")))
    system.clear_all()
    unlock(system, *("e1-1/%d" % i for i in range(1, 31) if i not in (16, 5)))
