"""Sound through the gateway and the line and back: level, frequency, silence, digits, bits, both laws."""
import math
import random
import socket
import struct
import time

from common import g711, sound
from common.gateway import wait_for
from common.sip import sdp


def call_line(agent, party, number, payloads):
    call = agent.call(number, sdp(party.port, payloads, host=party.host))
    party.remote = call.answered().media()
    return call


def settled(party, seconds=1.0, say=None):
    """Sound once the jitter buffer has filled."""
    if say:
        say()
    time.sleep(0.3)
    return party.listen(seconds)


def hears_tone(party, hz, level, say=None, within=(0.3, 2)):
    """A tone of that frequency and level, in dBm0, to within so much of the level and of the frequency; the sound."""
    return party.measured(lambda: settled(party, say=say),
                          lambda heard: abs(sound.dbm0(heard) - level) < within[0] and abs(sound.frequency(heard) - hz) < within[1])


def test_milliwatt_level_and_frequency(phone, rtp):
    """A-law: G.711's sequence of 1000 Hz at 0 dBm0."""
    party = rtp()
    call = call_line(phone, party, "601", "8")
    heard = hears_tone(party, 1000, 0)
    call.bye()
    assert sound.goertzel(heard[:4000], 1000) > 0.99


def test_milliwatt_to_a_mu_law_peer(gateway, rtp):
    """The other law is converted to: still 0 dBm0, 1000 Hz."""
    party = rtp(pt=0, host="127.0.0.3")
    with gateway.agent("127.0.0.3", gateway.ports.strict) as strict:
        call = call_line(strict, party, "601", "0")
        hears_tone(party, 1000, 0)
        call.bye()


def test_milliwatt_of_a_mu_law_line(phone, rtp):
    """1004 Hz at 0 dBm0, to a peer of that law as it is, and converted to A-law."""
    for pt in (0, 8):
        party = rtp(pt=pt)
        call = call_line(phone, party, "501", str(pt))
        hears_tone(party, 1004, 0)
        call.bye()


def test_octets_over_a_mu_law_line(phone, rtp):
    """PCMU passes bit for bit; PCMA is converted there and back."""
    party = rtp(pt=0)
    call = call_line(phone, party, "500", "0")
    _echoed(party)
    call.bye()
    party = rtp()
    call = call_line(phone, party, "500", "8")
    hears_tone(party, 700, -12, lambda: party.tone(700, 3, -12), (0.5, 3))
    call.bye()


def test_quiet_line_is_quiet(phone, rtp):
    party = rtp()
    call = call_line(phone, party, "602", "8")
    party.measured(lambda: settled(party, 0.6), lambda heard: len(heard) > 4000 and sound.dbm0(heard) < -65)
    call.bye()


def test_tone_comes_back_at_its_level(phone, rtp):
    party = rtp()
    call = call_line(phone, party, "600", "8 101")
    hears_tone(party, 700, -12, lambda: party.tone(700, 3, -12), (0.5, 3))
    call.bye()


def test_octets_come_back_bit_for_bit(phone, rtp):
    """One law, no telephone-event, fixed jitter buffer: nothing may touch an octet, even of noise."""
    party = rtp()
    call = call_line(phone, party, "600", "8")
    _echoed(party)
    call.bye()


def _echoed(party):
    """A pattern of all octets comes back whole."""
    pattern = random.Random(7).randbytes(8000)

    def listen():
        settled(party, 1.5, lambda: party.speak(b"\xd5" * 2400 + pattern))
        return party.octets()
    party.measured(listen, lambda octets: pattern in octets)


def test_packets_are_as_rfc_3550_wants_them(phone, rtp):
    """One SSRC, sequence and timestamp without a gap, 20 ms each, about fifty a second."""
    party = rtp()
    call = call_line(phone, party, "601", "8")

    def listen():
        settled(party, 2.0)
        return list(party.packets)

    packets = party.measured(listen, lambda heard: 90 <= len(heard) <= 110)
    call.bye()
    assert len({p[5] for p in packets}) == 1 and {len(p[6]) for p in packets} == {160}
    for a, b in zip(packets, packets[1:]):  # a packet that our socket had no room for is missing in both numbers
        step = b[3] - a[3] & 0xffff
        assert 1 <= step < 0x8000 and b[4] - a[4] & 0xffffffff == 160 * step, (a[3:5], b[3:5])


def test_digits_of_the_peer_reach_the_line_and_come_back(phone, rtp):
    """Both ways at once: telephone-event to DTMF on the line, which reads them back; DTMF to telephone-event."""
    party = rtp()

    def read_back():
        party.mark()
        call = call_line(phone, party, "608", "8 101")
        time.sleep(0.3)
        party.press("159D*0#")
        time.sleep(5)  # what is read is said once nothing comes any more
        call.bye()
        return party.digits()
    party.measured(read_back, lambda digits: digits in ("159D*0", "159D*0#"))


def test_digits_as_tones_where_events_were_not_agreed(phone, rtp):
    """A peer without telephone-event sends DTMF as sound, and hears it as sound."""
    party = rtp()
    silence = [0.0] * 800
    samples = []
    for low, high in ((697, 1209), (852, 1477), (941, 1336)):  # 1 9 0
        samples += [x + y for x, y in zip(_sine(low), _sine(high))] + silence

    def read_back():
        call = call_line(phone, party, "608", "8")
        heard = settled(party, 5, lambda: party.speak(bytes([g711.SILENCE[8]]) * 2400 + g711.encode(samples, 8)))
        call.bye()
        return _dtmf(heard)
    party.measured(read_back, lambda digits: digits == "190")


def _sine(hz, n=800, peak=6000):
    return [peak * math.sin(2 * math.pi * hz * i / 8000) for i in range(n)]


def _dtmf(samples):
    """Digits 1, 9 and 0 in the sound, block by block of 20 ms."""
    pairs = {"1": (697, 1209), "9": (852, 1477), "0": (941, 1336)}
    out = last = ""
    for i in range(0, len(samples) - 160, 160):
        block = samples[i:i + 160]
        now = ""
        for digit, (low, high) in pairs.items():
            if max(map(abs, block)) > 1000 and sound.goertzel(block, low) > 0.3 and sound.goertzel(block, high) > 0.3:
                now = digit
        if now and now != last:
            out += now
        last = now
    return out


def test_strange_packets_are_counted_and_do_no_harm(gateway, phone, rtp):
    """Wrong version, short, another's address, wrong payload type: the milliwatt goes on."""
    party = rtp()
    call = call_line(phone, party, "600", "8")
    target = party.remote
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        for junk in (b"", b"\x80", b"\x00" * 12, b"\x80\x08" + b"\xff" * 9, b"\xff" * 1500, b"\x8f\x08" + bytes(10),
                     b"\x80\x60" + bytes(170), b"\x90\x08" + bytes(10) + b"\xbe\xde\xff\xff"):
            for port in (target[1], target[1] + 1):
                other.sendto(junk, (target[0], port))
                party.sock.sendto(junk, (target[0], port))
    hears_tone(party, 700, -12, lambda: party.tone(700, 3, -12), (0.7, 30))
    call.bye()
    assert gateway.process.poll() is None


NTP_EPOCH = 2208988800  # 1970 in seconds since 1900


def _sender_report(sock):
    """The next SR: (ssrc, NTP time, RTP time, packets, octets, report block, whole packet)."""
    sock.settimeout(60)
    data = sock.recv(2048)
    assert data[0] >> 6 == 2 and data[1] == 200, data[:8]
    ssrc, ntp, rtp_time, packets, octets = struct.unpack("!IQIII", data[4:28])
    assert data[0] & 31 == 1, "one report block"
    assert len(data) % 4 == 0
    return ssrc, ntp, rtp_time, packets, octets, data[28:52], data


def _seconds(ntp):
    """Since 1970."""
    return ntp / 2 ** 32 - NTP_EPOCH


def _receiver_report(party, ssrc, ntp):
    """About the gateway's stream: none lost, its SR at ntp heard just now (RFC 3550 6.4.2)."""
    return struct.pack("!BBHIIIIIII", 0x81, 201, 7, party.ssrc, ssrc, 0, party.packets[-1][3], 0, ntp >> 16 & 0xffffffff, 0)


def test_reports_and_statistics(gateway, phone, rtp):
    """A call that loses each tenth packet: the gateway's SR says so, as does `show call`; ours makes a round trip."""
    party, begin = rtp(), time.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp:
        rtcp.bind(("127.0.0.1", party.port + 1))
        party.lose = 10
        call = call_line(phone, party, "600", "8")
        ssrc, ntp, rtp_time, packets, octets, block, whole = _sender_report(rtcp)
        assert begin < _seconds(ntp) < time.time()
        wait_for("all that it counts", lambda: len(party.packets) >= packets)
        assert ssrc == party.packets[-1][5]
        assert abs(packets - (rtp_time - party.packets[0][4] & 0xffffffff) / 160) < 5 and octets == 160 * packets
        assert struct.unpack("!I", block[:4])[0] == party.ssrc
        assert 0.06 < block[4] / 256 < 0.14, "fraction lost"
        assert 1 <= int.from_bytes(block[5:8], "big") <= packets // 8 + 1, "cumulative"
        assert whole[53] == 202 and whole[60] == 1 and whole[61] > 0, "SDES with a CNAME"
        held_ms = 1000 * (time.time() - _seconds(ntp))  # before it is answered, which we do not tell
        rtcp.sendto(_receiver_report(party, ssrc, ntp), (party.remote[0], party.remote[1] + 1))
        shown = wait_for("a round trip", lambda: _statistics(gateway, party, "round_trip_ms"))
        assert held_ms - 5 < shown["round_trip_ms"] < 1000 * (time.time() - _seconds(ntp)) + 5
        assert shown["codec"].lower() == "pcma" and shown["bad"] == 0
        assert 0.06 < shown["lost"] / (shown["lost"] + shown["packets_in"]) < 0.14
        heard = len(party.packets)
        wait_for("all that was heard to be counted", lambda: _statistics(gateway, party, "packets_out")["packets_out"] >= heard)
        wait_for("all that were sent", lambda: len(party.packets) >= shown["packets_out"])
        call.bye()


def _statistics(gateway, party, wanted):
    """The termination towards the party, once it has the value."""
    for row in gateway.cli.json("calls"):
        for term in gateway.cli.json("call %d" % row["id"])["terminations"]:
            if term["kind"] == "rtp" and term["name"].endswith(":%d" % party.port) and term.get(wanted) is not None:
                return term
    return None
