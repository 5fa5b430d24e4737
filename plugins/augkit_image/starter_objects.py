"""What ``augkit init`` does with COCO, VOC, YOLO, tables of boxes: count, ask about left and right, write a recipe that
learns the boxes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from augkit.data.dialect import tell_dialect
from augkit.data.source import Source, open_source
from augkit.errors import DataError, FieldError
from augkit.recipe.spelling import flow
from augkit.recipe.starting import Dialogue, Draft
from augkit_image.files import read_image
from augkit_image.layouts import Layout, layout
from augkit_image.starter import MOST_OPENED, ask_left_right, backbone, counts, tell_unreadable

_WANTED = ("polygons", "masks", "oriented_boxes", "keypoints")
_LONGEST = 640
SMALL = 200  # pictures, which take more epochs
_NAMES = {"box_table": "a table of boxes"}


@dataclass(frozen=True)
class Seen:
    """Objects by class in the pictures opened, why others cannot be used, and the middle long side."""

    classes: Mapping[str, int]
    unusable: Mapping[str, str]
    opened: int
    long_side: int


def objects(data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """A recipe for annotated pictures, with training where there are boxes; None for other data. Raises DataError for
    annotations that are wrong.
    """
    found = layout(data)
    if found is None:
        return None
    source, fields = _opened(found, dialogue)
    seen = _look(source)
    named = f"{_NAMES.get(found.source, found.source.upper())}: {len(source.keys)} pictures"
    tell_dialect(dialogue.say, fields.get("file"), fields)
    dialogue.say(f"{named}; {sum(seen.classes.values())} objects: {counts(seen.classes, most=12)}.")
    if seen.opened < len(source.keys):
        dialogue.say(f"opened {seen.opened} of them, evenly spread.")
    tell_unreadable(seen.unusable, dialogue)
    matters = bool(seen.classes) and ask_left_right(seen.classes, dialogue)
    written = {name: spelled(value, data, shown) for name, value in fields.items()}
    train = _train(len(source.keys)) if seen.classes else []
    text = _text({found.source: written}, source, seen, matters, train)
    return Draft(text, "train" if train and not train[0].startswith("#") else "preview")


def _opened(found: Layout, dialogue: Dialogue) -> tuple[Source, dict[str, Any]]:
    fields = found.fields
    plain = {name: str(value) for name, value in fields.items()}
    try:
        return open_source({found.source: plain}), fields
    except FieldError as error:
        if error.field != "form":
            raise DataError(str(error), file=plain.get("data") or plain.get("file") or plain.get("root")) from None
    form = dialogue.ask(
        "Every line has a class and 8 numbers. Are they the corners of oriented boxes?",
        True,
        "the 8 numbers of a line are the corners of an oriented box. If they are outlines, write `form: polygons`.",
    )
    fields = fields | {"form": "oriented" if form else "polygons"}
    return open_source({found.source: plain | {"form": fields["form"]}}), fields


def _look(source: Source) -> Seen:
    """Open all pictures, or 2000 evenly spread ones where there are more."""
    keys = source.keys[:: -(-len(source.keys) // MOST_OPENED)]
    with ThreadPoolExecutor(4) as threads:
        looks = dict(zip(keys, threads.map(lambda key: _look_at(source, key), keys), strict=True))
    usable = [look for look in looks.values() if not isinstance(look, str)]
    unusable = {key: look for key, look in looks.items() if isinstance(look, str)}
    if not usable:
        raise DataError(f"none of the pictures opened can be used; the first: {next(iter(unusable.values()))}")
    sides = sorted(side for side, _ in usable)
    labels = Counter(label for _, some in usable for label in some)
    return Seen(labels, unusable, len(keys), sides[len(sides) // 2])


def _look_at(source: Source, key: str) -> tuple[int, Sequence[str]] | str:
    try:
        sample = source.load(key)
        side = max(read_image(source.root / sample["image"]).shape[:2])
        return side, [str(label) for label in sample["boxes"]["label"]] if "boxes" in source.fields else []
    except DataError as error:
        return error.message


def spelled(value: Any, data: Path, shown: str) -> Any:
    """A path as the recipe writes it: below ``data``, or beside it, as ``shown`` is; else absolute."""
    if not isinstance(value, Path):
        return value
    if value.is_relative_to(data):
        return (PurePosixPath(shown) / value.relative_to(data).as_posix()).as_posix()
    if not PurePosixPath(shown).is_absolute():
        for above, written in zip(data.parents, PurePosixPath(shown).parents, strict=False):
            if value.is_relative_to(above):
                return (written / value.relative_to(above).as_posix()).as_posix()
    return value.resolve().as_posix()


def _text(source: Mapping[str, Any], opened: Source, seen: Seen, matters: bool, train: Sequence[str]) -> str:
    side = min(_LONGEST, max(96, -(-seen.long_side // 32) * 32))
    mirror = [] if matters else ["  - hflip: {p: 0.5}  # left and right do not matter for these labels"]
    skip = ", on_error: skip" if seen.unusable else ""
    lines = [
        f"# {len(opened.keys)} pictures, {sum(seen.classes.values())} objects: {counts(seen.classes, most=6)}",
        "augkit: 1",
        "seed: 0",
        f"source: {flow(source)}",
        "sample:  # annotations follow the picture by themselves",
        *_sample(opened, matters),
        "steps:",
        f"  - resize: {{long_side: {side}}}",
        "  - affine: {scale: [0.8, 1.25], degrees: [-5, 5], p: 0.7}",
        *mirror,
        "  - color_jitter: {brightness: [0.7, 1.3], contrast: [0.7, 1.3], saturation: [0.7, 1.3]}",
        f"  - pad: {{size: {side}}}",
        "eval_steps:",
        f"  - resize: {{long_side: {side}}}",
        f"  - pad: {{size: {side}}}",
        "split: {val: 0.2}",
        f"loader: {{batch_size: 8, workers: 2{skip}}}",
        *train,
    ]
    return "\n".join(lines) + "\n"


def _sample(opened: Source, matters: bool) -> list[str]:
    sensitive = {"boxes": {"sensitive_to": ["handedness"]}} if matters else "boxes"
    kinds = {name: opened.fields[name] for name in _WANTED if name in opened.fields}
    fields = {"image": "image"} | ({"boxes": sensitive} if "boxes" in opened.fields else {}) | kinds
    return [f"  {name}: {flow(kind)}" for name, kind in fields.items()]


def _train(pictures: int) -> list[str]:
    chosen = backbone()
    if chosen is None:
        return ["# train: {task: object_detection, backbone: timm/resnet18}  # needs: pip install 'augkit[train]'"]
    name, weights = chosen
    return [
        "train:",
        "  task: object_detection  # experimental",
        f"  backbone: {name}  # {weights}",
        f"  epochs: {40 if pictures < SMALL else 20}",
        "  schedule: onecycle",
    ]
