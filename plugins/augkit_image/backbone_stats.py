"""The mean and std that backbones were trained with, so that new images reach them as the old ones did."""

from __future__ import annotations

from augkit.errors import FieldError
from augkit.train.names import normalization
from augkit.words import suggestion

Stats = tuple[tuple[float, ...], tuple[float, ...]]

IMAGENET: Stats = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def stats_like(name: str) -> Stats:
    """Mean and std per channel, as fractions of the range, of ``imagenet`` or a backbone, ``pkg/...`` or ``timm/...``.

    FieldError: a name nobody knows; MissingDependency: ``timm/...`` without timm.
    """
    if name == "imagenet":
        return IMAGENET
    try:
        return normalization(name)
    except FieldError as error:
        hint = suggestion(name, ["imagenet"]) if "/" not in name else ""
        raise FieldError(f"like: {str(error).removeprefix('backbone: ')}{hint}", "like") from None
