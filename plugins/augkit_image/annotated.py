"""What sources of annotated pictures share: the size a file states, names of points that mirror each other."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from augkit.errors import DataError, FieldError
from augkit.fields import Size
from augkit.words import suggestion
from augkit_image.files import image_size

_MEASURED = 1000
"""Of so many pictures the headers are read, where no annotation states their size."""
_ROUNDING_PX = 0.5

_SIDE = re.compile(r"left|right|(?<![a-z])[lr](?=[^a-z]|$)", re.IGNORECASE)
_OTHER = {"left": "right", "right": "left", "l": "r", "r": "l"}


def check_stated(file: Path, stated: Size | None, where: str) -> None:
    """Refuse a picture of another size than its annotations state: they were made on another picture, or turned."""
    if stated is None:
        return
    found = image_size(file)
    if found != stated:
        turned = " Upright, as its EXIF data say, it is turned by a quarter." if found == Size(*stated[::-1]) else ""
        raise DataError(
            f"is {found.h} × {found.w} px (h × w), but {where} says {stated.h} × {stated.w}.{turned} "
            "If the annotations fit nevertheless, write `sizes: ignore`.",
            file=str(file),
        )


def reaches_beyond(xyxy: Sequence[float], size: Size) -> bool:
    """Whether a box leaves its picture by more than what rounding does."""
    over = max(-xyxy[0], -xyxy[1], xyxy[2] - size.w, xyxy[3] - size.h)
    return over > _ROUNDING_PX


def beyond_remarks(file: str, places: Sequence[str]) -> list[str]:
    """What to say of boxes at these ``places`` of a file, which reach beyond their picture; nothing of none."""
    if not places:
        return []
    boxes = "1 box reaches" if len(places) == 1 else f"{len(places)} boxes reach"
    which = places[0] if len(places) == 1 else f"the first is {places[0]}"
    return [f"{file}: {boxes} beyond the picture and will be cut there: {which}. Is it the same picture and unit?"]


def known_sizes(root: Path, names: Iterable[str]) -> dict[str, Size]:
    """The sizes of the first pictures of these ``names``, from their headers; a picture that breaks has none here."""
    found = {}
    for name in itertools.islice(names, _MEASURED):
        with contextlib.suppress(DataError):
            found[name] = image_size(root / name)
    return found


def mirrored_pairs(names: Iterable[str]) -> list[list[str]]:
    """Names that differ in left and right only, as ``pairs`` of keypoints takes them: left first."""
    names = list(dict.fromkeys(names))
    return [[name, other] for name in names if (other := _other_side(name)) in names and _is_left(name)]


def _other_side(name: str) -> str:
    return _SIDE.sub(lambda found: _like(_OTHER[found[0].lower()], found[0]), name)


def _is_left(name: str) -> bool:
    found = _SIDE.search(name)
    return found is not None and found[0].lower() in ("left", "l")


def _like(word: str, case: str) -> str:
    return word.upper() if case.isupper() else word.capitalize() if case[0].isupper() else word


def keypoint_kind(names: Iterable[str]) -> Any:
    """What ``sample:`` may say of these points: hidden, not dropped, where they leave, and which are left and right."""
    return {"keypoints": {"outside": "hide", "pairs": mirrored_pairs(names)}}


def check_known(wanted: Iterable[str], known: Iterable[str], field: str) -> None:
    """Refuse names of classes that there are none of."""
    known = sorted(set(known))
    for name in wanted:
        if name not in known:
            listing = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
            raise FieldError(f"{field}: there is no {name!r}.{suggestion(name, known)} There are: {listing}.", field)
