"""The law of time: what is annotated on sounds stays with what is heard."""

from __future__ import annotations

from typing import Any

import numpy as np

from augkit.sample import Axis
from augkit.testing import heard
from augkit.testing.cases import Case
from augkit.testing.frames import frames_of, frames_on_events
from augkit.testing.laws import law
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.vocab.timeline import Audio, Contour, Events, PiecewiseMap, Spliced, TimeMove

_EDGE = 0.02
_STRETCHED = 0.005
_CENTS = 5.0


@law("L10", "events sit on the clicks planted at their onsets", "1 sample; stretch, resample 5 ms")
def events_on_clicks(subject: Subject) -> int:
    """Clicks at the onset and the offset of every event of a silent clip; found again afterwards, each must have an
    event's edge where it is, and (unless sound is masked) each edge inside the clip its click. Frames are labelled as
    the moved events would have them, and a tone is as high as its contour says, within 5 cents."""
    if not (subject.follows("audio") and subject.carried("events")):
        raise NotApplicable("no sound with events")
    ran = 0
    for turn in range(max(4, subject.examples)):
        for visit in subject.acted(clicks_case(turn), turn):
            ran += _agree(visit, subject) + frames_on_events(visit)
        if subject.moves(Axis.TIME) or subject.moves(Axis.FREQUENCY):
            for visit in subject.acted(_tone(turn), turn):
                ran += tone_on_contour(visit)
    return ran


def clicks_case(turn: int) -> Case:
    """A silent clip with three events, a click at both ends of each, and its frames labelled by them."""
    rng = np.random.default_rng(turn)
    rate = (16000, 44100, 22050, 8000)[turn % 4]
    edges = (np.arange(6) * 0.3 + rng.uniform(0.1, 0.2, 6)) * rate
    at = edges.astype(int)
    sound = np.zeros((1 + turn % 2, 2 * rate), np.float32)
    sound[:, at] = 0.9
    events = {"onset": at[::2] / rate, "offset": at[1::2] / rate, "id": np.arange(3)}
    fields, spec = frames_of(events["onset"], events["offset"], 2.0, 0.01)
    fields = {"audio": (sound, rate), "events": events, **fields}
    spec = {"audio": "audio", "events": {"events": {"min_fraction": 0.0}}, **spec}
    return Case(f"clicks {turn} at {rate} Hz", fields, spec)


def _tone(turn: int) -> Case:
    """A steady tone and its contour, every 10 ms."""
    rng = np.random.default_rng(turn)
    rate, hz = (16000, 44100, 22050, 8000)[turn % 4], float(rng.uniform(150, 900))
    sound = 0.5 * np.sin(2 * np.pi * hz * np.arange(2 * rate) / rate)
    times = (np.arange(200) + 0.5) / 100
    fields = {"audio": (sound.astype(np.float32), rate), "contour": {"times": times, "hz": np.full(200, hz)}}
    spec = {"audio": "audio", "contour": "contour", "events": "events"}
    return Case(f"a tone of {hz:.1f} Hz at {rate} Hz", {**fields, "events": []}, spec)


def tone_on_contour(visit: Visit) -> int:
    """Where one tone is heard and the contour says one pitch, they are the same."""
    audio, contour = visit.after.targets["audio"], visit.after.targets.get("contour")
    if not isinstance(audio, Audio) or not isinstance(contour, Contour):
        return 0
    ran, joints = 0, np.array([moment for moment, _ in _joints(visit)])
    for start, end, hz in heard.pitches(audio):
        told = contour.hz[contour.voiced & (contour.times >= start) & (contour.times <= end)]
        jumps = bool(((joints > start) & (joints < end)).any())  # phase does, where pieces meet
        if jumps or not len(told) or np.ptp(told) > 1e-6 * told[0] or _at_edge(start, end, audio):
            continue
        off = 1200 * np.log2(hz / told[0])
        if abs(off) > _CENTS:
            raise visit.broken(
                f"a tone of {hz:.2f} Hz is heard at {start:.2f} s, the contour says {told[0]:.2f}: {off:.1f} cents off"
            )
        ran += 1
    return ran


def _at_edge(start: float, end: float, audio: Audio) -> bool:
    """Where a stretcher has not heard enough yet to know the tone."""
    return start < 0.1 or end > audio.samples.shape[1] / audio.rate - 0.1


def _agree(visit: Visit, subject: Subject) -> int:
    audio, events = visit.after.targets["audio"], visit.after.targets["events"]
    if not isinstance(audio, Audio) or not isinstance(events, Events):
        raise NotApplicable(f"turns sound into {audio.kind}")
    found = heard.clicks(audio)
    if found is None:
        return 0
    seconds = audio.samples.shape[1] / audio.rate
    edges = np.concatenate([events.onset, events.offset])
    clear = _clear_of_joints(visit, seconds, edges)
    tolerance = _tolerance(visit, subject, audio.rate)
    clicks = found[clear(found)]
    each_has(visit, clicks, edges, "a click is heard", "the nearest edge of an event is", tolerance)
    if not subject.moves(Axis.TIME) or all(isinstance(drawn, TimeMove) for drawn in visit.params):
        inside = edges[clear(edges)]
        each_has(visit, inside, found, "an event begins or ends", "the nearest click is heard", tolerance)
    return len(clicks)


def _clear_of_joints(visit: Visit, seconds: float, edges: np.ndarray) -> Any:
    """Which moments lie away from the clip's ends, from where pieces of it meet (events may be cut there), and from
    edges so near to one another that their clicks are not told apart.
    """
    joints = [(0.0, _EDGE), (seconds, _EDGE), *_joints(visit)]
    crowd = edges[heard.crowded(edges)]
    at = np.concatenate([[moment for moment, _ in joints], crowd])
    near = np.concatenate([[reach for _, reach in joints], np.full(len(crowd), heard.APART_S)])
    return lambda moments: (np.abs(np.asarray(moments)[:, None] - at) > near).all(axis=1)


def _joints(visit: Visit) -> list[tuple[float, float]]:
    """Where in the output pieces of the clip meet that did not before, and how far they are blended, seconds."""
    found = []
    for drawn in visit.params:
        if isinstance(drawn, TimeMove) and not isinstance(drawn, PiecewiseMap):
            fade = drawn.fade if isinstance(drawn, Spliced) else 0
            found += [(moment, (fade + 2) / drawn.rate) for moment in drawn.pieces()[:, 2:].ravel().tolist()]
    return found


def _tolerance(visit: Visit, subject: Subject, rate: int) -> float:
    moving = subject.moves(Axis.TIME) or subject.moves(Axis.FREQUENCY)
    return _STRETCHED if moving and not all(map(_by_samples, visit.params)) else 1.0001 / rate


def _by_samples(drawn: Any) -> bool:
    """Whether samples are moved as they are."""
    return drawn.is_rigid() if isinstance(drawn, PiecewiseMap) else isinstance(drawn, TimeMove)


def each_has(visit: Visit, these: Any, those: Any, what: str, nearest: str, tolerance: float) -> None:
    """LawBroken unless each of ``these`` moments has one of ``those`` within ``tolerance`` seconds."""
    for time in these:
        off = np.abs(np.asarray(those) - time)
        if not len(off) or off.min() > tolerance:
            found = f"at {those[int(off.argmin())]:.4f} s, {1000 * off.min():.2f} ms away" if len(off) else "nowhere"
            raise visit.broken(f"{what} at {time:.4f} s, {nearest} {found} (allowed: {1000 * tolerance:.2f} ms)")
