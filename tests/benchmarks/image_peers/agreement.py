"""How far the pictures of augkit and of a peer are apart when both do the very same changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.image_peers.drawn import Augkit, Drawn, Made, inputs
from tests.benchmarks.image_peers.photographs import Photographs
from tests.benchmarks.image_peers.work import Work, installed, turn

Peer = Callable[[Drawn, object, np.ndarray, np.ndarray], Made]


@dataclass(frozen=True)
class Apart:
    """``mean`` and ``p99`` of the absolute difference, levels; ``box_px``: the largest of any box that both keep;
    ``boxes_kept_by_one``: how many only one keeps; ``mask``: the fraction of pixels of another class.
    """

    mean: float
    p99: float
    box_px: float | None = None
    boxes_kept_by_one: int | None = None
    mask: float | None = None


def peers() -> dict[str, Peer]:
    """The functional API of each library that is installed."""
    found: dict[str, Peer] = {}
    if installed("albumentations") and installed("torchvision"):
        from tests.benchmarks.image_peers import same_params

        found["albumentations"] = same_params.albumentations
        found["torchvision tensor"] = same_params.torchvision
        found["torchvision PIL"] = same_params.torchvision_pil
    if installed("kornia"):
        from tests.benchmarks.image_peers.same_params_kornia import kornia

        found["kornia"] = kornia
    return found


def apart(work: Work, photos: Photographs, plan: str, peer: Peer, turns: int = 8) -> Apart:
    """augkit with ``plan`` against a peer, over ``turns`` draws."""
    ours = Augkit(work, photos, plan)
    pairs = []
    for n in range(turns):
        made, drawn = ours(n)
        pixels, boxes, mask = inputs(photos, n)
        pairs.append((made, peer(drawn, turn(photos.files, n) if work.files else pixels, boxes, mask)))
    return _compared(pairs, work)


def plans_apart(work: Work, photos: Photographs, plan: str, turns: int = 8) -> Apart:
    """augkit with ``plan`` against augkit one step at a time."""
    exact, other = Augkit(work, photos, "exact"), Augkit(work, photos, plan)
    return _compared([(other(n)[0], exact(n)[0]) for n in range(turns)], work)


def _compared(pairs: list[tuple[Made, Made]], work: Work) -> Apart:
    levels = np.concatenate([np.abs(a.image - b.image).ravel() for a, b in pairs])
    mean, p99 = float(levels.mean()), float(np.percentile(levels, 99))
    if work.boxes and any(theirs.boxes for _, theirs in pairs):
        both = [np.abs(a.boxes[i] - b.boxes[i]).max() for a, b in pairs for i in a.boxes.keys() & b.boxes.keys()]
        odd = sum(len(a.boxes.keys() ^ b.boxes.keys()) for a, b in pairs)
        return Apart(mean, p99, float(max(both)), odd)
    if work.mask:
        return Apart(mean, p99, mask=float(np.mean([np.mean(a.mask != b.mask) for a, b in pairs])))
    return Apart(mean, p99)
