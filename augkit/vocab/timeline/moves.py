"""TimeMove: what every change of a clip's time has in common, as pieces of the clip and where each of them goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augkit.errors import ReplayError
from augkit.sample import TIME, Axis, Frame
from augkit.transform import Params

INSTANT = 1e-9
"""Moments closer than this, in seconds, are one: far below a sample, far above rounding."""


@dataclass(frozen=True, eq=False)
class Parts:
    """What becomes of stretches of time: a stretch may be cut, gone, or there twice.

    For each part (m,): the ``row`` of the stretch that it is of; ``start`` and ``end`` in the output, seconds; the
    ``seconds`` of the stretch that are in it; and whether the stretch's own ends are (``first``, ``last``: in the
    order of the input, also where time runs backwards). Sorted by row, then by time.
    """

    row: np.ndarray
    start: np.ndarray
    end: np.ndarray
    seconds: np.ndarray
    first: np.ndarray
    last: np.ndarray


class TimeMove(Params):
    """The root of all Params that move time. A subclass says by ``pieces`` where everything goes; what is annotated in
    seconds or in frames follows by that alone: declare ``@moves(TimeMove, …)`` and serve them all.

    It knows the clip that it was drawn for, ``samples_in`` at ``rate`` Hz, and how many samples come out.
    """

    axes = TIME

    samples_in: int
    samples_out: int
    rate: int

    @property
    def rounding(self) -> float:
        """How much of the last thing in the clip may be missing, seconds, without its having been cut."""
        return 1e-6

    @property
    def seconds_in(self) -> float:
        """How long the clip is."""
        return self.samples_in / self.rate

    @property
    def seconds_out(self) -> float:
        """How long the output is."""
        return self.samples_out / self.rate

    def pieces(self) -> np.ndarray:
        """(n, 4) float64 seconds: (source start, source end, output start, output end) of what is heard, in the order
        of the output. Where a piece runs backwards its source end is the earlier; between pieces there is silence.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say where the pieces of a clip go: define pieces().")

    def is_identity(self) -> bool:
        """Whether every sample stays where it is."""
        return False

    def frame(self, frame: Frame) -> Frame:
        """The output's length; another clip length or rate than the drawn one raises ReplayError."""
        return {**same_clip(frame, self.samples_in, self.rate), Axis.TIME: (self.samples_out, self.rate)}

    def origins(self, seconds: np.ndarray) -> np.ndarray:
        """Where moments (n,) of the output come from, seconds of the input; nan where there is silence.

        This is how frames follow: output frame j, around (j + 0.5) · hop, shows what was at the origin of that moment.
        """
        seconds = np.asarray(seconds, dtype=np.float64)
        found = np.full(seconds.shape, np.nan)
        for a, b, start, end in self.pieces():
            inside = (seconds >= start) & (seconds < end)
            found[inside] = a + (seconds[inside] - start) * ((b - a) / (end - start))
        return found

    def parts(self, start: np.ndarray, end: np.ndarray) -> Parts:
        """Where stretches of time (n,) go, seconds; moments are stretches with ``start`` = ``end``.

        A moment belongs to the piece that begins with it, and to the last one where it is the end of the clip. Parts of
        one stretch that meet in the output are one part, unless an end of the stretch lies where they meet.
        """
        start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        cut = [_cut(start, end, piece, self.seconds_in) for piece in self.pieces()]
        if not cut:
            return Parts(*(np.zeros(0, dtype=kind) for kind in (int, float, float, float, bool, bool)))
        parts = Parts(*(np.concatenate(column) for column in zip(*cut, strict=True)))
        order = np.lexsort((parts.start, parts.row))
        return _joined(Parts(*(getattr(parts, name)[order] for name in Parts.__annotations__)))


def same_clip(frame: Frame, samples: int, rate: int) -> Frame:
    """The frame, if it is that of a clip of ``samples`` at ``rate`` Hz; ReplayError where it is another's."""
    met = tuple(frame[Axis.TIME])
    if met != (samples, rate):
        raise ReplayError(f"drawn for a clip of {samples} samples at {rate} Hz, met one of {met[0]} at {met[1]} Hz.")
    return frame


def _cut(start: np.ndarray, end: np.ndarray, piece: np.ndarray, clip: float) -> tuple[np.ndarray, ...]:
    """The parts of stretches that lie in one piece, as the columns of ``Parts``."""
    a, b, output, slope = piece[0], piece[1], piece[2], (piece[3] - piece[2]) / (piece[1] - piece[0])
    low, high = min(a, b), max(a, b)
    begin, stop = np.maximum(start, low), np.minimum(end, high)
    moment = (start >= low) & ((start < high - INSTANT) | ((high >= clip - INSTANT) & (start <= high + INSTANT)))
    there = np.where(end > start, stop - begin > INSTANT, moment)
    row = there.nonzero()[0]
    begin, stop = begin[row], np.maximum(stop[row], begin[row])
    first, last = begin <= start[row] + INSTANT, stop >= end[row] - INSTANT
    ends = np.sort([output + (begin - a) * slope, output + (stop - a) * slope], axis=0)
    return row, np.maximum(ends[0], 0.0), np.maximum(ends[1], 0.0), stop - begin, first, last


def _joined(parts: Parts) -> Parts:
    """Parts of one stretch that meet, as one."""
    if len(parts.row) < 2:
        return parts
    meets = (parts.row[1:] == parts.row[:-1]) & (parts.start[1:] <= parts.end[:-1] + INSTANT)
    goes_on = meets & ~parts.first[1:] & ~parts.last[:-1]
    heads = np.concatenate([[True], ~goes_on]).nonzero()[0]
    return Parts(
        parts.row[heads],
        parts.start[heads],
        np.maximum.reduceat(parts.end, heads),
        np.add.reduceat(parts.seconds, heads),
        np.logical_or.reduceat(parts.first, heads),
        np.logical_or.reduceat(parts.last, heads),
    )
