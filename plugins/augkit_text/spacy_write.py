"""A doc of spaCy after its text has changed: entities, spans and categories, and what still holds of its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from augkit_text.spacy_docs import words_of
from augkit_text.spacy_words import Range, Word, words_in

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Row = Mapping[str, Any]
_OF_WORDS = ("TAG", "POS", "MORPH", "LEMMA")


@dataclass(frozen=True)
class Change:
    """What has become of a doc's text, its entities, its groups of spans, and the parts of each of its words."""

    text: str
    entities: Sequence[Row]
    groups: Mapping[str, Sequence[Row]]
    parts: Sequence[Sequence[Range]]
    keep_changed: bool


@dataclass(frozen=True)
class Written:
    """The doc, and what it has ``lost``: a sentence for each thing."""

    doc: Doc
    lost: Mapping[str, str]


def doc_after(nlp: Language, old: Doc, change: Change) -> Written:
    """A doc of the new text with all that follows.

    Entities, spans and categories always do. A word that is there still keeps its annotations if its letters are the
    same. Sentences stay where every word is there still, in order, and no other; the tree too, if all letters are the
    same. What is not known any more is missing, which spaCy does not learn from.
    """
    from spacy.tokens import Doc
    from spacy.util import get_words_and_spaces

    words = _words(nlp, change)
    texts, spaces = get_words_and_spaces([change.text[start:end] for start, end, _ in words], change.text)
    numbers = iter(words)
    origins = [None if text.isspace() else next(numbers)[2] for text in texts]
    before = words_of(old)
    same = [token.text.isspace() for token in old] == [text.isspace() for text in texts] and [
        number for number in origins if number is not None
    ] == list(range(len(before)))
    pairs = [(place, before[number]) for place, number in enumerate(origins) if number is not None]
    untouched = all(texts[place] == token.text for place, token in pairs)
    tree = same and old.has_annotation("DEP") and (untouched or change.keep_changed)
    more = {"heads": [t.head.i for t in old], "deps": [t.dep_ for t in old]} if tree else {}
    new = Doc(nlp.vocab, words=texts, spaces=spaces, **more)
    for place, token in pairs:
        if change.keep_changed or texts[place] == token.text:
            _copy(token, new[place])
    if same and not tree and old.has_annotation("SENT_START"):
        for one, other in zip(old, new, strict=True):
            other.is_sent_start = one.is_sent_start
    new.cats = dict(old.cats)
    _annotate(new, old, change, pairs)
    lost = _lost(old, tree, same, (untouched or change.keep_changed) and len(pairs) == len(before))
    return Written(new, lost)


def _words(nlp: Language, change: Change) -> list[Word]:
    rows = [*change.entities, *(row for rows in change.groups.values() for row in rows)]
    cuts = sorted({row[edge] for row in rows for edge in ("start", "end")})
    tokens = [(token.idx, token.idx + len(token)) for token in nlp.make_doc(change.text)]
    return words_in(change.text, change.parts, cuts, tokens)


def _copy(old: Any, new: Any) -> None:
    """What is annotated of a word by itself."""
    new.tag_, new.pos_, new.lemma_ = old.tag_, old.pos_, old.lemma_
    if old.has_morph():
        new.set_morph(str(old.morph))


def _annotate(new: Doc, old: Doc, change: Change, pairs: Sequence[tuple[int, Any]]) -> None:
    for group, rows in change.groups.items():
        new.spans[group] = _spans(new, rows)
        new.spans[group].attrs.update(old.spans[group].attrs)
    if old.has_annotation("ENT_IOB"):
        found = _spans(new, change.entities)
        held = {place for span in found for place in range(span.start, span.end)}
        missing = [new[p : p + 1] for p, token in pairs if token.ent_iob == 0 and p not in held]
        new.set_ents(found, missing=missing)


def _spans(doc: Doc, rows: Sequence[Row]) -> list[Any]:
    """Words are cut where spans begin and end, so that there is one for each, but for whitespace at its ends; a span
    of nothing but that is none.
    """
    found = []
    for row in rows:
        said = doc.text[row["start"] : row["end"]]
        start, end = row["start"] + len(said) - len(said.lstrip()), row["end"] - len(said) + len(said.rstrip())
        if start < end:
            more = {"kb_id": row.get("kb_id", ""), "span_id": row.get("id", "")}
            found.append(doc.char_span(start, end, row["label"], **more))
    return found


def _lost(old: Doc, tree: bool, same: bool, words: bool) -> dict[str, str]:
    """What the old doc says and the new one does not."""
    lost = {}
    if old.has_annotation("DEP") and not tree:
        lost["tree"] = (
            "dependencies do not follow a change of words; examples that lose or gain words, or (with changed_words = "
            '"drop") letters, are without them, and a parser learns nothing from these.'
        )
    if old.has_annotation("SENT_START") and not same:
        lost["sentences"] = "sentences do not follow where words come or go; such examples are without their bounds."
    if not words and any(old.has_annotation(name) for name in _OF_WORDS):
        lost["words"] = (
            "tags, parts of speech, morphology and lemmas of words that were changed or replaced are dropped from "
            "examples, and nothing is learnt of these words."
        )
    return lost
