"""What text steps have in common when they draw: the text, what is marked on it, and how many places to change."""

from __future__ import annotations

from collections.abc import Mapping

from augkit.errors import DataError
from augkit.rng import Stream
from augkit.sample import Axis, Target
from augkit.vocab.text import Text

Ranges = list[tuple[int, int]]


def string_in(content: Mapping[str, Target] | None) -> str:
    """The one text of the group."""
    texts = [target.string for target in (content or {}).values() if isinstance(target, Text)]
    if len(texts) != 1:
        raise DataError(
            f"edits belong to one text, and this group has {len(texts)}; give each text its own in `groups`."
        )
    return texts[0]


def marked(content: Mapping[str, Target] | None) -> tuple[Ranges, set[int]]:
    """What annotations cover, and the edges that a change of several characters at once must not cross.

    An annotation tells by its methods ``ranges()`` and ``edges()``; a stranger's may have neither.
    """
    ranges: Ranges = []
    edges: set[int] = set()
    for target in (content or {}).values():
        if Axis.TEXT in target.axes and not target.carrier:
            ranges += getattr(target, "ranges", list)()
            edges |= getattr(target, "edges", set)()
    return ranges, edges


def places(rng: Stream, count: int, rate: float) -> list[int]:
    """``rate`` of the numbers below ``count``, in order, each as likely; a fraction of a place is one with that chance.

    Floyd's sampling: it draws as many numbers as it gives places.
    """
    exact = rate * count
    size = min(int(exact) + (rng.random() < exact - int(exact)), count)
    chosen: set[int] = set()
    for last in range(count - size, count):
        place = rng.integer(0, last)
        chosen.add(last if place in chosen else place)
    return sorted(chosen)
