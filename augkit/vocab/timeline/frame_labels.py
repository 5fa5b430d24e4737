"""FrameLabels: a label for every hop of time, and how they follow."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

import numpy as np

from augkit.columns import form_of, like_given
from augkit.errors import DataError
from augkit.fields import Limits
from augkit.sample import TIME, Axis, Frame, Options, Target
from augkit.tensors import from_tensor, is_tensor
from augkit.transform import moves
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.moves import INSTANT, TimeMove

_FORM = 'expected {"labels": (frames,) or (frames, classes), "hop": seconds}'
_SLACK = 1e-6


class FrameLabelOptions(Options):
    """What frames get where there is no sound of the clip (``silence``), and where it was masked (always ``ignore``).

    ``ignore`` is the value that a loss leaves out, ``background`` that of nothing happening; of soft labels a frame is
    left out where it holds the first, which is never averaged with anything.
    """

    silence: Annotated[Literal["ignore", "background"], Limits(doc="what frames of added silence get")] = "ignore"
    ignore: Any = -100
    background: Any = 0


@dataclass(frozen=True, eq=False)
class FrameLabels(Target):
    """``labels``: (frames,) ids or texts, or (frames, classes); frame j is the clip from j · ``hop`` to (j + 1) ·
    ``hop`` seconds. Whole numbers, truth values and texts are classes; floats are soft, and are averaged where frames
    are joined.
    """

    kind = "frame_labels"
    axes = TIME
    options_type = FrameLabelOptions

    labels: np.ndarray
    hop: float
    options: Any = field(default=FrameLabelOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def soft(self) -> bool:
        """Whether labels are weights."""
        return self.labels.dtype.kind == "f"

    @property
    def rows(self) -> np.ndarray:
        """The labels as (frames, classes), one class where they have none of their own."""
        return self.labels.reshape(len(self.labels), math.prod(self.labels.shape[1:]))

    @property
    def middles(self) -> np.ndarray:
        """The moment in the middle of every frame (n,), seconds."""
        return (np.arange(len(self.labels)) + 0.5) * self.hop

    def covering(self, samples: int, rate: int) -> int:
        """How many frames of this hop it takes to cover a clip."""
        return _covering(samples, rate, self.hop)

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From ``{"labels", "hop"}``. Frames that do not cover the clip, give or take one, raise DataError."""
        if isinstance(value, cls):
            return value, "target"
        if not isinstance(value, Mapping) or set(value) != {"labels", "hop"}:
            told = f"the keys {', '.join(map(str, value))}" if isinstance(value, Mapping) else type(value).__name__
            raise DataError(f"frame_labels: got {told}; {_FORM}.")
        labels, hop = _array(value["labels"]), _hop(value["hop"])
        if Axis.TIME in frame:
            _check_covers(len(labels), hop, *frame[Axis.TIME])
        return cls(labels, hop, options=options), {**form_of(value["labels"]), "hop": value["hop"]}

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        return {"labels": like_given(self.labels, form["given"]), "hop": form["hop"]}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> dict[str, Any]:
        """``labels`` (b, longest[, classes]), shorter ones followed by frames to ignore; ``lengths`` (b,); ``hop``."""
        shapes = {(target.labels.shape[1:], target.hop) for target in targets}
        if len(shapes) > 1:
            listing = " and ".join(f"{list(shape)} every {hop:g} s" for shape, hop in sorted(shapes))
            raise DataError(f"frame_labels: a batch needs one hop and as many classes, got {listing}.")
        lengths = np.array([len(target) for target in targets], dtype=np.int64)
        rows = [target.filled(np.arange(int(lengths.max())) < len(target), "ignore") for target in targets]
        return {"labels": np.stack(rows), "lengths": lengths, "hop": targets[0].hop}

    def filled(self, known: np.ndarray, policy: str) -> np.ndarray:
        """The labels in the frames that are ``known`` (n,), in order, and what ``policy`` says in the others."""
        if known.all():
            return self.labels
        blank = self.blank(policy)
        dtype = self.labels.dtype
        dtype = np.result_type(dtype, np.asarray(blank)) if dtype.kind == "U" else dtype
        made = np.full((len(known), *self.labels.shape[1:]), blank, dtype=dtype)
        made[known] = self.labels
        return made

    def blank(self, policy: str) -> Any:
        """The value of frames without a label: to be ignored, or background. DataError where the dtype has none."""
        value, dtype = getattr(self.options, policy), self.labels.dtype
        if not _holds(dtype, value):
            raise DataError(
                f"frame_labels: there are frames to give the {policy} value {value!r}, which {dtype} cannot hold. Name "
                f"another, as in frame_labels: {{{policy}: …}}, or say `silence: background`."
            )
        return value


@moves(TimeMove, FrameLabels)
def frame_labels_follow_time(frames: FrameLabels, move: TimeMove) -> FrameLabels:
    """Frames of the same hop over the moved clip: classes are those at the middle of each frame, soft labels the mean
    over it; where there is silence, what the options say.
    """
    if move.is_identity():
        return frames
    count = max(_covering(move.samples_out, move.rate, frames.hop) + _spare(frames, move), 0)
    made = _averaged(frames, move, count) if frames.soft else _nearest(frames, move, count)
    return dataclasses.replace(frames, labels=made)


@moves(TimeErase, FrameLabels)
def frame_labels_follow_erase(frames: FrameLabels, erase: TimeErase) -> FrameLabels:
    """Frames whose middle is masked get the ignore value, unless the policy is to keep them."""
    masked = erase.covers(frames.middles)
    if erase.policy == "keep" or not masked.any():
        return frames
    kept = dataclasses.replace(frames, labels=frames.labels[~masked])
    return dataclasses.replace(frames, labels=kept.filled(~masked, "ignore"))


def _nearest(frames: FrameLabels, move: TimeMove, count: int) -> np.ndarray:
    # The last frame may begin in the clip and have its middle beyond it, and some people count one frame more.
    middles = np.minimum((np.arange(count) + 0.5) * frames.hop, move.seconds_out - INSTANT)
    origins = move.origins(middles)
    known = np.isfinite(origins) & (len(frames) > 0)
    rows = np.clip((origins[known] / frames.hop + INSTANT).astype(int), 0, max(len(frames) - 1, 0))
    return dataclasses.replace(frames, labels=frames.labels[rows]).filled(known, frames.options.silence)


def _averaged(frames: FrameLabels, move: TimeMove, count: int) -> np.ndarray:
    """The mean over each frame of what is heard in it and known; where that is less than half, the value to ignore."""
    edges, values = np.arange(count + 1) * frames.hop, frames.rows.astype(np.float64)
    known = ~(values == frames.options.ignore).any(axis=1, keepdims=True) & ~np.isnan(values).any(axis=1, keepdims=True)
    weighed = np.concatenate([np.where(known, values, 0.0), known], axis=1)
    total, heard = np.zeros((count, weighed.shape[1])), np.zeros((count, 1))
    for a, b, start, end in move.pieces():
        within = np.clip(edges, start, end)
        slope = (b - a) / (end - start)
        total += np.diff(_integral(weighed, (a + (within - start) * slope) / frames.hop), axis=0) * (frames.hop / slope)
        heard += np.diff(within)[:, None]
    whole = np.maximum(np.diff(np.minimum(edges, move.seconds_out))[:, None], INSTANT)
    counted = total[:, -1:]
    if frames.options.silence == "background":
        counted = counted + (whole - heard)
        total[:, :-1] += (whole - heard) * float(frames.blank("background"))
    mean = total[:, :-1] / np.where(counted > INSTANT, counted, 1.0)
    beyond = (edges[:-1] >= move.seconds_out - INSTANT).nonzero()[0]
    mean[beyond], counted[beyond] = mean[beyond[:1] - 1], whole[beyond]  # one frame more than the clip has: as the last
    left_out = counted[:, 0] < 0.5 * whole[:, 0]
    if left_out.any():
        mean[left_out] = frames.blank("ignore")
    return mean.astype(frames.labels.dtype).reshape(count, *frames.labels.shape[1:])


def _integral(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The sum of ``values`` (n, classes), each lasting 1, from the start up to ``at`` (m,); the last goes on."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    row = np.clip(at.astype(int), 0, max(len(values) - 1, 0))
    if not len(values):
        return np.zeros((len(at), values.shape[1]))
    return np.asarray(sums[row] + (at - row)[:, None] * values[row])


def _covering(samples: int, rate: int, hop: float) -> int:
    """How many frames it takes to cover a clip."""
    return math.ceil(samples / rate / hop - _SLACK)


def _spare(frames: FrameLabels, move: TimeMove) -> int:
    """By how many frames the labels are more than cover their clip: some people count one more, or one less."""
    return len(frames) - _covering(move.samples_in, move.rate, frames.hop)


def _holds(dtype: np.dtype[Any], value: Any) -> bool:
    if dtype.kind == "U":
        return isinstance(value, str)
    if dtype.kind == "f":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if dtype.kind == "b":
        return isinstance(value, bool) or (isinstance(value, int) and value in (0, 1))
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max


def _array(labels: Any) -> np.ndarray:
    array = from_tensor(labels) if is_tensor(labels) else np.asarray(labels)
    if array.dtype.kind not in "biufU" or array.ndim not in (1, 2):
        raise DataError(f"frame_labels: labels are {array.dtype} of shape {array.shape}; {_FORM}.")
    return array


def _hop(hop: Any) -> float:
    number = isinstance(hop, int | float | np.number) and not isinstance(hop, bool)
    if not number or not math.isfinite(hop) or hop <= 0:
        raise DataError(f"frame_labels: hop is {hop!r}; expected seconds from one frame to the next, such as 0.01.")
    return float(hop)


def _check_covers(count: int, hop: float, samples: int, rate: int) -> None:
    needed = _covering(samples, rate, hop)
    if abs(count - needed) > 1:
        raise DataError(
            f"frame_labels: {count} frames of {hop:g} s last {count * hop:g} s; the clip lasts {samples / rate:g} s, "
            f"which takes {needed}. `hop` is in seconds, not in samples."
        )
