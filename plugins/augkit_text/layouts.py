"""Which layout of texts a file or folder has. Looks at names and beginnings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augkit.data.dialect import dialect_of

_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
_CONLL = (".conll", ".bio", ".iob", ".iob2", ".bioes")
_PEEK = 1 << 16
_SHORT = 3


@dataclass(frozen=True)
class Layout:
    """A source and the fields that a recipe gives it; paths as ``Path``s."""

    source: str
    fields: dict[str, Any]


def layout(data: Path) -> Layout | None:
    """The layout of a file, or of the training part of a folder; None for what is none of these."""
    files = [data] if data.is_file() else sorted(path for path in data.iterdir() if path.is_file())
    for file in sorted(files, key=lambda path: ("train" not in path.name.lower(), path.name)):
        found = _of_file(file)
        if found is not None:
            return found
    return _parallel(files)


def _of_file(file: Path) -> Layout | None:
    suffix = file.suffix.lower()
    if suffix == ".conllu":
        return Layout("conllu", {"file": file})
    if suffix == ".json":
        head = file.read_bytes()[:_PEEK]
        return Layout("squad", {"file": file}) if b'"paragraphs"' in head and b'"qas"' in head else None
    if suffix in _CONLL or (suffix == ".txt" and _is_conll(file)):
        return Layout("conll", {"file": file})
    return Layout("text_table", {"file": file, **dialect_of(file)}) if suffix in _TABLES else None


def _is_conll(file: Path) -> bool:
    """Whether the first lines are columns of one number, the last of which is a tag."""
    rows = [line.split() for line in _beginning(file) if line.strip() and not line.startswith("-DOCSTART-")][:20]
    widths = {len(row) for row in rows}
    return len(rows) > 2 and widths != {1} and len(widths) == 1 and all(_is_tag(row[-1]) for row in rows)


def _is_tag(cell: str) -> bool:
    return cell == "O" or (cell[:1] in "BIESLU" and cell[1:2] in ("-", ""))


def _beginning(file: Path) -> Iterator[str]:
    with open(file, encoding="utf-8", errors="replace") as stream:
        for _ in range(200):
            line = stream.readline()
            if not line:
                return
            yield line


def _parallel(files: list[Path]) -> Layout | None:
    """Two or more files that differ in a short ending alone, as train.en and train.de do."""
    stems: dict[str, dict[str, Path]] = {}
    for file in files:
        language = file.suffix[1:]
        if 1 < len(language) <= _SHORT and language.isalpha() and language.islower():
            stems.setdefault(file.stem, {})[language] = file
    pairs = {stem: sides for stem, sides in stems.items() if len(sides) > 1}
    chosen = min(pairs, key=lambda stem: ("train" not in stem, stem), default=None)
    known = {"txt", "csv", "tsv", "md", "png", "jpg", "gif", "wav", "mp3", "py", "xml", "zip", "gz"}
    if chosen is None or pairs[chosen].keys() & known:
        return None
    sides = pairs[chosen]
    order = sorted(sides, key=lambda language: (language != "en", language))
    return Layout("parallel", {"files": {language: sides[language] for language in order}})
