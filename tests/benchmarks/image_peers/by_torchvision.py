"""torchvision v2: PIL images, and uint8 tensors with and without antialiasing; files by Pillow or decode_jpeg."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from PIL import Image
from torchvision import io, tv_tensors
from torchvision.transforms import v2

from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.by_albumentations import simplejpeg
from tests.benchmarks.image_peers.photographs import IDS, LABELS, Photographs
from tests.benchmarks.image_peers.work import Form, Work, installed, turn

PIL = "PIL images"
_SIDES = (float(w.FACTORS[0]), float(w.FACTORS[1]))


def _steps(work: Work, tensor: bool, antialias: bool) -> dict[str, list[Any]]:
    hue = w.HUE_TURNS if work.hue else None
    crop = v2.RandomResizedCrop(w.SIZE, scale=w.SCALE, ratio=w.RATIO, antialias=antialias)
    affine = v2.RandomAffine(
        w.DEGREES, translate=(w.TRANSLATE[1], w.TRANSLATE[1]), scale=w.ZOOM, interpolation=v2.InterpolationMode.BILINEAR
    )
    image = [] if tensor else [v2.ToImage()]
    return {
        "affine": [affine],
        "crop": [crop],
        "flip": [v2.RandomHorizontalFlip(0.5)],
        "jitter": [v2.ColorJitter(brightness=_SIDES, contrast=_SIDES, saturation=_SIDES, hue=hue)],
        "normalize": [*image, v2.ToDtype(torch.float32, scale=True), v2.Normalize(w.MEAN, w.STD)],
    }


def _compose(work: Work, tensor: bool, antialias: bool) -> v2.Compose:
    steps = _steps(work, tensor, antialias)
    listed = [step for name in work.chain for step in steps[name]]
    if work.boxes:
        listed += [v2.ClampBoundingBoxes(), v2.SanitizeBoundingBoxes(labels_getter=_columns)]
    return v2.Compose(listed)


def _columns(sample: tuple[Any, ...]) -> tuple[Any, ...]:
    return sample[2], sample[3]


def as_tensor(pixels: Any) -> torch.Tensor:
    """(c, h, w) as a view of (h, w, c): channels last in memory, which torchvision resizes fastest."""
    return torch.from_numpy(pixels).permute(2, 0, 1)


def boxes_on(boxes: Any, image: Any) -> tv_tensors.BoundingBoxes:
    """Boxes of a picture of the size of ``image`` (h, w, c)."""
    return tv_tensors.BoundingBoxes(torch.from_numpy(boxes), format="XYXY", canvas_size=image.shape[:2])


def _more(work: Work, photos: Photographs) -> Callable[[int], tuple[Any, ...]]:
    labels, ids = torch.from_numpy(LABELS), torch.from_numpy(IDS)
    if work.boxes:
        return lambda n: (boxes_on(turn(photos.boxes, n), turn(photos.pixels, n)), labels, ids)
    if work.mask:
        return lambda n: (tv_tensors.Mask(torch.from_numpy(turn(photos.masks, n))),)
    return lambda n: ()


def _pil(file: Any) -> Image.Image:
    return Image.open(file).convert("RGB")


def decoded(file: Any) -> torch.Tensor:
    """uint8 (3, h, w)."""
    return io.decode_jpeg(io.read_file(str(file)), mode=io.ImageReadMode.RGB)


def forms(work: Work, photos: Photographs) -> list[Form]:
    """Every way worth trying."""
    inputs: dict[str, tuple[bool, Callable[[int], Any]]] = {}
    if work.files:
        inputs[PIL] = False, lambda n: _pil(turn(photos.files, n))
        inputs[", decode_jpeg"] = True, lambda n: decoded(turn(photos.files, n))
        if installed("simplejpeg"):
            inputs[", simplejpeg"] = True, lambda n: as_tensor(simplejpeg(turn(photos.files, n)))
    else:
        pils, planes = [Image.fromarray(p) for p in photos.pixels], [as_tensor(p).contiguous() for p in photos.pixels]
        inputs[PIL] = False, lambda n: turn(pils, n)
        inputs[""] = True, lambda n: turn(planes, n)
        inputs[", channels last"] = True, lambda n: as_tensor(turn(photos.pixels, n))
    made = []
    for how, (tensor, image) in inputs.items():
        for antialias in (True, False) if tensor else (True,):
            name = f"antialias {'on' if antialias else 'off'}{how}"
            aug = _compose(work, tensor, antialias)
            library, name = ("torchvision tensor", name) if tensor else ("torchvision PIL", PIL)
            made.append(Form(library, name, _maker(work, photos, image, aug, tensor)))
    return made


def _maker(
    work: Work, photos: Photographs, image: Callable[[int], Any], aug: v2.Compose, tensor: bool
) -> Callable[[int], Any]:
    if not (work.boxes or work.mask):
        return lambda n: aug(image(n))
    more = _more(work, photos)
    if tensor:
        return lambda n: aug(tv_tensors.Image(image(n)), *more(n))
    return lambda n: aug(image(n), *more(n))
