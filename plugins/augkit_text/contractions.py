"""Contractions: can't and cannot, it's and it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Literal

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.passage import Passage
from augkit_text.step import TextStep
from augkit_text.synonyms import like_case

_AUXILIARIES = "are is was were do does did have has had could should would must need might"
_PAIRS = {f"{word} not": f"{word}n't" for word in _AUXILIARIES.split()}
_PAIRS |= {"cannot": "can't", "will not": "won't", "shall not": "shan't"}
_PAIRS |= {f"{who} will": f"{who}'ll" for who in "i you he she it we they there that".split()}
_PAIRS |= {f"{who} are": f"{who}'re" for who in "you we they".split()}
_PAIRS |= {f"{who} have": f"{who}'ve" for who in "i you we they could should would might must".split()}
_PAIRS |= {"i am": "i'm", "let us": "let's"}
# 's is also a genitive and has, 'd also had: these are only made, never taken apart.
_ONE_WAY = {f"{who} is": f"{who}'s" for who in "he she it that what who where there here".split()}
_ONE_WAY |= {f"{who} would": f"{who}'d" for who in "i you he she we they".split()} | {"can not": "can't"}


class Contractions(TextStep):
    """Contract a fraction ``rate`` of what can be contracted (do not: don't), or write it out (don't: do not).

    Every negation stays one. English only.
    """

    changes = {"register"}
    risks = {}
    keeps = ("negation",)

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the places")] = Range(0.5)
    to: Annotated[Literal["short", "long"] | None, Limits(doc="don't, or do not; without it both")] = None

    def validate(self) -> None:
        super().validate()
        if self.language != "en":
            raise FieldError(f"language: the table of contractions is English, got {self.language!r}.", "language")

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        found = [(start, end, new) for start, end, new in self._found(passage) if passage.is_free(start, end)]
        found = [place for place in found if not passage.crossed(*place[:2])]
        for place in places(rng, len(found), self.rate.draw(rng)):
            yield found[place]

    def _found(self, passage: Passage) -> Iterator[Edit]:
        pattern, table = _table(self.to)
        for match in pattern.finditer(passage.string):
            old = match[0]
            new = table[" ".join(old.lower().replace("’", "'").split())]
            new = new.replace("'", "’") if "’" in passage.string and "'" not in passage.string else new
            yield *match.span(), _cased(old, new)


@cache
def _table(to: str | None) -> tuple[re.Pattern[str], dict[str, str]]:
    table = _PAIRS | _ONE_WAY if to != "long" else {}
    table |= {short: long for long, short in _PAIRS.items()} if to != "short" else {}
    listed = "|".join(_pattern(old) for old in sorted(table, key=len, reverse=True))
    return re.compile(rf"(?<![\w'’])(?:{listed})(?![\w'’])", re.IGNORECASE), table


def _pattern(old: str) -> str:
    # A sentence does not end with a short form of these: "that is what it is."
    more = r"(?!\s*[.,;:!?)]|\s*$)" if " " in old and not old.endswith(" not") else ""
    return old.replace("'", "['’]") + more


def _cased(old: str, new: str) -> str:
    """I stays I; else as the old is."""
    if new.startswith(("i'", "i’", "i ")):
        return "I" + new[1:]
    return like_case(old, new) if not (old.isupper() and len(old) < 3) else new
