"""One XML file of the PASCAL VOC kind, as labelImg and many others write it too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from augkit.errors import DataError
from augkit.fields import Size

_FLAGS = ("difficult", "truncated", "occluded")


@dataclass(frozen=True)
class VocObject:
    """``xyxy`` is half-open and counts from 0; ``flags`` that the file leaves out are 0."""

    label: str
    xyxy: tuple[float, float, float, float]
    flags: Mapping[str, int]
    pose: str


@dataclass(frozen=True)
class VocFile:
    """What an XML file says of its picture; ``size`` is None where it states none."""

    size: Size | None
    objects: tuple[VocObject, ...]


def read_voc(path: Path, difficult: bool = True) -> VocFile:
    """The objects in a file, the ``difficult`` ones among them or not. DataError with the file and the object."""
    root = _root(path)
    objects = []
    for number, element in enumerate(root.findall("object"), 1):
        try:
            objects.append(_object(element))
        except DataError as error:
            raise DataError(f"object {number}: {error.message}", file=str(path)) from None
    try:
        size = _size(root)
    except DataError as error:
        raise DataError(error.message, file=str(path)) from None
    return VocFile(size, tuple(one for one in objects if difficult or not one.flags["difficult"]))


def _root(path: Path) -> ElementTree.Element:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise DataError("there is no such file.", file=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    parser = ElementTree.XMLParser(target=_NoDoctype())
    try:
        parser.feed(text)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the last two: an encoding that expat has not
        raise DataError(f"is no XML: {error}.", file=str(path)) from None
    except DataError as error:
        raise DataError(error.message, file=str(path)) from None
    if root.tag != "annotation":
        raise DataError(f"begins with <{root.tag}>; expected <annotation>, as VOC writes it.", file=str(path))
    return root


class _NoDoctype(ElementTree.TreeBuilder):
    """A document type could define entities that grow without bound, or name other files; annotations need none."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise DataError("declares a document type (<!DOCTYPE …>), which annotations do not need; remove it.")


def _object(element: ElementTree.Element) -> VocObject:
    label = (element.findtext("name") or "").strip()
    if not label:
        raise DataError("has no <name>.")
    box = element.find("bndbox")
    if box is None:
        raise DataError(f"{label!r} has no <bndbox>.")
    left, top, right, bottom = (_number(box, name) for name in ("xmin", "ymin", "xmax", "ymax"))
    if right < left or bottom < top:
        raise DataError(f"{label!r}: its box ends before it starts: {left:g}, {top:g}, {right:g}, {bottom:g}.")
    flags = {name: _flag(element, name) for name in _FLAGS}
    pose = (element.findtext("pose") or "").strip() or "Unspecified"
    return VocObject(label, (left - 1, top - 1, right, bottom), flags, pose)


def _number(box: ElementTree.Element, name: str) -> float:
    text = (box.findtext(name) or "").strip()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DataError(f"its <{name}> is {text!r}; expected a number.")
    return number


def _flag(element: ElementTree.Element, name: str) -> int:
    text = (element.findtext(name) or "").strip() or "0"
    if text not in ("0", "1"):
        raise DataError(f"its <{name}> is {text!r}; expected 0 or 1.")
    return int(text)


def _size(root: ElementTree.Element) -> Size | None:
    """labelImg and others write 0 where they did not look."""
    size = root.find("size")
    if size is None:
        return None
    h, w = (_number(size, name) for name in ("height", "width"))
    return Size(int(h), int(w)) if h > 0 and w > 0 else None
