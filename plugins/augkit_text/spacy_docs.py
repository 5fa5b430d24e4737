"""Docs of spaCy as plain values: entities and span groups as spans, words with tags, categories as labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from augkit.errors import DataError

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

SPANS, TAGS, LABEL, LABELS = "spans", "tags", "label", "labels"
WORDS = {"upos": ("POS", "pos_"), "xpos": ("TAG", "tag_")}
"""Fields of a tag for each word: spaCy's names of the annotation and of the token's attribute."""


def rows_of(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """``{"start", "end", "label"}`` of each, in characters; with ``id`` and ``kb_id`` where spaCy has them."""
    made = []
    for span in spans:
        row = {"start": span.start_char, "end": span.end_char, "label": span.label_}
        more = {"id": span.id_, "kb_id": span.kb_id_}
        made.append(row | {name: value for name, value in more.items() if value})
    return made


def words_of(doc: Doc) -> list[Any]:
    """The tokens that are not whitespace alone; ``is_space`` is not known to every vocabulary."""
    return [token for token in doc if not token.text.isspace()]


def entity_tags(doc: Doc) -> list[str]:
    """BIO of every word; whitespace that begins an entity leaves its B- to the next word of it."""
    made, before = [], None
    for token in doc:
        inside = token.ent_type_ if token.ent_iob_ in ("B", "I") else None
        before = None if token.ent_iob_ == "B" or inside is None else before
        if not token.text.isspace():
            made.append("O" if inside is None else f"{'I' if before == inside else 'B'}-{inside}")
            before = inside
    return made


def unsaid(doc: Doc) -> Any:
    """The first word of which the doc does not say whether it is in an entity, or None."""
    return next((token for token in words_of(doc) if token.ent_iob == 0), None)


def chosen(doc: Doc) -> list[str]:
    """The categories that the doc is of; DataError for what is neither 0 nor 1."""
    odd = next(((name, value) for name, value in doc.cats.items() if value not in (0, 1)), None)
    if odd is not None:
        raise DataError(f"the category {odd[0]!r} is {odd[1]!r}; expected 1 (it is so) or 0 (it is not).")
    return [name for name, value in doc.cats.items() if value]


def exclusive(docs: Sequence[Doc]) -> bool:
    """Whether each doc is of exactly one category."""
    return all(len(chosen(doc)) == 1 for doc in docs)
