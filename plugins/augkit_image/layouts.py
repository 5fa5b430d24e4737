"""Which layout of annotated pictures a folder has: COCO, VOC, YOLO, a table, or none of them. It looks, and reads no
pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augkit.data.dialect import dialect_of
from augkit.data.table import Table, read_table
from augkit.errors import DataError
from augkit_image.box_table import Usual, usual_columns
from augkit_image.sources import EXTENSIONS

_PEEK = 1 << 16
_FEW = 5
TABLES = (".csv", ".tsv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Layout:
    """A source and the fields that a recipe gives it; paths as ``Path``s, to be spelled as the recipe needs them."""

    source: str
    fields: dict[str, Any]


def layout(data: Path) -> Layout | None:
    """The layout of a folder or file, or None."""
    file = _coco_file(data)
    if file is None:
        return _voc(data) or _yolo(data) or _box_table(data)
    images = _images_of(file, data)
    return Layout("coco", {"annotations": file} | ({} if images == file.parent else {"images": images}))


def is_annotated(data: Path) -> bool:
    """Whether ``layout`` knows it, without reading whole files."""
    return (_coco_file(data) or _voc(data) or _yolo(data) or _box_table(data)) is not None


def _coco_file(data: Path) -> Path | None:
    return next((file for file in _json_files(data) if _looks_like_coco(file)), None)


def _json_files(data: Path) -> Iterator[Path]:
    """Those that train first, keypoints and captions last."""
    if data.is_file():
        yield from [data] if data.suffix == ".json" else []
        return
    found = [file for pattern in ("*.json", "annotations/*.json", "train/*.json") for file in data.glob(pattern)]
    yield from sorted(
        found, key=lambda file: ("train" not in str(file.relative_to(data)), "inst" not in file.name, file)
    )


def _looks_like_coco(file: Path) -> bool:
    """By what stands at its beginning and end, since it may be half a gigabyte."""
    with open(file, "rb") as stream:
        start = stream.read(_PEEK)
        stream.seek(max(0, file.stat().st_size - _PEEK))
        ends = start + stream.read(_PEEK)
    return (
        start.lstrip()[:1] == b"{"
        and any(f'"{name}"'.encode() in ends for name in ("annotations", "images"))
        and (b'"categories"' in ends or b'"image_id"' in ends or b'"file_name"' in ends)
    )


def _images_of(file: Path, data: Path) -> Path:
    """The folder in which the first pictures of the file are; the file's own where they are nowhere."""
    try:
        whole = json.loads(file.read_bytes())
        names = [str(image["file_name"]).replace("\\", "/") for image in whole["images"][:_FEW]]
    except (ValueError, TypeError, KeyError):
        return file.parent  # the source says what is wrong with it
    return folder_of(names, file, data) or file.parent


def folder_of(names: Sequence[str], file: Path, data: Path) -> Path | None:
    """The folder near ``file`` in which all these pictures are; None where they are nowhere."""
    top = data if data.is_dir() else file.parent
    near = [file.parent, top, file.parent.parent, *_folders(top), *_folders(file.parent.parent)]
    return next((folder for folder in near if names and all((folder / name).is_file() for name in names)), None)


def _folders(top: Path) -> Iterator[Path]:
    """What is below, two levels deep."""
    for folder in sorted(path for path in top.iterdir() if path.is_dir()):
        yield folder
        yield from sorted(path for path in folder.iterdir() if path.is_dir())


def _voc(data: Path) -> Layout | None:
    if not data.is_dir():
        return None
    for root in (data, *sorted(data.glob("VOC*")), *sorted(data.glob("VOCdevkit/VOC*"))):
        if (root / "JPEGImages").is_dir() and any((root / "Annotations").glob("*.xml")):
            lists = ("trainval", "train")
            split = next((name for name in lists if (root / "ImageSets" / "Main" / f"{name}.txt").is_file()), None)
            return Layout("voc", {"root": root} | ({} if split is None else {"split": split}))
    return None


def _yolo(data: Path) -> Layout | None:
    if data.suffix in (".yaml", ".yml") and data.is_file():
        return Layout("yolo", {"data": data}) if b"names" in data.read_bytes()[:_PEEK] else None
    if not data.is_dir():
        return None
    for name in ("data.yaml", "data.yml", "dataset.yaml"):
        if (data / name).is_file() and b"names" in (data / name).read_bytes()[:_PEEK]:
            return Layout("yolo", {"data": data / name})
    pictures = (data / "images").is_dir() and any(
        file.suffix.lower() in EXTENSIONS for file in (data / "images").rglob("*")
    )
    return Layout("yolo", {"data": data}) if pictures and any((data / "labels").rglob("*.txt")) else None


def _box_table(data: Path) -> Layout | None:
    found = next((each for each in tables(data) if each.columns.box is not None), None)
    if found is None:
        return None
    images = {} if found.images == found.file.parent else {"root": found.images}
    return Layout("box_table", {"file": found.file, **images, **_units(found), **found.dialect})


def _units(found: TableOf) -> dict[str, str]:
    cells = [cell for name in found.columns.box or () for cell in found.table.columns[name] if cell is not None]
    fractions = any(isinstance(cell, float) for cell in cells) and all(
        isinstance(cell, int | float) and 0 <= cell <= 1 for cell in cells
    )
    return {"units": "fraction"} if fractions else {}


@dataclass(frozen=True)
class TableOf:
    """A table that names pictures which are there, in the folder ``images``; ``dialect``: how its cells are written."""

    file: Path
    table: Table
    columns: Usual
    images: Path
    dialect: Mapping[str, str]


def tables(data: Path) -> Iterator[TableOf]:
    """The tables of pictures: the file itself, or those directly in a folder. DataError for a file that is broken."""
    for file in [data] if data.is_file() else sorted(data.iterdir()):
        if file.suffix.lower() not in TABLES or not file.is_file():
            continue
        dialect = dialect_of(file)
        table = _readable(file, dialect, file == data)
        columns = usual_columns(table) if table else None
        if table and columns and columns.image is not None:
            names = [str(name).replace("\\", "/") for name in table.columns[columns.image][:_FEW] if name]
            if images := folder_of(names, file, data):
                yield TableOf(file, table, columns, images, dialect)


def _readable(file: Path, dialect: Mapping[str, str], meant: bool) -> Table | None:
    try:
        return read_table(file, **dialect)
    except DataError:
        if meant:
            raise
        return None
