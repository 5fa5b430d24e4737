"""COCO's JSON read and checked: pictures by file name, each with its objects in the order of the file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from augkit.errors import DataError
from augkit.fields import Size
from augkit_image.annotated import reaches_beyond

Id = int | str

_MANY = {"image": "images", "category": "categories", "annotation": "annotations"}


@dataclass(frozen=True)
class Category:
    """``keypoints``: the names of the points that every object of this category has."""

    name: str
    keypoints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """``objects`` is JSON again: parsed objects would be copied into every worker, a text is shared.

    ``beyond``: ids of the annotations whose box reaches beyond the stated size.
    """

    id: Id
    size: Size | None
    labels: tuple[str, ...]
    objects: bytes
    beyond: tuple[Id, ...] = ()

    def parsed(self) -> list[dict[str, Any]]:
        """The annotations, as they stand in the file."""
        return json.loads(self.objects)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class CocoFile:
    """``has``: which of bbox, polygons, masks, keypoints, area some object has (area: every one)."""

    path: Path
    pictures: Mapping[str, Picture]
    categories: Mapping[Id, Category]
    has: frozenset[str]


def read_coco(path: Path) -> CocoFile:
    """A file of instances or keypoints. DataError with the file and the annotation, image or category that is wrong."""
    whole = _json(path)
    try:
        categories = _categories(_rows(whole, "categories") if whole.get("annotations") else [])
        images = _images(_rows(whole, "images"))
        objects = _objects(_rows(whole, "annotations") if "annotations" in whole else [], images, categories)
    except DataError as error:
        raise DataError(error.message, file=str(path)) from None
    pictures = {_key(image): _picture(image, objects.get(id_, []), categories) for id_, image in images.items()}
    return CocoFile(path, pictures, categories, _present([one for some in objects.values() for one in some]))


def without(file: CocoFile, categories: Sequence[str], crowd: bool, empty: bool) -> CocoFile:
    """The file with these ``categories`` only (none named: all); ``crowd``, ``empty``: whether crowd regions and
    pictures without objects stay.
    """
    wanted = {id_ for id_, category in file.categories.items() if not categories or category.name in categories}
    pictures = {}
    for key, picture in file.pictures.items():
        objects = picture.parsed()
        kept = [one for one in objects if one["category_id"] in wanted and (crowd or not one.get("iscrowd"))]
        if kept or empty:
            size = None if picture.size is None else {"height": picture.size.h, "width": picture.size.w}
            pictures[key] = _picture({"id": picture.id, **(size or {})}, kept, file.categories)
    return CocoFile(file.path, pictures, file.categories, file.has)


def _json(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(f"is no JSON: {error}", file=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    if not isinstance(whole, dict) or "images" not in whole:
        held = ", ".join(list(whole)[:8]) if isinstance(whole, dict) else type(whole).__name__
        raise DataError(
            f"is no COCO file: expected an object with images, annotations and categories, got {held}.", file=str(path)
        )
    return whole


def _rows(whole: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = whole.get(name)
    if not isinstance(rows, list):
        raise DataError(f"{name!r} is missing or no list.")
    odd = next((number for number, row in enumerate(rows) if not isinstance(row, dict)), None)
    if odd is not None:
        raise DataError(f"{name}: number {odd} is {rows[odd]!r:.60}; expected an object.")
    return rows


def _by_id(rows: Iterable[dict[str, Any]], what: str) -> dict[Id, dict[str, Any]]:
    found: dict[Id, dict[str, Any]] = {}
    for number, row in enumerate(rows):
        id_ = row.get("id")
        if isinstance(id_, bool) or not isinstance(id_, int | str):
            raise DataError(f"{what} number {number} has the id {id_!r}; expected a whole number or a text.")
        if found.setdefault(id_, row) is not row:
            raise DataError(f"two {_MANY[what]} have the id {id_!r}.")
    return found


def _categories(rows: Iterable[dict[str, Any]]) -> dict[Id, Category]:
    found = {}
    for id_, row in _by_id(rows, "category").items():
        name, points = row.get("name"), row.get("keypoints", [])
        if not isinstance(name, str):
            raise DataError(f"category {id_!r} has the name {name!r}; expected a text.")
        if not isinstance(points, list) or not all(isinstance(point, str) for point in points):
            raise DataError(f"category {id_!r}: keypoints are {points!r:.60}; expected a list of names.")
        found[id_] = Category(name, tuple(points))
    return found


def _images(rows: Iterable[dict[str, Any]]) -> dict[Id, dict[str, Any]]:
    images = _by_id(rows, "image")
    seen: dict[str, Id] = {}
    for id_, image in images.items():
        name = image.get("file_name")
        if not isinstance(name, str) or not name or _key(image).startswith("/"):
            raise DataError(f"image {id_!r} has the file_name {name!r}; expected a path below the images' folder.")
        first = seen.setdefault(_key(image), id_)
        if first != id_:
            raise DataError(f"images {first!r} and {id_!r} have the same file_name {name!r}.")
        _check_size(id_, image)
    return images


def _check_size(id_: Id, image: Mapping[str, Any]) -> None:
    for side in ("height", "width"):
        given = image.get(side)
        if given is not None and (not isinstance(given, int) or given < 1):
            raise DataError(f"image {id_!r}: its {side} is {given!r}; expected pixels.")


def _key(image: Mapping[str, Any]) -> str:
    """The file name with slashes, also where it was written on Windows."""
    return str(image["file_name"]).replace("\\", "/").removeprefix("./")


def _objects(
    rows: Iterable[dict[str, Any]], images: Mapping[Id, Any], categories: Mapping[Id, Category]
) -> dict[Id, list[dict[str, Any]]]:
    """The annotations of each image, checked."""
    found: dict[Id, list[dict[str, Any]]] = {}
    for id_, row in _by_id(rows, "annotation").items():
        try:
            _check_object(row, images, categories)
        except DataError as error:
            raise DataError(f"annotation {id_!r}: {error.message}") from None
        found.setdefault(row["image_id"], []).append(row)
    return found


def _check_object(row: Mapping[str, Any], images: Mapping[Id, Any], categories: Mapping[Id, Category]) -> None:
    for name, known in (("image_id", images), ("category_id", categories)):
        given = row.get(name)
        if not isinstance(given, int | str) or given not in known:
            raise DataError(f"its {name} is {given!r}, which the file does not have.")
    if row.get("iscrowd") not in (None, 0, 1):
        raise DataError(f"its iscrowd is {row['iscrowd']!r:.60}; expected 0 or 1.")
    if row.get("bbox"):
        _check_bbox(row["bbox"])
    if row.get("segmentation"):
        _check_segmentation(row["segmentation"], images[row["image_id"]])
    if row.get("keypoints"):
        _check_keypoints(row["keypoints"], categories[row["category_id"]])


def _check_bbox(bbox: Any) -> None:
    if not _numbers(bbox) or len(bbox) != 4:
        raise DataError(f"its bbox is {bbox!r:.60}; expected four numbers: x, y, width, height.")
    if bbox[2] < 0 or bbox[3] < 0:
        raise DataError(f"its bbox {bbox} has a negative side; COCO writes x, y, width, height.")


def _check_segmentation(given: Any, image: Mapping[str, Any]) -> None:
    if isinstance(given, dict):
        size, stated = given.get("size"), [image.get("height"), image.get("width")]
        if not _numbers(size) or len(size) != 2 or "counts" not in given:
            raise DataError(f"its mask is {given!r:.60}; expected {{size: [h, w], counts: …}}.")
        if None not in stated and list(size) != stated:
            raise DataError(f"its mask is of size {size} (h, w), its image of {stated}.")
        return
    if not isinstance(given, list):
        raise DataError(f"its segmentation is {given!r:.60}; expected polygons or a run-length mask.")
    for ring in given:
        if not _numbers(ring):
            raise DataError(f"its segmentation holds {ring!r:.60}; expected lists of x, y, x, y, …")
        if len(ring) % 2 or len(ring) < 6:
            raise DataError(f"a polygon has {len(ring)} numbers; expected x and y of three points or more.")


def _check_keypoints(given: Any, category: Category) -> None:
    expected = 3 * len(category.keypoints)
    if not _numbers(given) or len(given) != expected:
        held = f"{len(given)} numbers" if isinstance(given, list) else repr(given)
        raise DataError(
            f"its keypoints are {held}; {category.name!r} has {len(category.keypoints)} points of x, y, visibility."
        )
    odd = next((seen for seen in given[2::3] if seen not in (0, 1, 2)), None)
    if odd is not None:
        raise DataError(
            f"a keypoint has the visibility {odd!r:.60}; expected 0 (not labelled), 1 (hidden) or 2 (seen)."
        )


def _numbers(given: Any) -> TypeGuard[list[float]]:
    return isinstance(given, list) and all(map(_is_number, given))


def _is_number(given: Any) -> TypeGuard[float]:
    """Also of a whole number: JSON's may be longer than any float."""
    return isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= sys.float_info.max


def _picture(image: Mapping[str, Any], objects: list[dict[str, Any]], categories: Mapping[Id, Category]) -> Picture:
    stated = image.get("height"), image.get("width")
    size = None if None in stated else Size(*stated)  # type: ignore[arg-type]
    labels = sorted({categories[one["category_id"]].name for one in objects})
    text = json.dumps(objects, separators=(",", ":")).encode()
    return Picture(image["id"], size, tuple(labels), text, () if size is None else _beyond(objects, size))


def _beyond(objects: list[dict[str, Any]], size: Size) -> tuple[Id, ...]:
    boxed = ((one["id"], one["bbox"]) for one in objects if one.get("bbox"))
    return tuple(id_ for id_, (x, y, w, h) in boxed if reaches_beyond((x, y, x + w, y + h), size))


def _present(objects: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    has = {name for name in ("bbox", "keypoints") if any(one.get(name) for one in objects)}
    shapes = [one["segmentation"] for one in objects if one.get("segmentation")]
    has |= {"masks"} if shapes else set()
    has |= {"polygons"} if any(isinstance(shape, list) for shape in shapes) else set()
    has |= {"area"} if objects and all(_is_number(one.get("area")) for one in objects) else set()
    return frozenset(has)
