"""The source ``voc``: a folder as the PASCAL VOC challenges lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np

from augkit.columns import column
from augkit.data.folders import folder_of, lines_of
from augkit.data.on_demand import OnDemand
from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names
from augkit.words import suggestion
from augkit_image.annotated import check_stated
from augkit_image.sources import by_stem
from augkit_image.voc_file import VocFile, read_voc

_MASKS = {"mask": "SegmentationClass", "instances": "SegmentationObject"}
_FLAGS = ("difficult", "truncated", "occluded")


class VocFields(Checked):
    """What a recipe may say of a VOC folder."""

    root: Annotated[str, Limits(doc="the folder of Annotations and JPEGImages, such as VOC2012")]
    split: Annotated[str | None, Limits(doc="a list in ImageSets/Main: train, val; or Segmentation/train")] = None
    difficult: Annotated[Literal["keep", "skip"], Limits(doc="objects that are marked as difficult")] = "keep"
    sizes: Annotated[
        Literal["check", "ignore"], Limits(doc="whether a picture must have the size that its XML states")
    ] = "check"


class Voc:
    """Pictures of a VOC folder: ``voc: {root: VOC2012, split: train}``.

    Fields: ``image``; ``boxes`` with the columns ``label``, ``difficult``, ``truncated``, ``occluded`` (0 or 1) and
    ``pose``, and ``labels``, the classes in the picture; ``mask`` (classes) and ``instances`` (objects), where such
    folders are there, with the borders as 255: nothing to learn. VOC counts pixels from 1 and includes the last, so
    its box 1, 1, 10, 5 is 0, 0, 10, 5 here. Keys are VOC's own: ``2007_000027``. Without ``split`` every picture with
    an XML file belongs; masks are there for the lists in ``Segmentation`` alone.
    """

    fields_type = VocFields
    shorthand = "root"
    paths = ("root",)

    def __init__(self, root: Path, split: str | None = None, difficult: bool = True, check_sizes: bool = True) -> None:
        self.root = root
        self.split = split
        self.difficult = difficult
        self.check_sizes = check_sizes
        self._parsed: dict[str, VocFile] = {}

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The folder as a recipe describes it; FieldError for folders and lists that are not there."""
        check_names(VocFields, given)
        fields = VocFields(**given)
        root = folder_of(base, fields.root, "root")
        for part in ("Annotations", "JPEGImages"):
            if not (root / part).is_dir():
                raise FieldError(f"root: {root} has no folder {part}; name the one that does, such as VOC2012.", "root")
        if fields.split is not None:
            _check_split(root, fields.split)
        return cls(root, fields.split, fields.difficult == "keep", fields.sizes == "check")

    @property
    def fields(self) -> dict[str, str]:
        there = {field: "mask" for field, folder in _MASKS.items() if (self.root / folder).is_dir()}
        return {"image": "image", "boxes": "boxes", **there, "labels": "labels"}

    @cached_property
    def keys(self) -> list[str]:
        if self.split is None:
            return sorted(file.stem for file in (self.root / "Annotations").glob("*.xml"))
        lines = lines_of(_list_of(self.root, self.split))
        # The lists of one class have a flag behind the name: 1 there, -1 not there, 0 difficult.
        return [line.split()[0] for line in lines if line.split() and line.split()[1:] != ["-1"]]

    def place(self, key: str) -> str:
        """The XML file."""
        return str(self.root / "Annotations" / f"{key}.xml")

    def meta(self, key: str) -> dict[str, Any]:
        """The ``labels`` in the picture."""
        return {"labels": self._labels(key)}

    def load(self, key: str) -> OnDemand:
        return OnDemand(
            {
                "image": lambda: self._image(key),
                "boxes": lambda: self._boxes(key),
                "labels": lambda: self._labels(key),
                **{field: partial(self._mask, key, folder) for field, folder in _MASKS.items()},
            }
        )

    def _xml(self, key: str) -> VocFile:
        if key not in self._parsed:
            self._parsed[key] = read_voc(self.root / "Annotations" / f"{key}.xml", self.difficult)
        return self._parsed[key]

    def _labels(self, key: str) -> list[str]:
        return sorted({one.label for one in self._xml(key).objects})

    def _image(self, key: str) -> Path:
        if key not in self._images:
            raise DataError(
                f"there is no {key}.jpg or the like in {self.root / 'JPEGImages'}.", key, str(self.place(key))
            )
        return self.root / "JPEGImages" / self._images[key]

    def _boxes(self, key: str) -> dict[str, Any]:
        file = self._xml(key)
        if self.check_sizes:
            check_stated(self._image(key), file.size, self.place(key))
        flags = {name: column([one.flags[name] for one in file.objects]) for name in _FLAGS}
        return {
            "xyxy": np.array([one.xyxy for one in file.objects], dtype=np.float64).reshape(-1, 4),
            "label": [one.label for one in file.objects],
            **flags,
            "pose": [one.pose for one in file.objects],
        }

    def _mask(self, key: str, folder: str) -> Path:
        file = self.root / folder / f"{key}.png"
        if not file.is_file():
            raise DataError(
                f"has no mask {file}. Pictures that have one are listed: `split: Segmentation/train`.",
                key,
                str(self._image(key)),
            )
        return file

    @cached_property
    def _images(self) -> dict[str, str]:
        return {Path(stem).name: name for stem, name in by_stem(self.root / "JPEGImages").items()}


def _list_of(root: Path, split: str) -> Path:
    return root / "ImageSets" / (f"{split}.txt" if "/" in split else f"Main/{split}.txt")


def _check_split(root: Path, split: str) -> None:
    file = _list_of(root, split)
    if not file.is_file():
        there = sorted(path.relative_to(root / "ImageSets") for path in (root / "ImageSets").glob("*/*.txt"))
        names = [path.stem if path.parts[0] == "Main" else path.with_suffix("").as_posix() for path in there]
        listing = ", ".join(name for name in names if "_" not in name)
        raise FieldError(f"split: there is no list {file}.{suggestion(split, names)} There are: {listing}.", "split")
