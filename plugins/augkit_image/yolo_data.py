"""YOLO's ``data.yaml``, or a folder of ``images`` and ``labels``: which pictures, which classes, which points."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from augkit.data.folders import files_below, lines_of
from augkit.errors import DataError, FieldError
from augkit.words import suggestion
from augkit_image.annotated import mirrored_pairs
from augkit_image.sources import EXTENSIONS

SPLITS = ("train", "val", "test")
_MOST_POINTS = 10_000


@dataclass(frozen=True)
class YoloData:
    """``pictures`` are paths; ``points``: the names of an object's keypoints, each with ``dims`` numbers (2 or 3)."""

    root: Path
    pictures: tuple[Path, ...]
    names: tuple[str, ...]
    points: tuple[str, ...] = ()
    dims: int = 3
    pairs: tuple[tuple[str, str], ...] = ()


def read_data(given: Path, split: str | None, names: Sequence[str]) -> YoloData:
    """What a data.yaml, or a folder with one or without, says. FieldError and DataError where it cannot be used.

    Paths start from ``path:`` in the file, itself relative to the file, as Ultralytics has it; where that folder is
    not there, since it was another computer's, from the file's own folder.
    """
    file = given if given.is_file() else next((f for f in _yamls(given) if f.is_file()), None)
    if file is None and not given.is_dir():
        raise FieldError(f"data: there is no file or folder {given}.", "data")
    if file is None:
        return _plain_folder(given, split, names)
    whole = _yaml(file)
    try:
        return _described(file, whole, split or "train", names)
    except DataError as error:
        raise DataError(error.message, file=error.file or str(file)) from None


def label_file(picture: Path) -> Path:
    """Where the labels of a picture are: ``images`` becomes ``labels``, the last time it occurs; else beside it."""
    before, found, after = picture.as_posix().rpartition("/images/")
    return Path(f"{before}/labels/{after}" if found else picture.as_posix()).with_suffix(".txt")


def _yamls(folder: Path) -> tuple[Path, ...]:
    return folder / "data.yaml", folder / "data.yml", folder / "dataset.yaml"


def _yaml(file: Path) -> Mapping[str, Any]:
    """Every scalar as the text it is: a class called ``no`` or ``1`` is that, and nothing can be constructed."""
    try:
        whole = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"is no YAML: {' '.join(str(error).split())}", file=str(file)) from None
    if not isinstance(whole, dict):
        raise DataError("is no data.yaml: expected `train`, `val` and `names`.", file=str(file))
    return whole


def _described(file: Path, whole: Mapping[str, Any], split: str, names: Sequence[str]) -> YoloData:
    if split not in whole or not whole[split]:
        there = [name for name in SPLITS if whole.get(name)]
        raise FieldError(
            f"split: {file} has no {split!r}.{suggestion(split, there)} It has: {', '.join(there)}.", "split"
        )
    root = file.parent / str(whole.get("path") or ".")
    root = root if root.is_dir() else file.parent
    entries = whole[split] if isinstance(whole[split], list) else [whole[split]]
    if not all(isinstance(entry, str) for entry in entries):
        raise DataError(f"{split}: expected a folder, a list of pictures in a .txt, or several of these.")
    pictures = tuple(path for entry in entries for path in _pictures(root, entry))
    classes = tuple(names) or _classes(whole.get("names"))
    points, dims = _points(whole, classes)
    return YoloData(root, pictures, classes, points, dims, _pairs(whole.get("flip_idx"), points))


def _plain_folder(root: Path, split: str | None, names: Sequence[str]) -> YoloData:
    images = root / "images" / (split or "")
    if not (root / "labels").is_dir() or not images.is_dir():
        raise FieldError(
            f"data: {root} has no data.yaml, nor the folders {images.relative_to(root)} and labels.", "data"
        )
    classes = root / "classes.txt"
    if not names and not classes.is_file():
        raise FieldError(f"names: {root} has neither data.yaml nor classes.txt; write names: [cat, dog].", "names")
    found = tuple(names) or tuple(line.strip() for line in lines_of(classes) if line.strip())
    return YoloData(root, tuple(_below(images)), found)


def _pictures(root: Path, entry: str) -> Iterator[Path]:
    """A folder, or a file that lists pictures."""
    place = root / entry
    if not place.exists() and entry.startswith("../"):  # as Roboflow writes it, meaning the file's own folder
        place = root / entry[3:]
    if place.is_dir():
        yield from _below(place)
    elif place.is_file() and place.suffix == ".txt":
        yield from (place.parent / line.strip() for line in lines_of(place) if line.strip())
    else:
        raise DataError(f"names {entry!r}, but there is no {place}.")


def _below(folder: Path) -> Iterator[Path]:
    return (folder / name for name in sorted(files_below(folder, EXTENSIONS)))


def _classes(given: Any) -> tuple[str, ...]:
    """A list, or a mapping from numbers."""
    if isinstance(given, dict):
        numbers = sorted(given, key=lambda key: (len(key), key))
        if numbers != [str(number) for number in range(len(numbers))]:
            raise DataError(f"names: got the numbers {', '.join(map(str, given))}; expected 0, 1, 2, …")
        given = [given[number] for number in numbers]
    if not isinstance(given, list) or not given or not all(isinstance(name, str) for name in given):
        raise DataError("has no `names`: expected a list of the classes, or {0: cat, 1: dog}.")
    return tuple(given)


def _points(whole: Mapping[str, Any], classes: Sequence[str]) -> tuple[tuple[str, ...], int]:
    shape = whole.get("kpt_shape")
    if shape is None:
        return (), 3
    if not isinstance(shape, list) or len(shape) != 2 or not all(map(_is_whole, shape)) or shape[1] not in ("2", "3"):
        raise DataError(f"kpt_shape: got {shape!r}; expected [number of points, 2 or 3].")
    count, dims = int(shape[0]), int(shape[1])
    if count > _MOST_POINTS:
        raise DataError(f"kpt_shape: {count} points are more than the {_MOST_POINTS} that an object may have.")
    given = whole.get("kpt_names")
    named = next(iter(given.values()), None) if isinstance(given, dict) else given
    if named is None:
        return tuple(map(str, range(count))), dims
    if not isinstance(named, list) or len(named) != count:
        raise DataError(f"kpt_names: got {named!r:.60}; expected {count} names.")
    return tuple(map(str, named)), dims


def _pairs(flip: Any, points: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What changes places in a mirror, by ``flip_idx`` or, without it, by names with left and right in them."""
    if flip is None:
        return tuple((left, right) for left, right in mirrored_pairs(points))
    order = [int(one) for one in flip if _is_whole(one)] if isinstance(flip, list) else []
    if sorted(order) != list(range(len(points))) or any(order[order[one]] != one for one in order):
        raise DataError(f"flip_idx: got {flip!r}; expected each of the {len(points)} points' partner in a mirror.")
    return tuple((points[one], points[other]) for one, other in enumerate(order) if one < other)


def _is_whole(text: Any) -> bool:
    return isinstance(text, str) and text.strip().isdecimal()


def relative_to(root: Path, picture: Path) -> str:
    """The name of a picture: its path from ``root``, with slashes."""
    return Path(os.path.relpath(picture, root)).as_posix()
