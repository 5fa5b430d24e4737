"""The source ``conll``: files of one token a line, sentences apart by an empty line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names
from augkit.vocab.text.scheme import marks_of
from augkit_text.lines import file_of, lines_of

Written = Literal["bio", "iobes", "iob1", "plain"]

_DOCUMENT = "-DOCSTART-"


class ConllFields(Checked):
    """What a recipe may say of a CoNLL file."""

    file: Annotated[str, Limits(doc="a token and its tags a line, sentences apart by an empty line")]
    token: Annotated[int, Limits(doc="which column holds the token; from 0, or from the end with -1")] = 0
    tags: Annotated[
        int | Mapping[str, Any], Limits(doc="which column holds the tags, or {field: column} for several")
    ] = -1
    separator: Annotated[Literal["whitespace", "tab", "space"], Limits(doc="what stands between columns")] = (
        "whitespace"
    )
    scheme: Annotated[Written | None, Limits(doc="how tags are written; found out if absent")] = None


@dataclass(frozen=True)
class Sentence:
    """Its tokens, the tags of each field, the line where it starts, and the number of its document."""

    tokens: tuple[str, ...]
    tags: Mapping[str, tuple[str, ...]]
    line: int
    document: int


class Conll:
    """Sentences of a CoNLL file: ``conll: train.txt``; fields ``text``, the tokens with a space between, and ``tags``.

    Keys are the lines where sentences start. Lines that begin with ``-DOCSTART-`` begin a document, whose number is
    the metadata ``document``. Tags as CoNLL-2003 has them (IOB1: an entity begins with I- unless it touches another of
    its kind) become BIO. A line with too few columns, and tags that fit no scheme, raise DataError with file:line.
    """

    fields_type = ConllFields
    shorthand = "file"
    paths = ("file",)
    root = Path()

    def __init__(self, path: Path, sentences: Mapping[str, Sentence], schemes: Mapping[str, Written]) -> None:
        self.path = path
        self.sentences = dict(sentences)
        self.schemes = dict(schemes)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the whole file; FieldError for a file that is not there, DataError for what is wrong in it."""
        check_names(ConllFields, given)
        fields = ConllFields(**given)
        path = file_of(base, fields.file, "file")
        _check_columns(fields.tags)
        columns = fields.tags if isinstance(fields.tags, Mapping) else {"tags": fields.tags}
        sentences = {str(one.line): one for one in _sentences(path, fields, columns)}
        if not sentences:
            raise DataError("has no sentence: no line with a token and a tag.", file=str(path))
        schemes = {name: fields.scheme or scheme_of(s.tags[name] for s in sentences.values()) for name in columns}
        return cls(path, {key: _checked(path, one, schemes) for key, one in sentences.items()}, schemes)

    @property
    def fields(self) -> dict[str, Any]:
        return {"text": "text", **{name: tag_kind(scheme) for name, scheme in self.schemes.items()}}

    @property
    def keys(self) -> list[str]:
        return list(self.sentences)

    def place(self, key: str) -> str:
        """File and line."""
        return f"{self.path}:{key}"

    def meta(self, key: str) -> dict[str, Any]:
        """The number of its ``document``, and its ``tokens``: how many."""
        sentence = self.sentences[key]
        return {"document": sentence.document, "tokens": len(sentence.tokens)}

    def load(self, key: str) -> dict[str, Any]:
        sentence = self.sentences[key]
        tokens = list(sentence.tokens)
        tagged = {name: {"tokens": tokens, "tags": list(tags)} for name, tags in sentence.tags.items()}
        return {"text": " ".join(tokens), **tagged}


def tag_kind(scheme: Written) -> dict[str, Any]:
    """What ``sample:`` says of tags that were written in a scheme."""
    kept = "bio" if scheme == "iob1" else scheme
    return {"tags": {"of": "text"} | ({} if kept == "bio" else {"scheme": kept})}


def scheme_of(tags: Any) -> Written:
    """The scheme that tags, sentence by sentence, are written in: the first in which all of them are well-formed."""
    sentences = list(tags)
    for scheme in ("bio", "iobes", "iob1"):
        if all(_fits(sentence, scheme) for sentence in sentences):
            return scheme  # type: ignore[return-value]
    return "plain"


def _fits(tags: Sequence[str], scheme: str) -> bool:
    try:
        marks_of(bio(tags) if scheme == "iob1" else tags, "bio" if scheme == "iob1" else scheme, "O")  # type: ignore[arg-type]
    except DataError:
        return False
    return True


def bio(tags: Sequence[str]) -> list[str]:
    """IOB1 as BIO: an I- that does not go on with what stands before begins an entity."""
    made: list[str] = []
    for tag, before in zip(tags, ["O", *tags], strict=False):
        starts = tag[:2] == "I-" and before[2:] != tag[2:]
        made.append(f"B-{tag[2:]}" if starts else tag)
    return made


def _checked(path: Path, sentence: Sentence, schemes: Mapping[str, Written]) -> Sentence:
    tags = {
        name: bio(sentence.tags[name]) if scheme == "iob1" else sentence.tags[name] for name, scheme in schemes.items()
    }
    for name, scheme in schemes.items():
        try:
            marks_of(tags[name], "bio" if scheme == "iob1" else scheme, "O")
        except DataError as error:
            raise DataError(f"{path}:{sentence.line}: {name}: {error.message}", file=str(path)) from None
    return Sentence(
        sentence.tokens, {name: tuple(found) for name, found in tags.items()}, sentence.line, sentence.document
    )


def _sentences(path: Path, fields: ConllFields, columns: Mapping[str, int]) -> Iterator[Sentence]:
    rows: list[list[str]] = []
    start, document = 0, 0
    for number, line in lines_of(path):
        if line.startswith(_DOCUMENT):
            document += 1
        elif line.strip():
            start = start if rows else number
            rows.append(_row(path, number, line, fields, columns))
        if rows and (not line.strip() or line.startswith(_DOCUMENT)):
            yield _sentence(rows, columns, start, document)
            rows = []
    if rows:
        yield _sentence(rows, columns, start, document)


def _check_columns(tags: Any) -> None:
    """FieldError for a mapping of columns whose values are no numbers of columns."""
    for name, column in tags.items() if isinstance(tags, Mapping) else ():
        if isinstance(column, bool) or not isinstance(column, int):
            raise FieldError(f"tags: {name}: got {column!r}; expected the number of a column, such as -1.", "tags")


def _row(path: Path, number: int, line: str, fields: ConllFields, columns: Mapping[str, int]) -> list[str]:
    """The token and its tags."""
    marks = {"whitespace": None, "tab": "\t", "space": " "}
    cells = line.split(marks[fields.separator])
    wanted = [fields.token, *columns.values()]
    if len(cells) < 2 or any(not -len(cells) <= column < len(cells) for column in wanted):
        needed = max(2, *(column + 1 if column >= 0 else -column for column in wanted))
        raise DataError(
            f"{path}:{number}: {line!r:.60} has {len(cells)} columns ({fields.separator} between), and at least "
            f"{needed} are needed. Say what stands between them, `separator: tab`, or which are meant: `token: 0`, "
            "`tags: -1`.",
            file=str(path),
        )
    return [cells[column] for column in wanted]


def _sentence(rows: Sequence[Sequence[str]], columns: Mapping[str, int], line: int, document: int) -> Sentence:
    tokens, *tags = zip(*rows, strict=True)
    return Sentence(tokens, dict(zip(columns, tags, strict=True)), line, document)
