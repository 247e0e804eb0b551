"""Ten times the rated calls: the rated ones go on being carried, the others are refused at once, and soon after it all is
as before. Twelve seconds of it; LONG=1: a minute, as the goal says."""
import contextlib
import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor

import config
from common.flood import Flood
from common.sip import sdp
from common.sound import dbm0
from conftest import SANITIZED

RATED = 20 if SANITIZED else 40  # calls a second
SECONDS = 60 if os.environ.get("LONG") else 12


def _text(ports, limits="", **how):
    text = config.text(ports, **how).replace(" timer-b 4000\n", " timer-b 4000\n" + limits)
    return text + "route direct\n from peer phones\n called exact 900\n to line echo\n"


def _p99(values):
    return sorted(values)[int(len(values) * 0.99)] if values else 0


def test_ten_times_the_rated_load(own):
    gateway = own(text=_text, limits=" limit all calls-per-second %d\n" % RATED, media=600)
    flood = Flood(gateway.ports.sip, gateway.ports.phone, "900")
    try:
        calm = flood.run(RATED * 0.8, 3)
        assert calm.answered >= 0.9 * calm.offered, calm
        before = gateway.memory_kb()
        hard = flood.run(RATED * 10, SECONDS)
        used = gateway.memory_kb() - before
        p99 = _p99(hard.refusal_s)
        print("offered %d, answered %d (%.0f %% of the rated), refused %d, p99 of refusals %.0f ms, memory %d KB" % (
            hard.offered, hard.answered, 100 * hard.answered / (RATED * SECONDS), hard.refused, 1000 * p99, used))
        assert hard.answered >= 0.9 * RATED * SECONDS, hard.answered
        assert hard.answered + hard.refused >= 0.99 * hard.offered
        assert hard.silent == 0 and hard.retry_after == hard.refused
        assert p99 < (2 if SANITIZED else 0.5), p99
        assert used < (400000 if SANITIZED else 100000), used
        assert hard.cleared == hard.answered
        after = flood.run(RATED * 0.8, 10, seed=2)
        late = [at for at in after.answered_at if at < 10]
        assert after.answered >= 0.95 * after.offered, (after.answered, after.offered, len(late))
        gateway.wait_idle(20)
    finally:
        flood.close()


def test_as_much_as_the_machine_can(own):
    """No figure is configured: what waits to be read says that it is too much. Calls go on, and nobody is left waiting."""
    gateway = own(text=_text, limits=" limit backlog 20\n", media=2000)
    flood = Flood(gateway.ports.sip, gateway.ports.phone, "900", hold=0.05)
    try:
        hard = flood.run(600, 5, linger=20)
        print("offered %d, answered %d, refused %d, p99 of refusals %.0f ms" % (
            hard.offered, hard.answered, hard.refused, 1000 * _p99(hard.refusal_s)))
        assert hard.silent == 0 and hard.answered > 0
        afterwards = [flood.run(20, 3, seed=seed) for seed in (2, 3, 4)]  # a busy machine may stumble once
        assert any(a.answered >= 0.95 * a.offered for a in afterwards), afterwards
        gateway.wait_idle(30)
    finally:
        flood.close()


FRAME = 160


def _silent(party, seconds):
    """The share of the next seconds of sound in which a tone that is said all the time is not heard."""
    heard = party.listen(seconds)
    frames = [heard[i:i + FRAME] for i in range(0, len(heard) - FRAME, FRAME)]
    assert len(frames) > 40 * seconds, "%d frames in %g s" % (len(frames), seconds)
    return sum(dbm0(frame) < -30 for frame in frames) / len(frames)


def _all(parties, seconds):
    """The same of all parties at once, the worst first."""
    with ThreadPoolExecutor(len(parties)) as pool:
        return sorted(pool.map(lambda party: _silent(party, seconds), parties), reverse=True)


def _pester(call, per_s, seconds):
    """Requests of all kinds within one call; nothing of what they get is read. No INVITE: whose answer is not acknowledged
    would end the call."""
    kinds = ("INFO", "OPTIONS", "UPDATE", "NOTIFY", "REFER", "PRACK", "MESSAGE", "PUBLISH")
    since = time.monotonic()
    sent = 0
    while time.monotonic() < since + seconds:
        for _ in range(per_s // 50):
            call.request(kinds[sent % len(kinds)], extra=["Event: refer", "Refer-To: <sip:601@x>"])
            sent += 1
        time.sleep(max(since + sent / per_s - time.monotonic(), 0))


@contextlib.contextmanager
def _beside(what, *args):
    """It is done in a process of its own, which takes no time from the threads of this one."""
    child = multiprocessing.get_context("fork").Process(target=what, args=args)
    child.start()
    yield
    child.join(60)
    assert child.exitcode == 0


def test_flood_within_a_call_disturbs_no_other(own, rtp):
    """Ten calls to the echo line are heard as before, one's requests by the thousand meanwhile; all are cleared as ever."""
    gateway = own(text=_text, jitter="fixed 100")
    parties, calls = [], []
    with gateway.phone() as phone, gateway.agent("127.0.0.3", gateway.ports.strict) as noisy:
        for _ in range(10):
            parties.append(rtp())
            calls.append(phone.call("600", sdp(parties[-1].port)))
            parties[-1].remote = calls[-1].answered().media()
            parties[-1].tone(1000, 40)
        flooded = noisy.call("602", sdp(4000, "0"))
        flooded.answered()
        time.sleep(0.5)
        calm = _all(parties, 2)
        for _ in range(3):  # a busy machine may stumble once
            with _beside(_pester, flooded, 1000, 5):
                loud = _all(parties, 4)
            flooded.seq += 10000  # theirs were counted in the other process
            print("of the worst call silent: %.3f before, %.3f meanwhile" % (calm[0], loud[0]))
            if loud[0] <= calm[0] + 0.03:
                break
        assert calm[0] < 0.05 and loud[0] <= calm[0] + 0.03, (calm, loud)
        assert gateway.cli.json("guard")["refused"]["call_requests_per_second"] > 3000
        assert len(gateway.cli.json("calls")) >= 11
        for call in calls:
            call.bye()
        got = [message.status for message in noisy.drain()]
        assert got.count(500) > 0.3 * len(got) > 30, got  # the first 60 passed
        flooded.bye()
    gateway.wait_idle(20)
