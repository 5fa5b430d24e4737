"""How a text table is written, cells apart and letters as bytes: what a recipe says of it, and what it looks like."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from augkit.errors import FieldError
from augkit.fields import Limits

Delimiter: TypeAlias = Annotated[
    str | None, Limits(doc='what separates the cells of a CSV: ";", "\\t"; else a comma, in a .tsv a tab')
]
Encoding: TypeAlias = Annotated[str | None, Limits(doc="of a text table: cp1252, latin-1, utf-16; UTF-8 if absent")]

USUAL = {".csv": ",", ".tsv": "\t"}
"""What separates cells, by the file's ending."""

_CANDIDATES = (",", ";", "\t", "|")
_PEEK, _LINES = 1 << 16, 20
_WESTERN = "cp1252"


def check_dialect(delimiter: str | None, encoding: str | None) -> None:
    """FieldError for a delimiter that is not one letter, or an encoding that Python does not know."""
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise FieldError(
            f"delimiter: got {delimiter!r}; expected one letter, as in ';'. A tab is \"\\t\".", "delimiter"
        )
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise FieldError(f"encoding: there is no {encoding!r}. Usual are utf-8, cp1252, utf-16.", "encoding") from None


def dialect_of(file: Path) -> dict[str, str]:
    """What a recipe has to say of a CSV or TSV file beside its name; nothing where it is written as usual."""
    if file.suffix.lower() not in USUAL:
        return {}
    encoding = encoding_of(file)
    delimiter = delimiter_of(file, encoding)
    said = {"delimiter": delimiter, "encoding": encoding}
    return {name: value for name, value in said.items() if value is not None}


def tell_dialect(say: Callable[[str], None], file: Path | None, dialect: Mapping[str, object]) -> None:
    """Say what was found, in ``augkit init``; nothing of what is no single file."""
    if file is not None and "delimiter" in dialect:
        say(f"{file.name}: cells are separated by {dialect['delimiter']!r} (delimiter).")
    if file is not None and "encoding" in dialect:
        encoding = str(dialect["encoding"])
        say(f"assumed: {file.name} is written in {encoding}{_sample(file, encoding)} (encoding).")


def encoding_of(file: Path) -> str | None:
    """None for UTF-8; what a mark at the start says; else the Western European one, which takes almost any bytes."""
    data = file.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _WESTERN if _reads(data, _WESTERN) else "latin-1"
    return None


def delimiter_of(file: Path, encoding: str | None) -> str | None:
    """What separates the cells, where it is not what the ending says and cuts all rows into as many cells."""
    usual = USUAL.get(file.suffix.lower(), ",")
    with open(file, "rb") as stream:
        # Half a letter at the end of the peek belongs to a line that is left out.
        text = stream.read(_PEEK).decode(encoding or "utf-8-sig", "replace")
    whole = text if len(text) < _PEEK // 4 else text.rpartition("\n")[0]
    lines = [line for line in whole.splitlines() if line.strip()][:_LINES]
    if _width(lines, usual) > 1:
        return None
    return max(_CANDIDATES, key=lambda each: _width(lines, each)) if _widest(lines) > 1 else None


def _widest(lines: list[str]) -> int:
    return max(_width(lines, each) for each in _CANDIDATES)


def _width(lines: list[str], delimiter: str) -> int:
    """Into how many cells this cuts every line, or 0."""
    try:
        widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
    except csv.Error:
        return 0
    return widths.pop() if len(widths) == 1 else 0


def _reads(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _sample(file: Path, encoding: str) -> str:
    """A word that shows whether the letters are right."""
    words = file.read_bytes().decode(encoding, "replace").split()
    word = next((word for word in words if not word.isascii()), "")
    return f": {word[:40]!r}" if word else ""
