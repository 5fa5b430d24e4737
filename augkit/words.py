"""What did they mean? Suggestions for a mistyped name, or none rather than a wild guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

LONGEST = 64
"""Longer words are not names; comparing them would only cost time."""


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that ``word`` most likely stands for, or None when nothing is near.

    Near is: the same letters but for case, ``_``, ``-`` and spaces (``batchsize``); few slips of the keyboard, a swap
    of neighbours counting once (``hfilp``); the same parts in another order or some of them (``crop_random``,
    ``blur``); the long form of a short name (``HorizontalFlip``, ``learning_rate``).
    """
    word = str(word)
    if not word or len(word) > LONGEST:
        return None
    others = [c for c in dict.fromkeys(candidates) if c != word and 0 < len(c) <= LONGEST]
    ranked = [(cost, -_alike(word, c), c) for c in others if (cost := _cost(word, c)) is not None]
    return min(ranked)[2] if ranked else None


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` with the space before it, ready to end a message; empty when nothing is near."""
    best = did_you_mean(word, candidates)
    return f" Did you mean '{best}'?" if best is not None else ""


def printable(text: str) -> str:
    """The text on one line that any terminal and any comment can hold: what cannot be shown is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def slips(a: str, b: str) -> int:
    """Letters to insert, delete, replace, or swap with their neighbour, to turn ``a`` into ``b``.

    Optimal string alignment (Damerau 1964): as Levenshtein, and a swap of neighbours costs 1, not 2.
    """
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]


def _cost(word: str, candidate: str) -> int | None:
    """Slips; 0 or 1 for another spelling by parts, more the more parts are missing; None for a stranger."""
    a, b = _parts(word), _parts(candidate)
    if not a or not b:
        return None
    if "/" in candidate and "/" not in word:
        b = _parts(candidate.rsplit("/", 1)[1]) or b
    joined, other = "".join(a), "".join(b)
    distance = slips(joined, other)
    if distance <= _allowed(min(len(joined), len(other))):
        return distance
    return 1 if _abbreviates(b, a) or _abbreviates(a, b) else _parts_apart(set(a), set(b))


def _allowed(length: int) -> int:
    """A slip in every third letter or so is a slip; more is another word, and in two letters even one."""
    return 0 if length < 3 else min(length // 3, 3) if length > 4 else 1


def _parts(word: str) -> list[str]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word)
    return [part for part in re.split(r"[\W_]+", snake.lower()) if part]


def _parts_apart(a: set[str], b: set[str]) -> int | None:
    """0 for another order; when one name is some of the other's parts, and no mere syllable, 1 + the parts missing."""
    few, many = sorted((a, b), key=len)
    if not few <= many or len("".join(few)) < 3:
        return None
    return 1 + len(many - few) if few != many else 0


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """``lr`` for learning_rate and for lr_rate (which says rate twice), ``hflip`` for horizontal_flip."""
    if len(short) != 1 or len(long) < 2:
        return False
    initials = "".join(part[0] for part in long)
    forms = {initials, initials[:-1] + long[-1]}
    return short[0] in forms or (short[0] == long[0] and short[0].endswith(long[-1][0]) and len(short[0]) > 1)


def _alike(word: str, candidate: str) -> float:
    return SequenceMatcher(None, word.lower(), candidate.lower(), autojunk=False).ratio()
