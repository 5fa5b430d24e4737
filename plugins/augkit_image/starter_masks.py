"""What ``augkit init`` does with pictures beside masks: which classes the masks hold, and a recipe that learns them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from augkit.errors import DataError
from augkit.recipe.spelling import flow
from augkit.recipe.starting import Dialogue, Draft
from augkit_image.files import read_mask
from augkit_image.layouts import is_annotated
from augkit_image.sources import ImageFolder
from augkit_image.starter import backbone, is_beside_masks, opened, side_for, tell_unreadable

MOST_OPENED = 300
MOST_CLASSES = 64
IGNORED = 255
BINARY = [0, IGNORED]
SMALL = 100  # pictures, of which a validation takes more


def masked(data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """A recipe for the folders ``images`` and ``masks``: with training where the masks hold two classes or more."""
    if not is_beside_masks(data) or is_annotated(data):
        return None
    folder = ImageFolder(data / "images", {"mask": data / "masks"})
    found = opened(dict.fromkeys(folder.keys, ""), folder.root)
    dialogue.say(f"{found.images} pictures beside masks.")
    tell_unreadable(found.unreadable, dialogue)
    numbers = _told_numbers(folder, dialogue)
    matters = dialogue.ask(
        "Does left/right matter for the classes of the masks (a left and a right lung)?",
        False,
        "left and right do not matter for the classes of the masks, so pictures are mirrored (hflip). "
        "If they do, take `hflip` out.",
    )
    train = _train(found.images) if numbers else []
    side = side_for(found.short_side)
    lines = [
        *([f"# {found.images} pictures; the masks hold {_listed(numbers)}"] if numbers else []),
        "augkit: 1",
        "seed: 0",
        f"source: {{image_folder: {{root: {flow(f'{shown}/images')}, masks: {flow(f'{shown}/masks')}}}}}",
        f"sample: {{image: image, mask: {_kind(numbers)}}}",
        "steps:  # for training, drawn anew in every epoch; the mask follows by itself",
        f"  - random_resized_crop: {{size: {side}, scale: [0.5, 1.0]}}",
        *([] if matters else ["  - hflip: {p: 0.5}"]),
        "  - color_jitter",
        "eval_steps:  # for validation, the same every time",
        f"  - resize: {{size: {side}}}",
        "split: {val: 0.2}",
        f"loader: {{batch_size: {8 if train else 16}, workers: 2{', on_error: skip' if found.unreadable else ''}}}",
        *train,
    ]
    return Draft("\n".join(lines) + "\n", "train" if train and not train[0].startswith("#") else "preview")


def _told_numbers(folder: ImageFolder, dialogue: Dialogue) -> list[int]:
    """The class numbers in at most 300 evenly spread masks; none, and why is said, where they cannot be learnt."""
    keys = folder.keys[:: -(-len(folder.keys) // MOST_OPENED)]
    try:
        with ThreadPoolExecutor(4) as threads:
            seen = threads.map(lambda key: np.unique(read_mask(folder.load(key)["mask"])), keys)
            numbers = sorted({int(number) for each in seen for number in each})
    except DataError as error:
        dialogue.say(f"no training is written, since a mask cannot be used: {error}")
        return []
    classes = [number for number in numbers if number != IGNORED]
    if numbers != BINARY and not 2 <= len(classes) <= MOST_CLASSES:
        many = f"{len(classes)} different numbers" if len(classes) > 1 else f"{', '.join(map(str, numbers))} alone"
        dialogue.say(f"no training is written, since the masks hold {many}, which are no classes to tell apart.")
        return []
    dialogue.say(f"the masks hold {_listed(numbers)}.")
    return numbers


def _kind(numbers: Sequence[int]) -> str:
    """Of 0 and 255 alone both are classes; else 255 is what the field ignores."""
    return "{mask: {ignore_index: 254, classes: {background: 0, foreground: 255}}}" if numbers == BINARY else "mask"


def _listed(numbers: Sequence[int]) -> str:
    ignored = IGNORED in numbers and numbers != BINARY
    classes = [str(number) for number in numbers if number != IGNORED or not ignored]
    some = ", ".join(classes[:8]) + (", …" if len(classes) > 8 else "")
    return f"the classes {some}" + (f"; {IGNORED} is ignored" if ignored else "")


def _train(images: int) -> list[str]:
    chosen = backbone()
    if chosen is None:
        return ["# train: {task: segmentation, backbone: timm/resnet18}  # needs: pip install 'augkit[train]'"]
    name, weights = chosen
    return [
        "train:",
        "  task: segmentation",
        f"  backbone: {name}  # the encoder; {weights}",
        "  decoder: unet",
        "  dice: 0.5  # half of the loss is Dice's, which small classes count in as much as large ones",
        f"  epochs: {40 if images < SMALL else 20}",
        "  lr: 1e-3",
        "  schedule: onecycle",
    ]
