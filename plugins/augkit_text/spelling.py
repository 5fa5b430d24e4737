"""Common misspellings: words that many people write wrongly, the way they do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from augkit.errors import FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.lexicon import table_rows
from augkit_text.passage import LETTERS, Passage
from augkit_text.step import TextStep
from augkit_text.synonyms import like_case

_OWN = Path(__file__).parent / "tables/spelling.en.txt"


class Spelling(TextStep):
    """Misspell a fraction ``rate`` of the words that are often misspelled: definitely as definately.

    The table is augkit's own, of English; ``table`` names a file of one's own for this or another language.
    """

    changes = {"spelling"}
    paths = ("table",)

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the words that the table has")] = (
        Range(0.5)
    )
    table: Annotated[str | None, Limits(doc="a file: `#language en`, then word, tab, misspellings with commas")] = None

    def validate(self) -> None:
        super().validate()
        if self.table is not None:
            table_rows(self.table, self.language)
        elif self.language != "en":
            raise FieldError(
                f"language: the table of misspellings is English, got {self.language!r}; name your own: `table: …`.",
                "language",
            )

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        wrong = _read(self.table or str(_OWN), self.language)
        spans = [match.span() for match in LETTERS.finditer(passage.string) if match[0].lower() in wrong]
        found = [span for span in spans if passage.is_free(*span)]
        for place in places(rng, len(found), self.rate.draw(rng)):
            start, end = found[place]
            word = passage.string[start:end]
            yield start, end, like_case(word, rng.choice(wrong[word.lower()]))


@cache
def _read(table: str, language: str) -> dict[str, tuple[str, ...]]:
    return {word: tuple(wrong.split(",")) for word, wrong, *_ in table_rows(table, language)[1]}
