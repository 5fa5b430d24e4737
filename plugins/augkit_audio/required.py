"""Events that must not all be lost: where a window may begin, and the conflict where there is no such place."""

from __future__ import annotations

import math

from augkit.errors import Conflict
from augkit.rng import Stream
from augkit.vocab.timeline import Events, TimeMap
from augkit.vocab.timeline.events import events_follow_time

Places = list[tuple[int, int]]


def some_left(events: Events, timemap: TimeMap, required: bool) -> Events:
    """The events as they follow; Conflict where some are required and all that there were are gone."""
    moved = events_follow_time(events, timemap)
    if required and len(events) and not len(moved):
        raise Conflict(f"none of the {len(events)} events would be left in the clip.")
    return moved


def anywhere(rng: Stream, last: int, places: Places) -> int:
    """A first sample of 0 to ``last``, evenly among the ``places`` (first, last) where there are any."""
    places = places or [(0, last)]
    number = rng.integer(0, sum(high - low + 1 for low, high in places) - 1)
    for low, high in places:
        if number <= high - low:
            break
        number -= high - low + 1
    return low + number


def places_with_event(events: Events, size: int, last: int, rate: int) -> Places:
    """The first samples (first, last), rising and apart, of windows of ``size`` that keep some event by its policy."""
    found: Places = []
    for low, high in sorted(_places(events, size, rate)):
        low, high = max(low, 0), min(high, last)
        if low > high:
            continue
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _places(events: Events, size: int, rate: int) -> Places:
    kept = [1.0] * len(events) if events.kept is None else events.kept.tolist()
    rows = zip(events.onset.tolist(), events.offset.tolist(), kept, strict=True)
    return [_reach(on, off, _needed(off - on, left, events), size, rate) for on, off, left in rows]


def _needed(seconds: float, left: float, events: Events) -> float:
    """How much of an event must be in the window."""
    fraction = events.options.min_fraction / left if left > 0.0 else math.inf
    return float(max(fraction * seconds, events.options.min_seconds))


def _reach(onset: float, offset: float, needed: float, size: int, rate: int) -> tuple[int, int]:
    """From which to which first sample a window holds so much of an event, and anything at all."""
    needed = max(needed, min(1.0 / rate, offset - onset))
    if needed > offset - onset + 1e-9:
        return 1, 0
    low = math.ceil((onset + needed) * rate - size - 1e-6)
    high = math.floor((offset - needed) * rate + 1e-6)
    return (low + 1 if onset == offset else low), high
