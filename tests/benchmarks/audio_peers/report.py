"""The tables of the audio benchmark, and the page that explains them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.audio_peers import work as w
from tests.benchmarks.audio_peers.work import Work
from tests.benchmarks.forms import Form
from tests.benchmarks.side_by_side import fastest, ratio
from tests.benchmarks.tables import Table, machine

OURS = "augkit pipeline"
PEERS = ("audiomentations", "torchaudio", "torch-audiomentations", "pedalboard", "librosa")
_PACKAGES = (
    "numpy scipy numba soxr python-stretch torch torchaudio audiomentations torch-audiomentations pedalboard librosa"
)


@dataclass(frozen=True)
class Result:
    """One work at one rate: seconds a clip of every form, of the finalists in every round, and what was measured."""

    work: Work
    rate: int
    tried: Mapping[Form, float]
    times: Mapping[Form, list[float]]
    measured: Mapping[str, str]


def text(results: Sequence[Result], rounds: int, clock: str) -> str:
    """For a terminal."""
    return "\n".join([*_about(rounds, clock), *(table.text() for table in tables(results))])


def markdown(results: Sequence[Result], rounds: int, clock: str) -> str:
    """The page ``docs/benchmarks-audio.md``."""
    head = [
        "# Benchmarks: sounds",
        "",
        "Written by `python tests/benchmarks/audio.py --markdown docs/benchmarks-audio.md`.",
        "",
        *(f"* {line}" for line in _about(rounds, clock)),
        "",
    ]
    return "\n".join([*head, *(table.markdown() for table in tables(results)), _READING])


def _about(rounds: int, clock: str) -> list[str]:
    how = f"median of {rounds} rounds, one thread, {clock} seconds; the forms take turns within each round"
    return [*machine(_PACKAGES.split()), how]


def tables(results: Sequence[Result]) -> list[Table]:
    """Ratios, what was measured, and every form that was tried."""
    faster = ["work", "kHz", "augkit ms", "best peer", "ms", "ratio", "quartiles", *(f"÷ {name}" for name in PEERS)]
    agreed = [_agreed(found) for found in results]
    forms = [
        [found.work.name, _khz(found), form.library, form.how, _milli(seconds)]
        for found in results
        for form, seconds in found.tried.items()
    ]
    return [
        Table("How many times faster", faster, [row for found in results if (row := _ratios(found))]),
        Table("What comes out, same numbers asked", ["work", "kHz", "augkit", *PEERS], agreed),
        Table("Every form that was tried", ["work", "kHz", "library", "form", "ms a clip"], forms),
    ]


def _ratios(found: Result) -> list[str] | None:
    times = dict(found.times)
    ours = fastest(times, OURS)
    there = {name: form for name in PEERS if (form := fastest(times, name))}
    if ours is None:
        return None
    row = [found.work.name, _khz(found), _milli(times[ours])]
    if not there:
        return [*row, *("" for _ in range(4 + len(PEERS)))]
    by_peer = {name: ratio(times[ours], times[form]) for name, form in there.items()}
    best = min(by_peer, key=lambda name: by_peer[name].median)
    spread = f"{by_peer[best].low:.2f} to {by_peer[best].high:.2f}"
    each = [f"{by_peer[name].median:.2f}" if name in by_peer else "" for name in PEERS]
    return [
        *row,
        f"{best}, {there[best].how}",
        _milli(times[there[best]]),
        f"{by_peer[best].median:.2f}",
        spread,
        *each,
    ]


def _agreed(found: Result) -> list[str]:
    return [found.work.name, _khz(found), *(found.measured.get(name, "") for name in ("augkit", *PEERS))]


def _khz(found: Result) -> str:
    return f"{found.rate / 1000:g}"


def _milli(seconds: float | Sequence[float]) -> str:
    return f"{(seconds if isinstance(seconds, float) else statistics.median(seconds)) * 1e3:.2f}"


_READING = f"""## How to read this

* **The work.** Mono clips of {w.SECONDS:g} s, float32, in memory: tones, hiss and clicks. Stretches at {w.SPEEDS[0]}
  to {w.SPEEDS[1]} times the speed, shifts by up to {w.SEMITONES[1]:g} semitones, noise {w.SNR_DB[0]:g} to
  {w.SNR_DB[1]:g} dB below the clip, gains of ±{w.GAIN_DB[1]:g} dB, polarity turned half of the time. Backgrounds are
  drawn out of six WAV files of 10 s, impulse responses out of three of {w.RESPONSE_SECONDS:g} s.
* **augkit** is timed through a whole pipeline: the array is read and checked, numbers are drawn and traced, the change
  is made. Its bank of backgrounds (resampled, 16 bit, mapped into memory) and its spectra of impulse responses are made
  before the clock starts, as they are once in a training; audiomentations reads each background from its file, and
  keeps the impulse responses, by default. Its other method of stretching is librosa's.
* **ratio** is the fastest peer's time over augkit's, round by round: the median and the quartiles of the rounds. Above
  1 augkit is faster. `÷ name` is the same against the best form of each.
* **Every peer is given its best form**: each was tried as the last table lists, and those within 10 % of their best
  went into the rounds.
* **What comes out**: with {w.FIXED["speed"]:g} times the speed, {w.FIXED["semitones"]:+g} semitones, an SNR of
  {w.FIXED["snr_db"]:g} dB. For time and pitch: how far a tone of 440 Hz is off, how far the worst of ten clicks is from
  where it belongs, and how many samples too many there are. For compression: what becomes of a steady tone with peaks
  of -6 dB, threshold {w.THRESHOLD_DB:g} dB and ratio {w.RATIO:g}. For impulse responses: the correlation with scipy's
  convolution.
* torchaudio has no compressor, and its pitch shift and change of speed take seconds for a clip at such ratios; they are
  left out. Backgrounds and impulse responses of torch-audiomentations 0.12 end in errors with torchaudio 2.11.
* cpu seconds count this process alone, so that neighbours on the machine disturb less. Ratios hold better than times.
"""
