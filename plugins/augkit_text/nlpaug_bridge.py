"""``nlpaug: {name: …}``: the augmenters of nlpaug 1.1.11 as one step."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Self

from augkit.errors import DataError, FieldError
from augkit.fields import Limits, fields_of
from augkit.rng import Stream, lent_globals
from augkit.vocab.text.compose import Edit
from augkit_text.alignment import Range, Token
from augkit_text.differences import edits_of, reordered, tokens_of
from augkit_text.nlpaug_library import make
from augkit_text.nlpaug_table import changes_of, may_lose, reorders
from augkit_text.passage import Passage
from augkit_text.step import TextStep

_SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?=\s)|\Z|(?=\n))", re.DOTALL)


class Nlpaug(TextStep):
    """What the named augmenter of nlpaug does, drawn from our streams; its arguments stand beside ``name``.

    It is run while drawing, and what it did becomes edits, so that spans and tags follow. Texts are cut into words as
    it does, but graphemes stay whole, and only the words it changed change: how it puts texts together, with other
    spaces in half of them, is not used. Words that change places do not cross the edge of an annotation.

    Source: Ma, NLP Augmentation, https://github.com/makcedward/nlpaug, 2019.
    """

    name: Annotated[str, Limits(doc="the class, as in KeyboardAug")]
    arguments: Annotated[
        Mapping[str, Any], Limits(doc="its arguments, where one has the name of a step's own field")
    ] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """From ``name``, and any argument of that class beside it or under ``arguments``."""
        if "name" not in given:
            raise FieldError("field 'name' is required: the class in nlpaug, as in {name: KeyboardAug}.", "name")
        ours = fields_of(cls)
        loose = {key: value for key, value in given.items() if key not in ours}
        listed = given.get("arguments", {})
        twice = sorted(loose.keys() & listed.keys()) if isinstance(listed, Mapping) else []
        if twice:
            raise FieldError(f"{twice[0]}: stands in `arguments` and beside it.", twice[0])
        own = {key: given[key] for key in ours if key in given}
        return cls(**{**own, "arguments": {**listed, **loose} if isinstance(listed, Mapping) else listed})

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """One of each way in which texts are changed, for `augkit.testing`."""
        return [
            {"name": "KeyboardAug"},
            {"name": "RandomCharAug", "action": "insert", "protect": []},
            {"name": "RandomWordAug", "protect": []},
            {"name": "RandomWordAug", "action": "swap"},
            {"name": "SpellingAug"},
            {"name": "SplitAug"},
        ]

    def validate(self) -> None:
        super().validate()
        object.__setattr__(self, "arguments", dict(sorted(self.arguments.items())))
        self.inner  # noqa: B018, made now so that wrong arguments are refused now

    @cached_property
    def inner(self) -> Any:
        """The library's own augmenter; never changed, only copied."""
        return make(self.name, self.arguments)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "inner"}

    @property
    def action(self) -> str | None:
        """What it was told to do, where it can be told."""
        return self.arguments.get("action")

    def default_id(self, name: str) -> str:
        return f"nlpaug/{self.name}"

    def changed_qualities(self) -> frozenset[str] | None:
        changes = changes_of(self.name, self.action)
        if changes is None:
            return None
        return changes | {quality for quality, guard in self.risks.items() if guard not in self.protect}

    def conflict(self, kinds: frozenset[str]) -> str | None:
        if may_lose(self.name, self.action) and "answer" in kinds and "spans" not in self.protect:
            return "may delete all of an answer; write protect: [spans, …] to keep it."
        return None

    def edits(self, rng: Stream, passage: Passage) -> Iterable[Edit]:
        string, subseed = passage.string, rng.subseed()
        if not string.strip():
            return ()
        spans = list(sentences_of(string)) if self.name == "RandomSentAug" else tokens_of(string)
        tokens = [Token(string[start:end], number) for number, (start, end) in enumerate(spans)]
        made = self._made(string, tokens, subseed)
        if made is None or made == tokens:
            return ()
        if reorders(self.name, self.action):
            return reordered(string, spans, made, _order(tokens, made), passage.borders)
        return edits_of(string, spans, made)

    def _made(self, string: str, tokens: Sequence[Token], subseed: int) -> list[str] | None:
        """The words as the library gives them back, before it puts them together; None where it changed none."""
        inner, given = copy.copy(self.inner), []

        def cut(text: str) -> list[str]:
            whole = text == string.strip()
            return list(tokens) if whole else [text[start:end] for start, end in tokens_of(text)]

        def keep(words: Sequence[str]) -> str:
            given[:] = words
            return ""

        inner.tokenizer, inner.reverse_tokenizer = cut, keep
        if self.name == "RandomSentAug":
            if len(tokens) < 2:
                return None
            return self._sentences(inner, string, tokens, subseed)
        with lent_globals(subseed):
            try:
                inner.augment(string)
            except Exception as error:
                words = " ".join(str(error).split()) or type(error).__name__
                raise DataError(f"nlpaug/{self.name} cannot take {string[:40]!r}: {words}") from error
        return given or None

    def _sentences(self, inner: Any, string: str, tokens: Sequence[Token], subseed: int) -> list[str]:
        """It joins sentences by spaces, so it is given their numbers instead."""
        inner.model = copy.copy(inner.model)
        inner.model.tokenizer = lambda _: [str(token.number) for token in tokens]
        with lent_globals(subseed):
            [told] = inner.augment(string)
        return [tokens[int(number)] for number in told.split(" ")]


def sentences_of(string: str) -> Iterator[Range]:
    """Where sentences are: up to a mark that whitespace follows, or the end of a line."""
    for match in _SENTENCE.finditer(string):
        yield match.start(), match.start() + len(match[0].rstrip())


def _order(tokens: Sequence[Token], made: Sequence[str]) -> list[int]:
    """Which old token stands at each place; those that changed their case are found by their letters."""
    missing = {token.number: token.casefold() for token in tokens}
    for word in made:
        if isinstance(word, Token):
            del missing[word.number]
    order = []
    for word in made:
        number = word.number if isinstance(word, Token) else next(n for n, t in missing.items() if t == word.casefold())
        missing.pop(number, None)
        order.append(number)
    return order
