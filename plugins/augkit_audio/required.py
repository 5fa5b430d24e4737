"""Events that must not all be lost."""

from __future__ import annotations

from augkit.errors import Conflict
from augkit.vocab.timeline import Events, TimeMap
from augkit.vocab.timeline.events import events_follow_time


def some_left(events: Events, timemap: TimeMap, required: bool) -> Events:
    """The events as they follow; Conflict where some are required and all that there were are gone."""
    moved = events_follow_time(events, timemap)
    if required and len(events) and not len(moved):
        raise Conflict(f"none of the {len(events)} events would be left in the clip.")
    return moved
