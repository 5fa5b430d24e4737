"""The law of time: events stay with what is heard."""

from __future__ import annotations

from typing import Any

import numpy as np

from augkit.sample import Axis
from augkit.testing.cases import Case
from augkit.testing.laws import law
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.vocab.timeline import Audio, Events, TimeMap

_EDGE = 0.02
_APART = 0.08
_STRETCHED = 0.005


@law("L10", "events sit on the clicks planted at their onsets", "1 sample; stretch, resample 5 ms")
def events_on_clicks(subject: Subject) -> int:
    """Clicks at the onset and the offset of every event of a silent clip; found again afterwards, each must have an
    event's edge where it is, and (unless sound is masked) each edge inside the clip its click."""
    if not (subject.follows("audio") and subject.carried("events")):
        raise NotApplicable("no sound with events")
    ran = 0
    for turn in range(max(4, subject.examples)):
        for visit in subject.acted(_clicks(turn), turn):
            ran += _agree(visit, subject.moves(Axis.TIME))
    return ran


def _clicks(turn: int) -> Case:
    rng = np.random.default_rng(turn)
    rate = (16000, 44100, 22050, 8000)[turn % 4]
    edges = (np.arange(6) * 0.3 + rng.uniform(0.1, 0.2, 6)) * rate
    at = edges.astype(int)
    sound = np.zeros((1 + turn % 2, 2 * rate), np.float32)
    sound[:, at] = 0.9
    events = {"onset": at[::2] / rate, "offset": at[1::2] / rate, "id": np.arange(3)}
    spec = {"audio": "audio", "events": {"events": {"min_fraction": 0.0}}}
    return Case(f"clicks {turn} at {rate} Hz", {"audio": (sound, rate), "events": events}, spec)


def _agree(visit: Visit, moving: bool) -> int:
    audio, events = visit.after.targets["audio"], visit.after.targets["events"]
    if not isinstance(audio, Audio) or not isinstance(events, Events):
        raise NotApplicable(f"turns sound into {audio.kind}")
    heard = _heard(audio)
    if heard is None:
        return 0
    seconds = audio.samples.shape[1] / audio.rate
    edges = np.concatenate([events.onset, events.offset])
    inside = edges[(edges > _EDGE) & (edges < seconds - _EDGE)]
    tolerance = _tolerance(visit, moving, audio.rate)
    clicks = heard[(heard > _EDGE) & (heard < seconds - _EDGE)]
    _each_has(visit, clicks, edges, "a click is heard", "the nearest edge of an event is", tolerance)
    if not moving or all(isinstance(drawn, TimeMap) for drawn in visit.params):
        _each_has(visit, inside, heard, "an event begins or ends", "the nearest click is heard", tolerance)
    return len(clicks)


def _tolerance(visit: Visit, moving: bool, rate: int) -> float:
    stretched = moving and not all(
        isinstance(drawn, TimeMap) and np.allclose(drawn.slopes(), 1.0, atol=1e-9) for drawn in visit.params
    )
    return _STRETCHED if stretched else 1.0001 / rate


def _each_has(visit: Visit, these: Any, those: Any, what: str, nearest: str, tolerance: float) -> None:
    for time in these:
        off = np.abs(np.asarray(those) - time)
        if not len(off) or off.min() > tolerance:
            found = f"at {those[int(off.argmin())]:.4f} s, {1000 * off.min():.2f} ms away" if len(off) else "nowhere"
            raise visit.broken(f"{what} at {time:.4f} s, {nearest} {found} (allowed: {1000 * tolerance:.2f} ms)")


def _heard(audio: Audio) -> np.ndarray | None:
    """When clicks are heard, in seconds: centres of the energy around each peak; None where noise drowns them."""
    energy = np.square(audio.samples.astype(np.float64)).mean(axis=0)
    if energy.max() == 0 or np.median(energy) > 1e-3 * energy.max():
        return None
    reach, apart = round(_EDGE / 2 * audio.rate), round(_APART * audio.rate)
    left, floor, found = energy.copy(), 0.04 * energy.max(), []
    while left.max() > floor:
        peak = int(left.argmax())
        around = np.arange(max(0, peak - reach), min(len(energy), peak + reach + 1))
        found.append(float(energy[around] @ around / energy[around].sum()) / audio.rate)
        left[max(0, peak - apart) : peak + apart] = 0
    return np.sort(found)
