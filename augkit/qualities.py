"""Qualities: the words in which a step says what it ``changes`` and a label what it is ``sensitive_to``."""

from __future__ import annotations

from augkit.plugins import catalogue
from augkit.words import suggestion

QUALITIES = frozenset(
    "handedness orientation scale shape composition colour brightness sharpness texture noise "
    "loudness tempo pitch timbre key voice speaker gender emotion direction meaning polarity spelling language "
    "order numbers names wording register case".split()
)
"""Words that mean the same everywhere; a plugin's steps may add their own."""


def why_unknown(quality: str) -> str | None:
    """What is wrong with a word that no step knows, or None. A slip would protect nothing, in silence."""
    if quality in QUALITIES:
        return None
    known = QUALITIES | _of_plugins()
    if quality in known:
        return None
    return f"unknown quality {quality!r}.{suggestion(quality, known)} Known: {', '.join(sorted(known))}."


def _of_plugins() -> frozenset[str]:
    """What the registered steps change. One that cannot be loaded here cannot run here either."""
    found: set[str] = set()
    for name in catalogue().names("transform"):
        try:
            found.update(catalogue().load("transform", name).changes or ())
        except Exception:  # whatever a stranger's import raises is told where the step is used
            continue
    return frozenset(found)
