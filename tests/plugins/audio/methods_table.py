"""What each method of stretching and shifting does to the sound: the table of docs/audio-methods.md.

PYTHONPATH=. python -m tests.plugins.audio.methods_table
"""

import numpy as np

import augkit
from augkit import steps
from tests.plugins.audio.clips import tones
from tests.plugins.audio.heard import cents, onset_errors

SWELLS_HZ = 2.0
METHODS = ["default", "fast"]
RATES = [8000, 16000, 44100]
HEAD = "| step | method | cents off | samples too many | worst onset, ms | level after silence | delay, ms |"
CHANGES = [
    *(("time_stretch", {"rate": rate}) for rate in (0.5, 0.8, 1.25, 2.0)),
    *(("pitch_shift", {"semitones": n}) for n in (-12, -2, 3, 12)),
]


def changed(name, fields, method, samples, rate):
    """The sound through the real step."""
    step = getattr(steps, name)(method=method, **fields)
    return augkit.Pipeline([step], sample={"audio": "audio"}, seed=1)(audio=(samples, rate), key="a")["audio"][0]


def measured(name, fields, method, rate):
    """Cents off, samples too many, the latest onset (seconds), the level after silence (1 is as before)."""
    speed, ratio = fields.get("rate", 1.0), 2.0 ** (fields.get("semitones", 0) / 12)
    time = np.arange(2 * rate) / rate
    off = []
    for hertz in (110.3, 440.0, 1000.7):
        made = changed(name, fields, method, (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32), rate)
        off.append(abs(cents(made, rate, hertz * ratio)))
    samples, clicks = tones(rate)
    made = changed(name, fields, method, samples, rate)
    late = np.abs(onset_errors(made, rate, clicks / speed)).max()
    samples = np.zeros(2 * rate, np.float32)
    samples[rate:] = np.sin(2 * np.pi * 440 * time[rate:])
    after = changed(name, fields, method, samples, rate)
    level = np.std(after[round(1.2 * rate / speed) : round(1.8 * rate / speed)]) * 2**0.5
    return max(off), len(made) - round(len(tones(rate)[0]) / speed), late, level


def delay(name, fields, method, rate):
    """How much later than it should, in seconds of the output, noise swells."""
    speed = fields.get("rate", 1.0)
    time = np.arange(4 * rate) / rate
    noise = np.random.default_rng(0).standard_normal(len(time)) * np.sin(np.pi * SWELLS_HZ * time) ** 2
    made = changed(name, fields, method, (0.1 * noise).astype(np.float32), rate).astype(np.float64)
    turns = np.exp(2j * np.pi * SWELLS_HZ * speed * np.arange(len(made)) / rate)
    return float(np.angle(-(made**2 @ turns))) / (2 * np.pi * SWELLS_HZ * speed)


def row(name, fields, method):
    """The worst of both usual rates, as the page has it."""
    found = [(*measured(name, fields, method, rate), delay(name, fields, method, rate)) for rate in (16000, 44100)]
    off, excess, late, level, behind = (max(column, key=lambda x: abs(x - base)) for base, column in _columns(found))
    [(field, value)] = fields.items()
    told = f"`{name}: {{{field}: {value:g}}}`"
    return f"| {told} | {method} | {off:.2f} | {excess} | {1000 * late:.2f} | {level:.2f} | {1000 * behind:+.1f} |"


def _columns(found):
    return zip((0, 0, 0, 1, 0), zip(*found, strict=True), strict=True)


def rows():
    """All of the table, line by line."""
    return [HEAD, "|" + " --- |" * 7, *(row(*change, method) for change in CHANGES for method in METHODS)]


if __name__ == "__main__":
    print("\n".join(rows()))
