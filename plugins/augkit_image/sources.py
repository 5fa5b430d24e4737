"""The source ``image_folder``: a folder per class, or a folder of images beside a folder of masks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.folders import check_classes, class_of, files_below, folder_of
from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names

EXTENSIONS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
_LOOSE = "With masks instead of classes, write `masks: folder`; labels in a table are a `manifest`."


class ImageFolderFields(Checked):
    """What a recipe may say of an image folder."""

    root: Annotated[str, Limits(doc="the folder; without masks, each folder in it is a class")]
    masks: Annotated[
        str | Mapping[str, Any] | None,
        Limits(doc="a folder with a mask of the same name, but for the ending, per image; or several, {field: folder}"),
    ] = None
    extensions: Annotated[tuple[str, ...], Limits(doc="endings of image files, in any case")] = EXTENSIONS

    def validate(self) -> None:
        bad = next((ending for ending in self.extensions if not ending.startswith(".")), None)
        if bad is not None:
            raise FieldError(f"extensions: {bad!r} lacks its dot; write '.{bad}'.", "extensions")
        for field, folder in self.masks.items() if isinstance(self.masks, Mapping) else ():
            if field == "image" or not isinstance(folder, str):
                raise FieldError(f"masks: {field!r}: {folder!r} is none; expected {{field: folder}}.", "masks")


class ImageFolder:
    """Images below ``root``: fields ``image`` and ``label``, the name of the folder directly below ``root`` that
    holds it.

    With ``masks`` the fields are ``image`` and ``mask``, or those that ``masks`` names, and folders mean nothing.
    Keys are paths relative to ``root`` with slashes, in order. Hidden files and folders, and files with other
    endings, are passed over. An image outside any class, a class without images, an image without a mask and two
    masks for one image raise DataError.
    """

    fields_type = ImageFolderFields
    shorthand = "root"
    paths = ("root", "masks")

    def __init__(
        self, root: Path, masks: Mapping[str, Path] | None = None, extensions: tuple[str, ...] = EXTENSIONS
    ) -> None:
        self.root = root
        self.masks = masks or {}
        self.extensions = tuple(ending.lower() for ending in extensions)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The folder as a recipe describes it; a folder that is not there raises FieldError."""
        check_names(ImageFolderFields, given)
        fields = ImageFolderFields(**given)
        root = folder_of(base, fields.root, "root")
        named = {"mask": fields.masks} if isinstance(fields.masks, str) else fields.masks or {}
        masks = {field: folder_of(base, folder, "masks") for field, folder in named.items()}
        return cls(root, masks, fields.extensions)

    @property
    def fields(self) -> dict[str, str]:
        return {"image": "image", **(dict.fromkeys(self.masks, "mask") or {"label": "label"})}

    @cached_property
    def keys(self) -> list[str]:
        found = sorted(files_below(self.root, self.extensions))
        if not found:
            raise DataError(f"there is no image here ({', '.join(self.extensions)}).", file=str(self.root))
        if not self.masks:
            check_classes(self.root, found, "image", self.extensions, _LOOSE)
        return found

    @property
    def classes(self) -> list[str]:
        """The names of the folders, in order; none with masks."""
        return [] if self.masks else sorted({class_of(key) for key in self.keys})

    def meta(self, key: str) -> dict[str, Any]:
        """The class."""
        return {} if self.masks else {"label": class_of(key)}

    def load(self, key: str) -> dict[str, Any]:
        if not self.masks:
            return {"image": self.root / key, "label": class_of(key)}
        return {"image": self.root / key, **{field: self._mask(key, field) for field in self.masks}}

    def _mask(self, key: str, field: str) -> Path:
        stem, folder = key.rpartition(".")[0], self.masks[field]
        if stem not in self._files[field]:
            raise DataError(
                f"has no {field}: there is no {stem}.png or the like in {folder}.", key, str(self.root / key)
            )
        return folder / self._files[field][stem]

    @cached_property
    def _files(self) -> dict[str, dict[str, str]]:
        return {field: by_stem(folder) for field, folder in self.masks.items()}


def by_stem(masks: Path) -> dict[str, str]:
    """Path by path without ending."""
    found: dict[str, str] = {}
    for name in sorted(files_below(masks, EXTENSIONS)):
        other = found.setdefault(name.rpartition(".")[0], name)
        if other != name:
            raise DataError(f"{other} and {name} are masks of the same image.", file=str(masks / name))
    return found
