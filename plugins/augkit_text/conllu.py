"""The source ``conllu``: treebanks of Universal Dependencies, with the text as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from augkit.errors import DataError
from augkit.fields import Checked, Limits, check_names
from augkit_text.lines import file_of, lines_of

Column = Literal["upos", "xpos", "feats", "deprel"]

_COLUMNS = {"form": 1, "upos": 3, "xpos": 4, "feats": 5, "deprel": 7, "misc": 9}
_COMMENT = re.compile(r"#\s*(text|sent_id|newdoc id)\s*=\s*(.*)")
_WORD, _RANGE, _EMPTY = (re.compile(rf"{pattern}\Z") for pattern in (r"\d+", r"(\d+)-(\d+)", r"\d+\.\d+"))


class ConlluFields(Checked):
    """What a recipe may say of a CoNLL-U file."""

    file: Annotated[str, Limits(doc="a treebank in CoNLL-U: ten columns with a tab between")]
    tags: Annotated[Column, Limits(doc="the column that becomes the tags")] = "upos"


@dataclass
class _Tree:
    """A sentence while it is read: what its comments say, and its tokens as they stand in the text."""

    line: int
    comments: dict[str, str] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    spaced: list[bool] = field(default_factory=list)
    until: int = 0  # the last word of the range that is being read
    words: int = 0


class Conllu:
    """Sentences of a treebank: ``conllu: en-ud-train.conllu``; fields ``text`` and ``tags``, of one column and plain.

    The text is that of ``# text``, or the forms with a space between unless ``SpaceAfter=No``. Several words that are
    written as one (``1-2  du``) are one token, whose tag is theirs with a plus between (``ADP+DET``); empty words have
    no place in the text and are passed over. Keys are ``sent_id``, or the line. Metadata: ``document``. What is wrong
    raises DataError with file:line.
    """

    fields_type = ConlluFields
    shorthand = "file"
    paths = ("file",)
    root = Path()

    def __init__(self, path: Path, samples: Mapping[str, Mapping[str, Any]], lines: Mapping[str, int]) -> None:
        self.path = path
        self.samples = dict(samples)
        self.lines = dict(lines)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the whole file; FieldError for a file that is not there, DataError for what is wrong in it."""
        check_names(ConlluFields, given)
        fields = ConlluFields(**given)
        path = file_of(base, fields.file, "file")
        samples: dict[str, dict[str, Any]] = {}
        lines: dict[str, int] = {}
        document = ""
        for tree in _trees(path, _COLUMNS[fields.tags]):
            document = tree.comments.get("newdoc id", document)
            key = tree.comments.get("sent_id", str(tree.line))
            if key in samples:
                raise DataError(
                    f"{path}:{tree.line}: the sent_id {key!r} is that of line {lines[key]} too.", file=str(path)
                )
            tagged = {"tokens": tree.forms, "tags": tree.tags}
            samples[key] = {"text": _text(path, tree), "tags": tagged, "document": document}
            lines[key] = tree.line
        return cls(path, samples, lines)

    @property
    def fields(self) -> dict[str, Any]:
        return {"text": "text", "tags": {"tags": {"of": "text", "scheme": "plain"}}}

    @property
    def keys(self) -> list[str]:
        return list(self.samples)

    def place(self, key: str) -> str:
        """File and line."""
        return f"{self.path}:{self.lines[key]}"

    def meta(self, key: str) -> dict[str, Any]:
        """The ``document`` that it is of, as ``# newdoc id`` names it."""
        return {"document": self.samples[key]["document"]}

    def load(self, key: str) -> dict[str, Any]:
        return {name: self.samples[key][name] for name in ("text", "tags")}


def _trees(path: Path, column: int) -> Iterator[_Tree]:
    tree: _Tree | None = None
    for number, line in lines_of(path):
        if not line.strip():
            if tree is not None and tree.forms:
                yield tree
            tree = None
            continue
        tree = tree or _Tree(number)
        if line.startswith("#"):
            found = _COMMENT.match(line)
            tree.comments |= {found[1]: found[2].strip()} if found else {}
        else:
            _take(path, number, line, tree, column)
    if tree is not None and tree.forms:
        yield tree


def _take(path: Path, number: int, line: str, tree: _Tree, column: int) -> None:
    cells = line.split("\t")
    if len(cells) != 10:
        raise DataError(
            f"{path}:{number}: has {len(cells)} columns with a tab between; CoNLL-U has 10. A file of other columns is "
            "read by `conll`.",
            file=str(path),
        )
    if _EMPTY.match(cells[0]):
        return
    together = _RANGE.match(cells[0])
    if together is None and not _WORD.match(cells[0]):
        raise DataError(f"{path}:{number}: the id {cells[0]!r} is none; expected 3, 3-4 or 3.1.", file=str(path))
    if together is not None:
        tree.until, tree.words = int(together[2]), 0
    elif int(cells[0]) <= tree.until:
        tree.tags[-1] = cells[column] if tree.words == 0 else f"{tree.tags[-1]}+{cells[column]}"
        tree.words += 1
        return
    tree.forms.append(cells[_COLUMNS["form"]])
    tree.tags.append(cells[column])
    tree.spaced.append("SpaceAfter=No" not in cells[_COLUMNS["misc"]].split("|"))


def _text(path: Path, tree: _Tree) -> str:
    """What the comments say the text is, in which the forms must stand."""
    joined = "".join(form + " " * spaced for form, spaced in zip(tree.forms, tree.spaced, strict=True)).rstrip(" ")
    text = tree.comments.get("text", joined)
    if _squeezed([text]) != _squeezed(tree.forms):
        raise DataError(
            f"{path}:{tree.line}: `# text` says {text!r:.80}, but the forms say {joined!r:.80}.", file=str(path)
        )
    return text


def _squeezed(texts: Sequence[str]) -> str:
    return "".join("".join(text.split()) for text in texts)
