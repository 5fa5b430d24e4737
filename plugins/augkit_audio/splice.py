"""Steps that cut pieces out of a clip, or repeat them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Transform
from augkit.vocab.timeline import Spliced
from augkit_audio.placing import cuts_words

Cut = tuple[int, int]


class Splice(Transform[Spliced]):
    """Cut out, or repeat, ``count`` short stretches of ``seconds`` each, as a damaged recording or a stutter would.

    The joints are blended over ``fade_ms``. Annotations follow exactly: what is cut out shortens an event, what is
    repeated lengthens one that lasts throughout it and doubles others. Where a word would be cut,
    ``on_conflict`` says what to do. Stretches never take more than half of the clip.
    """

    changes = {"tempo"}

    seconds: Annotated[Range, Limits(0, 3600, neutral=0, strongest=0.3, unit="s", doc="of each stretch")] = Range(
        0.02, 0.1
    )
    count: Annotated[Range, Limits(0, 100, whole=True, doc="how many; [1, 3] draws 1, 2 or 3")] = Range(1)
    action: Annotated[
        Literal["delete", "repeat", "either"], Limits(doc="what is done to each; either draws for each")
    ] = "either"
    fade_ms: Annotated[float, Limits(0, 100, unit="ms", doc="how long each joint is blended")] = 4.0

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"count": 3, "action": "delete"}, {"count": [0, 2], "action": "repeat", "fade_ms": 0}]

    def keeps_frame(self) -> bool:
        """Never, as far as one can know before."""
        return False

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """A word may be cut."""
        return cuts_words(kinds, "may cut a word.")

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Spliced:
        samples, rate = frame[Axis.TIME]
        stretches, left = [], samples // 2
        for _ in range(self.count.draw_int(rng)):
            size = min(round(self.seconds.draw(rng) * rate), left)
            first = rng.integer(0, samples - size)
            deletes = self.action == "delete" or (self.action == "either" and rng.random() < 0.5)
            stretches.append((first, first + size, deletes))
            left -= size if deletes else 0
        return Spliced(_cuts(stretches, samples), samples, rate, round(self.fade_ms / 2000 * rate))


def _cuts(stretches: list[tuple[int, int, bool]], samples: int) -> tuple[Cut, ...]:
    """What is played, in order: each stretch is left out or played twice. Those that overlap are done one by one."""
    cuts: list[Cut] = [(0, samples)]
    for first, last, deletes in stretches:
        if last > first:
            cuts = _without(cuts, first, last) if deletes else _twice(cuts, first, last)
    return tuple(cuts)


def _without(cuts: list[Cut], first: int, last: int) -> list[Cut]:
    kept = [piece for a, b in cuts for piece in ((a, min(b, first)), (max(a, last), b))]
    return [(a, b) for a, b in kept if a < b]


def _twice(cuts: list[Cut], first: int, last: int) -> list[Cut]:
    """The first piece that holds the whole stretch plays it twice; where none does, nothing changes."""
    for at, (a, b) in enumerate(cuts):
        if a <= first and last <= b:
            return [*cuts[:at], (a, last), (first, b), *cuts[at + 1 :]]
    return cuts
