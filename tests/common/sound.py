"""Sound, judged without anybody listening: level, tone, and whether one recording is another one's echo."""
import array
import math
import operator
import subprocess
import sys

RATE = 8000


def speak(text, path, lead=0.3, tail=6.0):
    """Speech by espeak-ng as 8 kHz mono, silence before and after."""
    loud = subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "160", "--stdout", text], check=True,
                          stdout=subprocess.PIPE).stdout
    subprocess.run(["sox", "-t", "wav", "-", "-r", str(RATE), "-c", "1", "-b", "16", path, "norm", "-9",
                    "pad", str(lead), str(tail)], input=loud, check=True, stderr=subprocess.DEVNULL)


def read_wav(path):
    """Samples of a 16-bit mono file, also of one whose writer is not done with it."""
    with open(path, "rb") as f:
        data = f.read()
    start = data.index(b"data") + 8
    samples = array.array("h", data[start:start + (len(data) - start) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def dbm0(samples):
    """Level; a sine that fills 16 bits is at +3.14 dBm0 (G.711 table 5, A-law)."""
    if not samples:
        return -99.0
    rms = math.sqrt(sum(map(operator.mul, samples, samples)) / len(samples))
    return max(-99.0, 20 * math.log10(max(rms, 1e-9) / (32768 / math.sqrt(2))) + 3.14)


def steadiest(samples, dbm0_wanted, n=800):
    """How many dB the level of the n samples that come nearest is away from what is wanted: where a recorder was late, its
    sound has gaps."""
    return min((abs(dbm0(samples[i:i + n]) - dbm0_wanted) for i in range(0, len(samples) - n + 1, n)), default=99.0)


def goertzel(samples, hz):
    """The part of the signal's power at this frequency, 0..1; 1/len of it wide."""
    n, w = len(samples), 2 * math.pi * hz / RATE
    k, s1, s2 = 2 * math.cos(w), 0.0, 0.0
    for x in samples:
        s1, s2 = x + k * s1 - s2, s1
    power = s1 * s1 + s2 * s2 - k * s1 * s2
    total = sum(map(operator.mul, samples, samples))
    return 2 * power / (n * total) if total else 0.0


def frequency(samples):
    """Of a pure tone, by its rising zero crossings, interpolated."""
    crossings = [i + samples[i] / (samples[i] - samples[i + 1])
                 for i in range(len(samples) - 1) if samples[i] < 0 <= samples[i + 1]]
    if len(crossings) < 3:
        return 0.0
    return RATE * (len(crossings) - 1) / (crossings[-1] - crossings[0])


def _envelope(samples, step):
    flat = [sum(map(abs, samples[i:i + step])) for i in range(0, len(samples) - step + 1, step)]
    mean = sum(flat) / max(1, len(flat))
    return [x - mean for x in flat]


def _energy(a):
    return sum(map(operator.mul, a, a))


def _correlation(a, b):
    """Normalised, of two equally long pieces: -1..1."""
    energy = math.sqrt(_energy(a) * _energy(b))
    return sum(map(operator.mul, a, b)) / energy if energy else 0.0


def _find(part, heard, first, last):
    """(correlation, place) where part is most alike, between two places in heard."""
    n, own, best = len(part), _energy(part), (0.0, first)
    there = _energy(heard[first:first + n])
    for at in range(first, last + 1):
        if there > 0:
            best = max(best, (sum(map(operator.mul, part, heard[at:at + n])) / math.sqrt(own * there), at))
        there += heard[at + n] ** 2 - heard[at] ** 2 if at < last else 0
    return best


def _overlap(a, b, lag):
    """The parts of a and of b shifted by lag that lie beside each other."""
    n = min(len(a) - max(0, -lag), len(b) - max(0, lag))
    return a[max(0, -lag):][:max(0, n)], b[max(0, lag):][:max(0, n)]


def _coarse_lag(a, b, step, widest):
    ea, eb = _envelope(a, step), _envelope(b, step)
    return step * max(range(-widest // step, widest // step + 1), key=lambda lag: _correlation(*_overlap(ea, eb, lag)))


def echo(sent, heard, widest_s=2.0):
    """(lag, correlation): by how many seconds what was sent comes later in what was heard, and how much alike
    they are. Envelopes find the neighbourhood; then each tenth of a second of sound finds its own place near it,
    for a jitter buffer takes out or repeats a pitch period where it adapts. Silence and noise come out near 0."""
    coarse = _coarse_lag(sent, heard, 32, int(widest_s * RATE))
    piece, near = RATE // 10, 240
    pieces = [i for i in range(0, len(sent) - piece, piece) if 0 <= i + coarse - near <= len(heard) - piece - 2 * near]
    loudest = max((dbm0(sent[i:i + piece]) for i in pieces), default=0)
    weights = score = lags = 0.0
    for i in pieces:
        part = sent[i:i + piece]
        if dbm0(part) < loudest - 12:
            continue
        alike, at = _find(part, heard, i + coarse - near, i + coarse + near)
        energy = _energy(part)
        weights, score, lags = weights + energy, score + energy * alike, lags + energy * (at - i)
    return (lags / weights / RATE, score / weights) if weights else (0.0, 0.0)
