"""The source ``yolo``: pictures beside text files of normalised numbers, as Ultralytics trains on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np

from augkit.data.on_demand import OnDemand
from augkit.errors import DataError
from augkit.fields import Checked, Limits, Size, check_names
from augkit.plugins import catalogue
from augkit_image.files import image_size
from augkit_image.outlines import mask_of_rings
from augkit_image.yolo_data import YoloData, label_file, read_data, relative_to
from augkit_image.yolo_labels import Form, Labels, guess_form, read_labels

_EXTRA: Mapping[str, tuple[str, ...]] = {
    "boxes": (),
    "polygons": ("polygons", "masks"),
    "oriented": ("oriented_boxes",),
    "pose": ("keypoints",),
}


class YoloFields(Checked):
    """What a recipe may say of YOLO data."""

    data: Annotated[str, Limits(doc="data.yaml, or a folder that has one, or the folders images and labels")]
    split: Annotated[Literal["train", "val", "test"] | None, Limits(doc="train if absent")] = None
    form: Annotated[
        Literal["auto", "boxes", "polygons", "oriented", "pose"], Limits(doc="what stands in a line, behind the class")
    ] = "auto"
    names: Annotated[tuple[str, ...], Limits(doc="the classes, where no data.yaml has them")] = ()
    unlabelled: Annotated[
        Literal["keep", "skip", "refuse"], Limits(doc="pictures without a label file: kept as pictures of nothing")
    ] = "keep"


class Yolo:
    """Pictures with text files beside them: ``yolo: {data: data.yaml, split: train}``.

    Fields: ``image``; ``boxes``; ``labels``, the names of the classes in it; and by what a line holds: ``polygons``
    and ``masks``, ``oriented_boxes``, or ``keypoints``, the objects in the same order in each. Columns are ``label``
    and ``object``, the object's number in its file from 0. Of keypoints every point is a row, ``label`` is its name,
    or its number where there are no names. An empty label file says that there is no object; so does one that is
    missing, unless ``unlabelled`` says otherwise. Keys are paths from the data's root.
    """

    fields_type = YoloFields
    shorthand = "data"
    paths = ("data",)

    def __init__(self, data: YoloData, form: Form) -> None:
        self.data = data
        self.root = data.root
        self.form = form

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Look for the pictures; read some labels where ``form`` is ``auto``. FieldError, DataError as told there."""
        check_names(YoloFields, given)
        fields = YoloFields(**given)
        data = read_data(base / fields.data, fields.split, fields.names)
        data = _labelled(data, fields.unlabelled)
        form: Form | Literal["auto"] = fields.form
        if form == "auto":
            form = "pose" if data.points else guess_form([label_file(picture) for picture in data.pictures])
        if form == "pose" and not data.points:
            raise DataError("form: pose needs `kpt_shape` in data.yaml.", file=str(data.root))
        return cls(data, form)

    @property
    def fields(self) -> dict[str, Any]:
        known = catalogue().names("target")
        pairs = [list(pair) for pair in self.data.pairs]
        kinds = {name: name for name in _EXTRA[self.form] if name in known}
        posed = {"keypoints": {"keypoints": {"outside": "hide", "pairs": pairs}}} if self.form == "pose" else {}
        return {"image": "image", "boxes": "boxes", **kinds, **posed, "labels": "labels"}

    @property
    def keys(self) -> list[str]:
        return list(self._pictures)

    @cached_property
    def _pictures(self) -> dict[str, Path]:
        return {relative_to(self.root, picture): picture for picture in self.data.pictures}

    def place(self, key: str) -> str:
        """The label file."""
        return str(label_file(self._pictures[key]))

    def meta(self, key: str) -> dict[str, Any]:
        """``file_name`` and the ``labels`` in the picture."""
        return {"file_name": key, "labels": self._classes(self._read(key))}

    def load(self, key: str) -> OnDemand:
        picture = self._pictures[key]
        labels, size = cache(lambda: self._read(key)), cache(lambda: image_size(picture))

        def sized(make: Callable[[Labels, Size], Any]) -> Callable[[], Any]:
            return lambda: make(labels(), size()) | self._columns(labels())

        made = {
            "polygons": sized(_polygons),
            "masks": sized(_masks),
            "oriented_boxes": sized(_corners),
            "keypoints": lambda: self._keypoints(labels(), size()),
        }
        return OnDemand(
            {
                "image": lambda: picture,
                "boxes": lambda: {"cxcywh_norm": labels().boxes(self.form), **self._columns(labels())},
                "labels": lambda: self._classes(labels()),
                **{name: make for name, make in made.items() if name in _EXTRA[self.form]},
            }
        )

    def _read(self, key: str) -> Labels:
        data = self.data
        return read_labels(label_file(self._pictures[key]), self.form, len(data.names), len(data.points), data.dims)

    def _classes(self, labels: Labels) -> list[str]:
        return sorted({self.data.names[number] for number in labels.classes})

    def _columns(self, labels: Labels) -> dict[str, Any]:
        return {
            "label": [self.data.names[number] for number in labels.classes],
            "object": np.arange(len(labels.classes)),
        }

    def _keypoints(self, labels: Labels, size: Size) -> dict[str, Any]:
        names, dims = self.data.points, self.data.dims
        points = np.array([one[4:] for one in labels.numbers]).reshape(-1, dims)
        seen = points[:, 2] if dims == 3 else np.full(len(points), 2.0)
        return {
            "xy": points[:, :2] * (size.w, size.h),
            "visibility": seen.astype(np.int64),
            "label": list(names) * len(labels.classes),
            "object": np.repeat(np.arange(len(labels.classes)), len(names)),
        }


def _rings(labels: Labels, size: Size) -> list[np.ndarray]:
    return [one.reshape(-1, 2) * (size.w, size.h) for one in labels.numbers]


def _polygons(labels: Labels, size: Size) -> dict[str, Any]:
    return {"polygons": [[ring] for ring in _rings(labels, size)]}


def _masks(labels: Labels, size: Size) -> dict[str, Any]:
    masks = [mask_of_rings([ring], *size) for ring in _rings(labels, size)]
    return {"masks": np.array(masks, dtype=bool).reshape(-1, *size)}


def _corners(labels: Labels, size: Size) -> dict[str, Any]:
    return {"corners": np.array(_rings(labels, size)).reshape(-1, 4, 2)}


def _labelled(data: YoloData, unlabelled: str) -> YoloData:
    """The pictures that are to be used; none labelled at all is a wrong folder, not a data set of nothing."""
    missing = [picture for picture in data.pictures if not label_file(picture).is_file()]
    if data.pictures and len(missing) == len(data.pictures):
        raise DataError(
            f"none of {len(missing)} pictures has labels; expected such files as {label_file(missing[0])}.",
            file=str(data.root),
        )
    if missing and unlabelled == "refuse":
        raise DataError(
            f"{len(missing)} pictures have no label file, the first is {missing[0]} (unlabelled: refuse).",
            file=str(label_file(missing[0])),
        )
    gone = set(missing) if unlabelled == "skip" else set()
    kept = tuple(picture for picture in data.pictures if picture not in gone)
    return dataclasses.replace(data, pictures=kept)
