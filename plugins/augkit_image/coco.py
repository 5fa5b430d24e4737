"""The source ``coco``: pictures with boxes, polygons, masks and keypoints in one JSON file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np

from augkit.columns import column
from augkit.data.on_demand import OnDemand
from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, Size, check_names
from augkit.plugins import catalogue
from augkit_image.annotated import beyond_remarks, check_known, check_stated, keypoint_kind
from augkit_image.coco_file import CocoFile, read_coco, without
from augkit_image.files import image_size
from augkit_image.outlines import mask_of_rings
from augkit_image.rle import decode

Objects = Sequence[Mapping[str, Any]]


class CocoFields(Checked):
    """What a recipe may say of a COCO file."""

    annotations: Annotated[str, Limits(doc="the JSON file: instances or person keypoints")]
    images: Annotated[str | None, Limits(doc="the folder of the pictures; the JSON file's own if absent")] = None
    categories: Annotated[tuple[str, ...], Limits(doc="objects of these categories only; all if absent")] = ()
    crowd: Annotated[Literal["keep", "skip"], Limits(doc="regions that are one object for many")] = "keep"
    empty: Annotated[Literal["keep", "skip"], Limits(doc="pictures without objects")] = "keep"
    sizes: Annotated[
        Literal["check", "ignore"], Limits(doc="whether a picture must have the size that the file states")
    ] = "check"


class Coco:
    """Pictures of a COCO file: ``coco: {annotations: instances.json, images: train2017}``.

    Fields: ``image``; ``labels``, the names of the categories in it; and what the file has of ``boxes``, ``polygons``,
    ``masks`` and ``keypoints``. Objects stand in the same order in each of the first three. Columns are ``label`` (the
    category's name), ``category_id``, ``id``, ``iscrowd``, and ``area`` where every object has one: of the original
    picture, as the file states it. Of keypoints every point is a row: ``xy`` and ``visibility`` (0 not labelled, 1
    hidden, 2 seen), ``label`` is its name, ``id`` its object. Keys are the file names. A picture that is not of the
    stated size raises DataError when its annotations are asked for.
    """

    fields_type = CocoFields
    shorthand = "annotations"
    paths = ("annotations", "images")

    def __init__(self, file: CocoFile, root: Path, check_sizes: bool = True) -> None:
        self.file = file
        self.root = root
        self.check_sizes = check_sizes

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read and check the file. FieldError for what the recipe says wrongly, DataError for what the file does."""
        check_names(CocoFields, given)
        fields = CocoFields(**given)
        path = base / fields.annotations
        if not path.is_file():
            raise FieldError(f"annotations: there is no file {path}.", "annotations")
        root = path.parent if fields.images is None else base / fields.images
        if not root.is_dir():
            raise FieldError(f"images: there is no folder {root}.", "images")
        file = read_coco(path)
        check_known(fields.categories, (category.name for category in file.categories.values()), "categories")
        if fields.categories or "skip" in (fields.crowd, fields.empty):
            file = without(file, fields.categories, fields.crowd == "keep", fields.empty == "keep")
        if not file.pictures:
            raise DataError("no picture is left: see `categories`, `crowd` and `empty`.", file=str(path))
        return cls(file, root, fields.sizes == "check")

    @property
    def fields(self) -> dict[str, Any]:
        names = [point for category in self.file.categories.values() for point in category.keypoints]
        kinds = {"boxes": "boxes", "polygons": "polygons", "masks": "masks", "keypoints": keypoint_kind(names)}
        held = {"boxes" if name == "bbox" else name for name in self.file.has} & set(catalogue().names("target"))
        there = {name: kind for name, kind in kinds.items() if name in held}
        return {"image": "image", **there, **({"labels": "labels"} if self.file.categories else {})}

    @property
    def keys(self) -> list[str]:
        return list(self.file.pictures)

    def place(self, key: str) -> str:
        """The file, and which image in it."""
        return f"{self.file.path}, image {self.file.pictures[key].id!r}"

    def meta(self, key: str) -> dict[str, Any]:
        """``file_name``, ``id`` and the ``labels`` of the picture."""
        picture = self.file.pictures[key]
        return {"file_name": key, "id": picture.id, "labels": list(picture.labels)}

    def remarks(self, fields: Sequence[str]) -> list[str]:
        """Boxes that reach beyond the size that the file states."""
        pictures = self.file.pictures.items() if "boxes" in fields else ()
        places = [f"annotation {id_!r}, in {key}" for key, picture in pictures for id_ in picture.beyond]
        return beyond_remarks(str(self.file.path), places)

    def load(self, key: str) -> OnDemand:
        picture = self.file.pictures[key]
        objects = cache(picture.parsed)

        @cache
        def size() -> Size:
            if self.check_sizes:
                check_stated(self.root / key, picture.size, str(self.file.path))
            return picture.size or image_size(self.root / key)

        def annotated(make: Callable[[Objects, Size], Any]) -> Callable[[], Any]:
            return lambda: make(objects(), size())

        return OnDemand(
            {
                "image": lambda: self.root / key,
                "boxes": annotated(self._boxes),
                "polygons": annotated(self._polygons),
                "masks": annotated(self._masks),
                "keypoints": annotated(self._keypoints),
                "labels": lambda: list(picture.labels),
            }
        )

    def _boxes(self, objects: Objects, size: Size) -> dict[str, Any]:
        xywh = np.array([_given(one, "bbox") for one in objects], dtype=np.float64).reshape(-1, 4)
        return {"xyxy": np.column_stack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]]), **self._columns(objects)}

    def _polygons(self, objects: Objects, size: Size) -> dict[str, Any]:
        return {"polygons": [_rings(one) for one in objects], **self._columns(objects)}

    def _masks(self, objects: Objects, size: Size) -> dict[str, Any]:
        masks = [_mask(one, size) for one in objects]
        return {"masks": np.array(masks, dtype=bool).reshape(-1, *size), **self._columns(objects)}

    def _keypoints(self, objects: Objects, size: Size) -> dict[str, Any]:
        posed = [one for one in objects if one.get("keypoints")]
        points = np.array([number for one in posed for number in one["keypoints"]], dtype=np.float64).reshape(-1, 3)
        names = [self.file.categories[one["category_id"]].keypoints for one in posed]
        return {
            "xy": points[:, :2],
            "visibility": points[:, 2].astype(np.int64),
            "label": [name for some in names for name in some],
            "id": column([one["id"] for one, some in zip(posed, names, strict=True) for _ in some]),
        }

    def _columns(self, objects: Objects) -> dict[str, Any]:
        area = {"area": np.array([one["area"] for one in objects], dtype=np.float64)} if "area" in self.file.has else {}
        return {
            "label": [self.file.categories[one["category_id"]].name for one in objects],
            "category_id": column([one["category_id"] for one in objects]),
            "id": column([one["id"] for one in objects]),
            "iscrowd": column([one.get("iscrowd", 0) for one in objects]),
            **area,
        }


def _given(one: Mapping[str, Any], name: str) -> Any:
    if not one.get(name):
        raise DataError(f"annotation {one['id']!r} has no {name}.")
    return one[name]


def _rings(one: Mapping[str, Any]) -> list[np.ndarray]:
    given = _given(one, "segmentation")
    if isinstance(given, dict):
        raise DataError(
            f"annotation {one['id']!r} is a run-length mask, which has no outline. Ask for `masks`"
            + (", or leave crowd regions out: `crowd: skip`." if one.get("iscrowd") else ".")
        )
    return [np.array(ring, dtype=np.float64).reshape(-1, 2) for ring in given]


def _mask(one: Mapping[str, Any], size: Size) -> np.ndarray:
    given = _given(one, "segmentation")
    try:
        return decode(given["counts"], *size) if isinstance(given, dict) else mask_of_rings(_rings(one), *size)
    except DataError as error:
        raise DataError(f"annotation {one['id']!r}: {error.message}") from None
