"""The source ``spacy``: docs as spaCy keeps them for a training, in files of a ``DocBin``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from augkit.errors import DataError, FieldError, MissingDependency
from augkit.fields import Checked, Limits, check_names
from augkit.words import suggestion
from augkit_text.spacy_docs import (
    LABEL,
    LABELS,
    SPANS,
    TAGS,
    WORDS,
    chosen,
    entity_tags,
    exclusive,
    rows_of,
    unsaid,
    words_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc

INSTALL = "pip install 'augkit[spacy]'"
ENDING = ".spacy"


class SpacyFields(Checked):
    """What a recipe may say of docs."""

    path: Annotated[str, Limits(doc="a .spacy file, or a folder of such, also in folders of its own")]
    unsaid: Annotated[
        Literal["refuse", "outside"],
        Limits(doc="words of which a doc does not say whether they are in an entity: an error, or outside all"),
    ] = "refuse"


@dataclass(frozen=True)
class Kept:
    """The values and metadata of one doc, and where it is."""

    values: Mapping[str, Any]
    meta: Mapping[str, Any]
    place: str


class SpacyDocs:
    """Docs of a ``DocBin``: ``spacy: train.spacy``. What no doc has is no field; what is there becomes

    ``text``; ``spans``, the entities; ``tags``, the same as BIO of its words; ``upos`` and ``xpos``, a tag of each
    word; ``spans_<key>``, a group of spans (``doc.spans``); ``label`` where every doc is of exactly one category, else
    ``labels``.

    Keys are the docs' numbers, in a folder with the file's name before; metadata: ``file`` and the ``words``: how many.
    Dependencies, lemmas and morphology are left in the file. What is no ``DocBin``, an annotation that only some docs
    have, and a category that is neither 0 nor 1 raise DataError with the file and the doc.
    """

    fields_type = SpacyFields
    shorthand = "path"
    paths = ("path",)
    root = Path()

    def __init__(self, docs: Mapping[str, Kept], fields: Mapping[str, Any]) -> None:
        self.docs, self._fields = dict(docs), dict(fields)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read all files; FieldError for a path that leads to none, DataError for what is wrong in one."""
        check_names(SpacyFields, given)
        fields = SpacyFields(**given)
        path = base / fields.path
        docs = {
            (f"{file.relative_to(path).as_posix()}:{number}" if path.is_dir() else str(number)): (doc, file, number)
            for file in _files(path)
            for number, doc in enumerate(_docs(file))
        }
        if not docs:
            raise DataError("has no doc.", file=str(path))
        there = _there([doc for doc, _, _ in docs.values()], str(path))
        return cls({key: _kept(*each, there, fields.unsaid) for key, each in docs.items()}, _kinds(there))

    @property
    def fields(self) -> dict[str, Any]:
        return dict(self._fields)

    @property
    def keys(self) -> list[str]:
        return list(self.docs)

    def place(self, key: str) -> str:
        """The file and the doc's number in it."""
        return self.docs[key].place

    def meta(self, key: str) -> dict[str, Any]:
        """``file``, ``words``, and the label or labels."""
        return dict(self.docs[key].meta)

    def load(self, key: str) -> dict[str, Any]:
        return dict(self.docs[key].values)


def _files(path: Path) -> list[Path]:
    found = sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
    if not found:
        raise FieldError(f"path: {path} has no *{ENDING} in it; `spacy convert` and DocBin.to_disk write such.", "path")
    if not path.exists():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise FieldError(f"path: there is no {path}.{suggestion(path.name, beside)}", "path")
    return found


def _docs(file: Path) -> Iterator[Doc]:
    try:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab
    except ImportError as error:
        raise MissingDependency(f"docs of spaCy need spacy. Install it: {INSTALL}") from error
    try:
        docs = list(DocBin().from_disk(file).get_docs(Vocab()))
    except Exception as error:  # zlib, msgpack or spaCy itself, as the file is wrong
        said = " ".join(str(error).split())
        raise DataError(f"is no DocBin of spaCy: {type(error).__name__}: {said:.160}", file=str(file)) from error
    yield from docs


def _there(docs: list[Doc], path: str) -> dict[str, Any]:
    """Which annotations there are: of entities, of words, groups of spans, categories."""
    groups = sorted({key for doc in docs for key in doc.spans})
    cats = any(doc.cats for doc in docs)
    try:
        only = cats and exclusive(docs)
    except DataError as error:
        raise DataError(f"{error.message}", file=path) from None
    return {
        "entities": any(doc.has_annotation("ENT_IOB") for doc in docs),
        "words": [name for name, (what, _) in WORDS.items() if any(doc.has_annotation(what) for doc in docs)],
        "groups": groups,
        "cats": None if not cats else LABEL if only else LABELS,
    }


def _kinds(there: Mapping[str, Any]) -> dict[str, Any]:
    """A ``sample:`` of what there is."""
    plain = {"tags": {"of": "text", "scheme": "plain"}}
    kinds: dict[str, Any] = {"text": "text"}
    if there["entities"]:
        kinds |= {SPANS: {"spans": {"of": "text"}}, TAGS: {"tags": {"of": "text"}}}
    kinds |= dict.fromkeys(there["words"], plain)
    kinds |= {f"{SPANS}_{key}": {"spans": {"of": "text"}} for key in there["groups"]}
    return kinds | ({} if there["cats"] is None else {there["cats"]: there["cats"]})


def _kept(doc: Doc, file: Path, number: int, there: Mapping[str, Any], missing: str) -> Kept:
    place = f"{file}, doc {number}"
    try:
        values = _values(doc, there, missing)
    except DataError as error:
        raise DataError(f"{place}: {error.message}", file=str(file)) from None
    meta = {"file": file.name, "words": len(words_of(doc))}
    return Kept(values, meta | {name: values[name] for name in (LABEL, LABELS) if name in values}, place)


def _values(doc: Doc, there: Mapping[str, Any], missing: str) -> dict[str, Any]:
    words = [token.text for token in words_of(doc)]
    values: dict[str, Any] = {"text": doc.text}
    if there["entities"]:
        _check_said(doc, missing)
        values |= {SPANS: rows_of(doc.ents), TAGS: {"tokens": words, "tags": entity_tags(doc)}}
    for name in there["words"]:
        what, attribute = WORDS[name]
        tags = [getattr(token, attribute) for token in words_of(doc)]
        if "" in tags:
            raise DataError(f"{words[tags.index('')]!r} has no {what}, and other words have; annotate it.")
        values[name] = {"tokens": words, "tags": tags}
    for key in there["groups"]:
        values[f"{SPANS}_{key}"] = rows_of(doc.spans.get(key, ()))
    if there["cats"] is not None:
        found = chosen(doc)
        values[there["cats"]] = found[0] if there["cats"] == LABEL else found
    return values


def _check_said(doc: Doc, missing: str) -> None:
    token = unsaid(doc)
    if token is not None and missing == "refuse":
        raise DataError(
            f"says of the word {token.text!r} at {token.idx} neither that it is in an entity nor that it is in none. "
            "Annotate it, or say `unsaid: outside`, which takes all such words for words in no entity."
        )
