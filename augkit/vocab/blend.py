"""Blend: two samples laid over each other, each with its share; and MixUp, which draws it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from augkit.errors import DataError
from augkit.fields import Limits
from augkit.mixing import Mixture, mixes
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.joining import joined_columns, joined_or_none, weighted
from augkit.vocab.timeline.audio import Audio
from augkit.vocab.timeline.events import Events


@dataclass(frozen=True)
class Blend(Mixture):
    """``share`` (0 to 1) of the own sample and the rest of one partner. Pictures must be of one size."""

    share: float

    def met(self, groups: Sequence[Mapping[str, Target]]) -> Blend:
        check_sizes(groups)
        return self

    def frame(self, frame: Frame) -> Frame | None:
        """The same for pictures; sounds are as long as the longer of both."""
        return None if Axis.TIME in frame else frame

    def shares(self) -> tuple[float, ...]:
        return self.share, 1.0 - self.share


def check_sizes(groups: Sequence[Mapping[str, Target]]) -> None:
    """Refuse pictures of different sizes."""
    for name in groups[0]:
        frames = [group[name].frame() for group in groups if name in group]
        sizes = [tuple(frame[Axis.SPACE]) for frame in frames if Axis.SPACE in frame]
        if odd := next((size for size in sizes if size != sizes[0]), None):
            raise DataError(
                f"{name!r} is of {sizes[0]} (h, w), its partner's of {odd}; only pictures of one size can be mixed so. "
                "Put `resize` or a crop before this step."
            )


class MixUp(Transform[Blend]):
    """Two samples laid over each other, λ and 1 − λ of each with λ drawn from Beta(``alpha``, ``alpha``), and so their
    labels (Zhang et al. 2018). Boxes and events of both stay, with their share in a column ``weight``.
    """

    changes = frozenset({"composition"})
    partners = 1

    alpha: Annotated[
        float,
        Limits(0, 1000, doc="of Beta(alpha, alpha): small, mostly one sample; 1, any share; large, half and half"),
    ] = 0.2

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Blend:
        return Blend(rng.beta(self.alpha, self.alpha) if self.alpha > 0 else 1.0)


def check_clips(clips: Sequence[Audio]) -> Audio:
    """The own clip of two; those of different rates or channels are refused."""
    own, other = clips
    if own.rate != other.rate or len(own.samples) != len(other.samples):
        raise DataError(
            f"a clip of {len(own.samples)} channels at {own.rate} Hz cannot be mixed with one of "
            f"{len(other.samples)} at {other.rate} Hz."
        )
    return own


@mixes(Blend, Audio)
def audio_blends(clips: Sequence[Audio], blend: Blend) -> Audio:
    """Each sample with its share; the shorter clip is silent where it has ended. Rates and channels must agree."""
    own = check_clips(clips)
    mixed = np.zeros((len(own.samples), max(clip.samples.shape[1] for clip in clips)), dtype=np.float32)
    for clip, share in zip(clips, blend.shares(), strict=True):
        mixed[:, : clip.samples.shape[1]] += np.float32(share) * clip.samples
    return dataclasses.replace(own, samples=mixed)


@mixes(Blend, Events)
def events_blend(events: Sequence[Events], blend: Blend) -> Events:
    """The events of both, each with the share of its sample in the column ``weight``."""
    shared = zip(events, blend.shares(), strict=True)
    return joined_events([_weighted(each, share) for each, share in shared])


def _weighted(events: Events, share: float) -> Events:
    return dataclasses.replace(events, columns=weighted(events.columns, len(events), share))


def joined_events(events: Sequence[Events]) -> Events:
    """All events one after the other, with the columns and the options of the first."""
    counts = [len(each) for each in events]
    columns = joined_columns([each.columns for each in events], counts, "events")
    onset, offset = (np.concatenate([getattr(each, name) for each in events]) for name in ("onset", "offset"))
    kept = joined_or_none([each.kept for each in events], counts)
    return dataclasses.replace(events[0], onset=onset, offset=offset, columns=columns, kept=kept)
