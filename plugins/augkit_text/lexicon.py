"""Lexica: which words stand for which, and in which form they are."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from augkit.errors import FieldError
from augkit_text.inflection import Form, Irregular, inflected, lemmas

_WORDNET = Path(__file__).parent / "tables/wordnet.en.txt.gz"


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Entries by word: (part of speech, synonyms, antonyms); ``irregular`` forms; and the ``language`` of all."""

    language: str
    entries: Mapping[str, tuple[str, str, str]]
    irregular: Irregular = field(default_factory=Irregular)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", {})

    def others(self, word: str, antonyms: bool) -> Sequence[str]:
        """What may stand for ``word`` (in lower case), in the form that it is in; the most frequent first."""
        known: dict[tuple[str, bool], Sequence[str]] = self._known  # type: ignore[attr-defined]
        if (word, antonyms) not in known:
            if len(known) > 100_000:
                known.clear()
            known[word, antonyms] = self._found(word, antonyms)
        return known[word, antonyms]

    def form(self, word: str) -> Form:
        """What the word is a form of, if the lexicon has it."""
        return next(self._forms(word), (word, "", ""))

    def _forms(self, word: str) -> Iterable[Form]:
        direct = self.entries.get(word)
        if direct:
            yield word, direct[0], ""
        for lemma, kind, form in lemmas(word, self.irregular):
            entry = self.entries.get(lemma)
            if entry and entry[0] == kind:
                yield lemma, kind, form

    def _found(self, word: str, antonyms: bool) -> Sequence[str]:
        for lemma, kind, form in self._forms(word):
            listed = self.entries[lemma][2 if antonyms else 1]
            made = [inflected(other, kind, form, self.irregular) for other in listed.split(",") if other]
            return [other for other in made if other and other != word]
        return ()


@cache
def wordnet() -> Lexicon:
    """The English one that ships with augkit, from WordNet 3.0."""
    lines = gzip.decompress(_WORDNET.read_bytes()).decode().split("\n")
    entries, irregular = {}, Irregular()
    for line in lines[1:]:
        kind, word, *rest = line.split("\t")
        if kind[0] == "+":
            irregular.add(kind[1], word, rest[0].split(","))
        else:
            entries[word] = kind, rest[0], rest[1]
    return Lexicon("en", entries, irregular)


def check_table(table: str | None, language: str) -> None:
    """Refuse a file that is not of this language, or none where augkit has none of it; WordNet is not read yet.

    A file says ``#language de`` first, and then ``word``, tab, synonyms with commas between, tab, antonyms.
    """
    if table is not None:
        table_rows(table, language)
    elif language != "en":
        raise FieldError(
            f"table: there is none for {language!r}; write one: `#language {language}`, then lines of a word, a "
            "tab, and its synonyms with commas between.",
            "table",
        )


@cache
def lexicon_of(table: str | None, language: str) -> Lexicon:
    """The one in a file, which is read once a process, or without a file WordNet."""
    if table is None:
        return wordnet()
    told, rows = table_rows(table, language)
    return Lexicon(told, {word: ("", *[*others, "", ""][:2]) for word, *others in rows})


def table_rows(table: str, language: str) -> tuple[str, list[list[str]]]:
    """The language and the rows of a table in a file; FieldError for one of another language, or without one."""
    try:
        lines = Path(table).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FieldError(f"table: {table!r} cannot be read: {error}", "table") from None
    told = lines[0].removeprefix("#language").strip() if lines and lines[0].startswith("#language") else None
    if told != language:
        met = "does not say its language" if told is None else f"is of {told!r}"
        raise FieldError(
            f"table: {table!r} {met}; expected the first line `#language {language}`, or `language: …` to say that "
            "the text is of another.",
            "table",
        )
    rows = [line.split("\t") for line in lines[1:] if line.strip() and not line.startswith("#")]
    short = next((row for row in rows if len(row) < 2), None)
    if short is not None:
        raise FieldError(f"table: {table!r} has a line {short[0]!r} without a tab.", "table")
    return told, rows
