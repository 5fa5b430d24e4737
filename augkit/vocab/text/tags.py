"""Tags of tokens (BIO, IOBES, or plain ones such as parts of speech), and how they follow edits."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Self

import numpy as np

from augkit.errors import Conflict, DataError
from augkit.sample import TEXT, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.rows import like, type_of
from augkit.vocab.text.carrier import string_of
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.pieces import Pieces
from augkit.vocab.text.scheme import Mark, Scheme, marks_of, tags_of

_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s")


class TagOptions(Options):
    """``scheme``: ``bio``, ``iobes``, or ``plain`` for tags that stand alone; ``outside`` is the tag of no entity."""

    scheme: Scheme = "bio"
    outside: Any = "O"


@dataclass(frozen=True, eq=False)
class Tags(Target):
    """A tag for each token of a text. Token i is ``string[starts[i]:ends[i]]``; only whitespace lies between tokens."""

    kind = "tags"
    axes = TEXT
    options_type = TagOptions

    string: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    tags: tuple[Any, ...]
    options: Any = field(default=TagOptions(), kw_only=True)

    def __len__(self) -> int:
        return len(self.tags)

    @property
    def tokens(self) -> list[str]:
        """The tokens, as the text has them."""
        return [self.string[start:end] for start, end in zip(self.starts, self.ends, strict=True)]

    def marks(self) -> list[Mark]:
        """The entity of each token, see ``scheme``."""
        return marks_of(self.tags, self.options.scheme, self.options.outside)

    def ranges(self) -> list[tuple[int, int]]:
        """(start, end) of every token of an entity: what ``protect: [spans]`` leaves alone."""
        if self.options.scheme == "plain":
            return []
        return [(s, e) for s, e, mark in zip(self.starts, self.ends, self.marks(), strict=True) if mark is not None]

    def edges(self) -> set[int]:
        """Positions that a change of several characters at once must not cross."""
        return {*self.starts, *self.ends}

    def entities(self) -> list[tuple[int, int, Any]]:
        """(start, end, label) of every entity; none where tags stand alone."""
        if self.options.scheme == "plain":
            return []
        found: dict[Mark, tuple[int, int, Any]] = {}
        for start, end, mark in zip(self.starts, self.ends, self.marks(), strict=True):
            if mark is not None:
                found[mark] = found[mark][0] if mark in found else start, end, mark[1]
        return list(found.values())

    def units(self) -> list[tuple[int, int]]:
        """What must stay in one piece where pieces of the text change places: tokens, and whole entities."""
        tokens = zip(self.starts, self.ends, strict=True)
        return [*tokens, *((start, end) for start, end, _ in self.entities())]

    def borders(self) -> set[int]:
        """Positions across which no word may change places: where entities begin and end, and tokens of several
        words.
        """
        broad = [token for token in self.units() if _SPACE.search(self.string, *token)]
        return {edge for start, end, *_ in [*self.entities(), *broad] for edge in (start, end)}

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From ``{"tokens": […], "tags": […]}`` beside a text, in which the tokens are found in order.

        Between them, before and behind there may be whitespace only: anything else, and tags that are not well-formed
        by the scheme, raise DataError.
        """
        if isinstance(value, cls):
            return value, "target"
        tokens, tags = _split(value)
        string = string_of(frame)
        if string is None:
            raise DataError("tags: need their text, in which the tokens are found; where it is lost: ' '.join(tokens).")
        starts, ends = _located(tokens, string)
        made = cls(string, starts, ends, tuple(tags), options=options)
        made.marks()
        return made, {name: type_of(value[name]) for name in ("tokens", "tags")}

    def write(self, form: Any, frame: Frame) -> Any:
        if form == "target":
            return self
        return {"tokens": like(self.tokens, form["tokens"]), "tags": like(self.tags, form["tags"])}

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[dict[str, Any]]:
        """A list of ``{"tokens": […], "tags": […]}``."""
        return [{"tokens": target.tokens, "tags": list(target.tags)} for target in targets]


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    mark: Mark
    glued: bool


@moves(Edits, Tags)
def tags_follow_edits(tags: Tags, edits: Edits) -> Tags:
    """Tokens move like spans, and entities are tagged anew, so that they stay well-formed.

    A token that loses all its text is gone, and the next of its entity begins it; one that is split at whitespace
    becomes several of its entity; new words between tokens are of the entity that they stand within, else outside.
    Tokens whose space between is gone become one, of the entity of either; two entities that would meet in one token
    raise Conflict.
    """
    if not edits.edits:
        return tags
    string = edits.apply(tags.string)
    moved = list(_moved(tags, edits, string))
    merged = _merged(moved, join=True)
    if merged is None:
        apart = _merged(moved, join=False) or []
        raise Conflict("two entities would meet in one token", instead=_retagged(tags, string, apart))
    return _retagged(tags, string, merged)


@moves(Pieces, Tags)
def tags_follow_pieces(tags: Tags, pieces: Pieces) -> Tags:
    """Each token with its text and its tag; one whose text is gone is gone. Tearing tokens or entities apart raises
    Conflict.
    """
    if pieces.still:
        return tags
    string = pieces.apply(tags.string)
    moved = sorted(_carried(tags, pieces), key=lambda token: token.start)
    merged = _merged(moved, join=True)
    made = _retagged(tags, string, merged or _merged(moved, join=False) or [])
    if merged is None or _torn(moved, tags.options.scheme):
        raise Conflict("an entity would be torn apart", instead=made)
    return made


def _carried(tags: Tags, pieces: Pieces) -> Iterator[_Token]:
    """The parts of every token, where they are afterwards; those that were glued to one another still are."""
    before = None
    for start, end, mark in zip(tags.starts, tags.ends, tags.marks(), strict=True):
        for first, last in pieces.parts(start, end):
            glued = before == start and len(pieces.parts(start - 1, start + 1)) == 1
            yield _Token(first, last, mark, glued)
        before = end


def _torn(tokens: Sequence[_Token], scheme: Scheme) -> bool:
    """Whether tokens of other marks stand among those of one entity."""
    marks = [mark for mark, _ in groupby(token.mark for token in tokens) if mark is not None]
    return scheme != "plain" and len(set(marks)) < len(marks)


def _moved(tags: Tags, edits: Edits, string: str) -> Iterator[_Token]:
    """The tokens that are left, cut at whitespace that edits have brought into them."""
    before = 0
    for start, end, mark in zip(tags.starts, tags.ends, tags.marks(), strict=True):
        span = edits.span(start, end)
        if span is None:
            continue
        glued, before = _SPACE.search(tags.string, before, start) is None, end
        if _WORD.fullmatch(tags.string, start, end) and not _WORD.fullmatch(string, *span):
            for word in _WORD.finditer(string, *span):
                yield _Token(word.start(), word.end(), mark, glued)
            continue
        yield _Token(*span, mark, glued)


def _merged(tokens: Sequence[_Token], join: bool) -> list[_Token] | None:
    """Tokens that have come to touch or overlap as one; None where their entities differ. Else, cut apart."""
    done: list[_Token] = []
    for token in tokens:
        last = done[-1] if done else None
        if last is None or token.start > last.end or (token.glued and token.start == last.end):
            done.append(token)
            continue
        marks = {last.mark, token.mark} - {None}
        if len(marks) < 2:
            done[-1] = dataclasses.replace(last, end=max(last.end, token.end), mark=next(iter(marks), None))
        elif join:
            return None
        elif token.end > last.end:
            done.append(dataclasses.replace(token, start=last.end))
    return done


def _retagged(tags: Tags, string: str, tokens: Sequence[_Token]) -> Tags:
    options = tags.options
    full = list(_with_new_words(tokens, string, grow=options.scheme != "plain"))
    return dataclasses.replace(
        tags,
        string=string,
        starts=tuple(token.start for token in full),
        ends=tuple(token.end for token in full),
        tags=tuple(tags_of([token.mark for token in full], options.scheme, options.outside)),
    )


def _with_new_words(tokens: Sequence[_Token], string: str, grow: bool) -> Iterator[_Token]:
    """The tokens, and between them the words that no token covers; entities grow by what stands within, if so asked."""
    at, before = 0, None
    for token in [*tokens, None]:
        until = len(string) if token is None else token.start
        within = before if token is not None and token.mark == before and grow else None
        for word in _WORD.finditer(string, at, until):
            yield _Token(word.start(), word.end(), within, False)
        if token is not None:
            yield token
            at, before = token.end, token.mark


def _split(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, Mapping) or set(value) != {"tokens", "tags"}:
        met = ", ".join(map(str, value)) if isinstance(value, Mapping) else type(value).__name__
        raise DataError(f'tags: got {met}; expected {{"tokens": […], "tags": […]}}.')
    if isinstance(value["tokens"], str) or isinstance(value["tags"], str) or len(value["tokens"]) != len(value["tags"]):
        raise DataError(f"tags: got {value['tokens']!r} and {value['tags']!r}; expected two lists of one length.")
    tokens, tags = (c.tolist() if isinstance(c, np.ndarray) else c for c in (value["tokens"], value["tags"]))
    return tokens, tags


def _located(tokens: Sequence[str], string: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts, ends, at = [], [], 0
    for number, token in enumerate(tokens):
        at = _after_whitespace(string, at)
        if not isinstance(token, str) or not token.strip() or not string.startswith(token, at):
            raise DataError(
                f"tags: token {number} is {token!r}, but the text goes on with {string[at : at + 20]!r} at {at}. "
                "Tokens must be pieces of the text, in order, with nothing but whitespace between."
            )
        starts.append(at)
        at += len(token)
        ends.append(at)
    rest = _after_whitespace(string, at)
    if rest < len(string):
        raise DataError(f"tags: no token covers {string[rest : rest + 20]!r}, at {rest} of the text.")
    return tuple(starts), tuple(ends)


def _after_whitespace(string: str, at: int) -> int:
    while at < len(string) and string[at].isspace():
        at += 1
    return at
