"""The source ``image_folder``: a folder per class, or a folder of images beside a folder of masks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names
from augkit.words import suggestion

EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


class ImageFolderFields(Checked):
    """What a recipe may say of an image folder."""

    root: Annotated[str, Limits(doc="the folder; without masks, each folder in it is a class")]
    masks: Annotated[str | None, Limits(doc="a folder with a mask of the same name, but for the ending, per image")] = (
        None
    )
    extensions: Annotated[tuple[str, ...], Limits(doc="endings of image files, in any case")] = EXTENSIONS

    def validate(self) -> None:
        bad = next((ending for ending in self.extensions if not ending.startswith(".")), None)
        if bad is not None:
            raise FieldError(f"extensions: {bad!r} lacks its dot; write '.{bad}'.", "extensions")


class ImageFolder:
    """Images below ``root``: fields ``image`` and ``label``, the name of the folder directly below ``root`` that
    holds it.

    With ``masks`` the fields are ``image`` and ``mask``, and folders mean nothing. Keys are paths relative to
    ``root`` with slashes, in order. Hidden files and folders, and files with other endings, are passed over. An image
    outside any class, a class without images, an image without a mask and two masks for one image raise DataError.
    """

    fields_type = ImageFolderFields
    shorthand = "root"
    paths = ("root", "masks")

    def __init__(self, root: Path, masks: Path | None = None, extensions: tuple[str, ...] = EXTENSIONS) -> None:
        self.root = root
        self.masks = masks
        self.extensions = tuple(ending.lower() for ending in extensions)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The folder as a recipe describes it; a folder that is not there raises FieldError."""
        check_names(ImageFolderFields, given)
        fields = ImageFolderFields(**given)
        root = folder_of(base, fields.root, "root")
        masks = None if fields.masks is None else folder_of(base, fields.masks, "masks")
        return cls(root, masks, fields.extensions)

    @property
    def fields(self) -> dict[str, str]:
        return {"image": "image", "label": "label"} if self.masks is None else {"image": "image", "mask": "mask"}

    @cached_property
    def keys(self) -> list[str]:
        found = sorted(files_below(self.root, self.extensions))
        if not found:
            raise DataError(f"there is no image here ({', '.join(self.extensions)}).", file=str(self.root))
        if self.masks is None:
            self._check_classes(found)
        return found

    @property
    def classes(self) -> list[str]:
        """The names of the folders, in order; none with masks."""
        return [] if self.masks is not None else sorted({_class_of(key) for key in self.keys})

    def meta(self, key: str) -> dict[str, Any]:
        """The class."""
        return {} if self.masks is not None else {"label": _class_of(key)}

    def load(self, key: str) -> dict[str, Any]:
        if self.masks is None:
            return {"image": self.root / key, "label": _class_of(key)}
        stem = key.rpartition(".")[0]
        if stem not in self._masks:
            raise DataError(
                f"has no mask: there is no {stem}.png or the like in {self.masks}.", key, str(self.root / key)
            )
        return {"image": self.root / key, "mask": self.masks / self._masks[stem]}

    @cached_property
    def _masks(self) -> dict[str, str]:
        return {} if self.masks is None else by_stem(self.masks)

    def _check_classes(self, keys: list[str]) -> None:
        loose = next((key for key in keys if "/" not in key), None)
        if loose is not None:
            raise DataError(
                f"{loose!r} is in no class: {self.root} needs a folder per class. With masks instead of classes, "
                "write `masks: folder`; labels in a table are a `manifest`.",
                file=str(self.root / loose),
            )
        filled = {_class_of(key) for key in keys}
        for folder in sorted(entry.name for entry in os.scandir(self.root) if entry.is_dir()):
            if folder not in filled and not folder.startswith("."):
                raise DataError(
                    f"the class {folder!r} has no image ({', '.join(self.extensions)}).", file=str(self.root / folder)
                )


def by_stem(masks: Path) -> dict[str, str]:
    """Path by path without ending."""
    found: dict[str, str] = {}
    for name in sorted(files_below(masks, EXTENSIONS)):
        other = found.setdefault(name.rpartition(".")[0], name)
        if other != name:
            raise DataError(f"{other} and {name} are masks of the same image.", file=str(masks / name))
    return found


def _class_of(key: str) -> str:
    return key.partition("/")[0]


def folder_of(base: Path, name: str, field: str) -> Path:
    """A folder that a recipe names; FieldError with what is beside it where there is none."""
    folder = base / name
    if not folder.is_dir():
        beside = [entry.name for entry in folder.parent.iterdir()] if folder.parent.is_dir() else []
        raise FieldError(f"{field}: there is no folder {folder}.{suggestion(folder.name, beside)}", field)
    return folder


def files_below(folder: Path, extensions: tuple[str, ...]) -> Iterator[str]:
    """Paths relative to ``folder``, with slashes, of the files with these endings that are not hidden."""
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            _check_link(Path(parent, name))
        for name in names:
            if not name.startswith(".") and name.lower().endswith(extensions):
                yield Path(parent, name).relative_to(folder).as_posix()


def _check_link(folder: Path) -> None:
    """Refuse a link to a folder that holds it: its images would be found again and again, as different samples."""
    if folder.is_symlink() and Path(os.path.realpath(folder.parent)).is_relative_to(os.path.realpath(folder)):
        raise DataError("links to a folder that holds it; remove the link.", file=str(folder))
