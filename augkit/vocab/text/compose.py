"""Two edit scripts as one: the later script is cut into the pieces that the first one leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

Edit = tuple[int, int, str]
"""``(start, end, replacement)``: an insertion where start = end, a deletion where the replacement is empty."""


@dataclass
class _Piece:
    """A part of the edited text: kept from the original (``edit`` is None), or (a part of) what an edit put there.

    ``start`` and ``end`` are where that was in the original; a ``guest`` was inserted within what another edit had put.
    """

    start: int
    end: int
    text: str | None
    edit: int | None
    guest: bool = False

    def __len__(self) -> int:
        return self.end - self.start if self.text is None else len(self.text)

    def cut(self, at: int) -> tuple[_Piece, _Piece]:
        if self.text is None:
            middle = self.start + at
            return _Piece(self.start, middle, None, None), _Piece(middle, self.end, None, None)
        parts = self.text[:at], self.text[at:]
        return _Piece(self.start, self.end, parts[0], self.edit), _Piece(self.start, self.end, parts[1], self.edit)


def composed(first: Sequence[Edit], later: Sequence[Edit], length: int) -> tuple[Edit, ...] | None:
    """One script over the original text of ``length``, or None where one script would move some span differently."""
    todo = list(_pieces(first, length))[::-1]
    done: list[_Piece] = []
    position, fresh = 0, len(first)
    for start, end, replacement in later:
        done += _take(todo, start - position)
        while todo and not len(todo[-1]):
            done.append(todo.pop())
        removed = _take(todo, end - start)
        put = _put(done, removed, todo, replacement, fresh)
        if put is None:
            return None
        done += put
        position, fresh = end, fresh + 1
    pieces = [*done, *todo[::-1]]
    return None if _strands(pieces, first) else tuple(_joined(_scripted(pieces)))


def _pieces(edits: Sequence[Edit], length: int) -> Iterator[_Piece]:
    at = 0
    for number, (start, end, replacement) in enumerate(edits):
        if at < start:
            yield _Piece(at, start, None, None)
        yield _Piece(start, end, replacement, number)
        at = end
    if at < length:
        yield _Piece(at, length, None, None)


def _take(todo: list[_Piece], count: int) -> list[_Piece]:
    """The pieces of the next ``count`` characters; deletions just behind them stay."""
    taken = []
    while count > 0:
        piece = todo.pop()
        if len(piece) > count:
            piece, rest = piece.cut(count)
            todo.append(rest)
        count -= len(piece)
        taken.append(piece)
    return taken


def _put(
    done: Sequence[_Piece], removed: Sequence[_Piece], todo: Sequence[_Piece], replacement: str, fresh: int
) -> list[_Piece] | None:
    """What stands where ``removed`` was; None where it cannot be said in one script."""
    left = done[-1].edit if done else None
    right = todo[-1].edit if todo else None
    if not removed:
        if left is not None and left == right:
            return [_Piece(done[-1].start, done[-1].end, replacement, left, guest=True)]
        at = done[-1].end if done else 0
        return [_Piece(at, at, replacement, fresh)]
    if not replacement:
        return [_Piece(piece.start, piece.end, "", fresh if piece.edit is None else piece.edit) for piece in removed]
    edits = {piece.edit for piece in removed}
    if len(edits) == 1 and None not in edits:
        return [_Piece(removed[0].start, removed[0].end, replacement, removed[0].edit)]
    cut = {left, right} & edits - {None}
    if cut or any(not len(piece) for piece in removed):
        return None
    return [_Piece(removed[0].start, removed[-1].end, replacement, fresh)]


def _strands(pieces: Iterable[_Piece], first: Sequence[Edit]) -> bool:
    """Whether text that the first script inserted has lost a neighbour to the later one.

    It was within spans that reached over it, and still is; in one script it would stand at their edge, outside.
    """
    for changed, run in groupby(pieces, key=lambda piece: piece.edit is not None):
        parts = list(run) if changed else []
        inserted = any(part.text and part.start == part.end and (part.edit or 0) < len(first) for part in parts)
        if inserted and any(not part.text and part.start < part.end and not _was_empty(part, first) for part in parts):
            return True
    return False


def _was_empty(piece: _Piece, first: Sequence[Edit]) -> bool:
    return piece.edit is not None and piece.edit < len(first) and not first[piece.edit][2]


def _scripted(pieces: Iterable[_Piece]) -> Iterator[Edit]:
    """Edits out of pieces, the parts of one edit joined."""
    for edit, group in groupby(pieces, key=attrgetter("edit")):
        if edit is None:
            continue
        parts = list(group)
        own = [number for number, part in enumerate(parts) if part.text and not part.guest]
        first, last = (own[0], own[-1] + 1) if own else (len(parts), len(parts))
        start, end = parts[0].start, parts[-1].end
        yield start, start, _text(parts[:first])
        yield start, end, _text(parts[first:last])
        yield end, end, _text(parts[last:])


def _text(parts: Iterable[_Piece]) -> str:
    return "".join(part.text or "" for part in parts)


def _joined(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Without edits that do nothing; insertions at one place and adjacent deletions joined."""
    last: Edit | None = None
    for edit in edits:
        if edit[0] == edit[1] and not edit[2]:
            continue
        if last is not None and _joins(last, edit):
            last = (last[0], edit[1], last[2] + edit[2])
            continue
        if last is not None:
            yield last
        last = edit
    if last is not None:
        yield last


def _joins(last: Edit, edit: Edit) -> bool:
    insertions = last[0] == last[1] == edit[0] == edit[1]
    return insertions or (last[1] == edit[0] and not last[2] and not edit[2])
