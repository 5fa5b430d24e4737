"""Spans of time as a recipe writes them."""

from __future__ import annotations

import re

from augkit.errors import FieldError

UNITS = {"s": 1, "m": 60, "h": 3600}
_SPAN = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


def seconds_in(text: str) -> float:
    """Of ``90s``, ``3m``, ``1.5h`` or ``1h30m``. Raises FieldError (``time``) for what is no span, or an empty one."""
    match = _SPAN.fullmatch(text.replace(" ", ""))
    hours, minutes, seconds = (float(part or 0) for part in match.groups()) if match else (0.0, 0.0, 0.0)
    total = hours * UNITS["h"] + minutes * UNITS["m"] + seconds
    if not total > 0:
        raise FieldError(f"time: got {text!r}; expected a span of time, such as 90s, 3m, 1.5h or 1h30m.", "time")
    return total


def told(seconds: float) -> str:
    """A span to read: ``2.5 s``, ``3 min 20 s``, ``1 h 5 min``."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
