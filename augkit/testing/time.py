"""The law of time: what is annotated on sounds stays with what is heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from augkit.sample import Axis
from augkit.schema import read_field
from augkit.testing import heard
from augkit.testing.cases import Case, Marks
from augkit.testing.frames import frames_of, frames_on_events
from augkit.testing.laws import law
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.vocab.timeline import Audio, Contour, Events, PiecewiseMap, Spliced, TimeMove

_STRETCHED = 0.005
_CENTS = 5.0


@law("L10", "events sit on the clicks planted at their onsets", "1 sample; stretch, resample 5 ms")
def events_on_clicks(subject: Subject) -> int:
    """A mark (a click, in a sound) at the onset and the offset of every event of a silent clip; found again afterwards,
    each must have an event's edge where it is, and (unless sound is masked) each edge inside the clip its mark. Frames
    are labelled as the moved events would have them, and a tone is as high as its contour says, within 5 cents."""
    marked = [world.marks for world in subject.worlds if world.marks and subject.follows(world.marks.field)]
    if not marked or not subject.carried("events"):
        raise NotApplicable("no sound with events, nor another carrier with marks")
    ran = 0
    for marks in marked:
        for turn in range(max(4, subject.examples)):
            for visit in subject.acted(marked_case(marks, turn), turn):
                ran += _agree(visit, subject, marks) + frames_on_events(visit)
    return ran + sum(tone_on_contour(visit) for visit in _tones(subject))


def _tones(subject: Subject) -> Iterator[Visit]:
    if subject.follows("audio") and (subject.moves(Axis.TIME) or subject.moves(Axis.FREQUENCY)):
        for turn in range(max(4, subject.examples)):
            yield from subject.acted(_tone(turn), turn)


def marked_case(marks: Marks, turn: int) -> Case:
    """A silent clip with events, a mark at both ends of each, and its frames labelled by them."""
    value, edges = marks.plant(turn)
    field = read_field(marks.field, marks.field)
    samples, rate = field.type.read(value, field.options, {})[0].frame()[Axis.TIME]
    events = {"onset": edges[::2], "offset": edges[1::2], "id": np.arange(len(edges) // 2)}
    fields, spec = frames_of(events["onset"], events["offset"], samples / rate, 0.01)
    fields = {marks.field: value, "events": events, **fields}
    return Case(
        f"marks {turn} at {rate} Hz",
        fields,
        {marks.field: marks.field, "events": {"events": {"min_fraction": 0.0}}, **spec},
    )


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
    ran, joints = 0, np.array([moment for moment, _ in _joints(visit)] + _bends(visit))
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


def _agree(visit: Visit, subject: Subject, marks: Marks) -> int:
    carrier, events = visit.after.targets[marks.field], visit.after.targets["events"]
    if carrier.kind != marks.field or not isinstance(events, Events):
        raise NotApplicable(f"turns {marks.field} into {carrier.kind}")
    return agree_with_marks(visit, subject, marks, np.concatenate([events.onset, events.offset]), "an event's edge")


def agree_with_marks(visit: Visit, subject: Subject, marks: Marks, edges: np.ndarray, what: str) -> int:
    """How many of the marks that are found have one of ``edges`` where they are, and the other way round; LawBroken
    for one that has not. ``what`` is at the edges, in words.
    """
    carrier = visit.after.targets[marks.field]
    found = marks.find(carrier)
    if found is None:
        return 0
    samples, rate = carrier.frame()[Axis.TIME]
    clear = _clear_of_joints(visit, samples / rate, edges, marks)
    tolerance = _tolerance(visit, subject, rate)
    seen = found[clear(found)]
    each_has(visit, seen, edges, "a mark is found", f"the nearest is {what}", tolerance)
    if not subject.moves(Axis.TIME) or all(isinstance(drawn, TimeMove) for drawn in visit.params):
        each_has(visit, edges[clear(edges)], found, f"there is {what}", "the nearest mark is found", tolerance)
    return len(seen)


def _clear_of_joints(visit: Visit, seconds: float, edges: np.ndarray, marks: Marks) -> Any:
    """Which moments lie away from the clip's ends, from where pieces of it meet (events may be cut there), and from
    edges so near to one another that their marks are not told apart.
    """
    joints = [(0.0, marks.reach), (seconds, marks.reach), *_joints(visit, marks)]
    crowd = edges[heard.crowded(edges, marks.apart)]
    at = np.concatenate([[moment for moment, _ in joints], crowd])
    near = np.concatenate([[reach for _, reach in joints], np.full(len(crowd), marks.apart)])
    return lambda moments: (np.abs(np.asarray(moments)[:, None] - at) > near).all(axis=1)


def _joints(visit: Visit, marks: Marks | None = None) -> list[tuple[float, float]]:
    """Where in the output pieces of the clip meet that did not before, and how far they are blended, seconds."""
    found = []
    for drawn in visit.params:
        if isinstance(drawn, TimeMove) and not isinstance(drawn, PiecewiseMap):
            fade = drawn.fade if isinstance(drawn, Spliced) else 0
            near = max((fade + 2) / drawn.rate, marks.blurred if marks else 0.0)
            found += [(moment, near) for moment in drawn.pieces()[:, 2:].ravel().tolist()]
    return found


def _bends(visit: Visit) -> list[float]:
    """Where in the output a sound is stretched otherwise than before: pieces are stretched one by one."""
    maps = [drawn for drawn in visit.params if isinstance(drawn, PiecewiseMap) and not drawn.is_rigid()]
    return [moment for drawn in maps for moment in drawn.output[1:-1]]


def _tolerance(visit: Visit, subject: Subject, rate: int) -> float:
    moving = subject.moves(Axis.TIME) or subject.moves(Axis.FREQUENCY)
    stretched = moving and not all(map(_by_samples, visit.params))
    return max(1.0001 / rate, _STRETCHED if stretched else 0.0)


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
