"""Alignment: which word of a text became which of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise


class Token(str):
    """A word that knows its number, so that it can be found again among those that a library gives back."""

    number: int

    def __new__(cls, text: str, number: int) -> Token:
        made = super().__new__(cls, text)
        made.number = number
        return made


KEEP, CHANGE, SPLIT, JOIN, DELETE, INSERT = range(6)
"""What may become of a token; a JOIN is told as a CHANGE of the first and a DELETE of the second."""

_TAKES = {KEEP: (1, 1), CHANGE: (1, 1), SPLIT: (1, 2), JOIN: (2, 1), DELETE: (1, 0), INSERT: (0, 1)}
_LARGEST = 250_000

Range = tuple[int, int]
Op = tuple[int, int, int]
"""What happened, and to which of the old and the new tokens it happened first."""


def alignment(old: Sequence[str], new: Sequence[str]) -> list[Op]:
    """What became of each old token, by what costs least between those that certainly stayed."""
    ops: list[Op] = []
    i = j = 0
    for a, b in [*_anchors(old, new), (len(old), len(new))]:
        ops += _cheapest(old[i:a], new[j:b], i, j)
        if a < len(old):
            ops.append((KEEP, a, b))
        i, j = a + 1, b + 1
    return _paired(ops)


def _paired(ops: Sequence[Op]) -> list[Op]:
    """A word that is gone and one that is new in its place are one that changed."""
    done: list[Op] = []
    for op in ops:
        if done and {done[-1][0], op[0]} == {DELETE, INSERT}:
            gone, new = sorted((done.pop(), op))
            done.append((CHANGE, gone[1], new[2]))
        else:
            done.append(op)
    return done


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[Range]:
    """Pairs of an old and a new token that are the same: by their numbers, else the longest runs of equal ones."""
    numbered = [(token.number, j) for j, token in enumerate(new) if isinstance(token, Token)]
    if numbered and all(a < b for (a, _), (b, _) in pairwise(numbered)):
        return [(i, j) for i, j in numbered if old[i] == new[j]]
    blocks = SequenceMatcher(None, list(map(str, old)), list(map(str, new)), autojunk=False).get_matching_blocks()
    return [(block.a + k, block.b + k) for block in blocks for k in range(block.size)]


def _cheapest(old: Sequence[str], new: Sequence[str], i0: int, j0: int) -> list[Op]:
    """The operations of least cost between two anchors."""
    n, m = len(old), len(new)
    if n == m or n * m > _LARGEST:
        pairs = min(n, m)
        rest = [(DELETE, i0 + i, j0 + pairs) for i in range(pairs, n)] + [
            (INSERT, i0 + pairs, j0 + j) for j in range(pairs, m)
        ]
        return [(KEEP if old[k] == new[k] else CHANGE, i0 + k, j0 + k) for k in range(pairs)] + rest
    best: dict[Range, tuple[float, int]] = {(n, m): (0.0, -1)}
    for i in range(n, -1, -1):
        for j in range(m, -1, -1):
            ways = [(cost + best[i + _TAKES[op][0], j + _TAKES[op][1]][0], op) for op, cost in _ways(old, new, i, j)]
            if ways:
                best[i, j] = min(ways)
    ops, i, j = [], 0, 0
    while (i, j) != (n, m):
        op = best[i, j][1]
        ops.append((CHANGE if op == JOIN else op, i0 + i, j0 + j))
        if op == JOIN:  # all of it is with the first; no two words that whitespace separates become one by themselves
            ops.append((DELETE, i0 + i + 1, j0 + j + 1))
        i, j = i + _TAKES[op][0], j + _TAKES[op][1]
    return ops


def _ways(old: Sequence[str], new: Sequence[str], i: int, j: int) -> Iterator[tuple[int, float]]:
    a, b = old[i : i + 2], new[j : j + 2]
    if a and b:
        yield (KEEP, 0.0) if a[0] == b[0] else (CHANGE, 0.1 + 1.2 * (1 - _likeness(a[0], b[0])))
        if len(b) == 2 and a[0] == b[0] + b[1]:
            yield SPLIT, 0.15
        if len(a) == 2 and b[0] == a[0] + a[1]:
            yield JOIN, 0.15
    if a:
        yield DELETE, 1.0
    if b:
        yield INSERT, 1.0


def _likeness(a: str, b: str) -> float:
    """1 for words that differ in case alone, else the part that they begin and end with alike."""
    if a.casefold() == b.casefold():
        return 1.0
    shorter = min(len(a), len(b))
    front = next((k for k in range(shorter) if a[k] != b[k]), shorter)
    back = next((k for k in range(shorter - front) if a[-1 - k] != b[-1 - k]), shorter - front)
    return (front + back) / max(len(a), len(b))
