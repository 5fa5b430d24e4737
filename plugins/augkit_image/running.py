"""Who moves pixels: every move that waits for an image or a mask, joined where that gives the same or is allowed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import groupby

from augkit.carriers import How, Move, complaints_of, one_by_one, runs
from augkit.sample import Target
from augkit.transform import Kernel, Params, kernel_for
from augkit.vocab.space import Image, ImageSequence, Mask
from augkit.vocab.space.sequence import FrameByFrame
from augkit_image.colour import recoloured
from augkit_image.composing import COSTS, composed
from augkit_image.encoded import EncodedImage
from augkit_image.follow import image_follows_map, mask_follows_map
from augkit_image.pixel_ops import Op
from augkit_image.pixelwise import Pixelwise
from augkit_image.solid import solid
from augkit_image.tensor_steps import image_follows_standardize, standardized


@runs(Image, costs=COSTS)
def run_image(image: Target, moves: Sequence[Move], how: How) -> Target:
    """Planar maps together, then colours with what follows them; every other move by its own kernel.

    ``exact``: maps one by one, flips and crops as views, colours and normalization in one pass that rounds and clips
    like several. ``fast``: maps joined as the table of costs says, linear changes of colour as one.
    """
    for what, group in grouped(moves):
        if not isinstance(image, Image) or what is None:
            image = one_by_one(_solid(image), group)
            continue
        with complaints_of(group):
            image = _mapped(image, group, how) if what == "map" else _recoloured(image, group, how.mode == "fast")
    return _solid(image)


def _solid(image: Target) -> Target:
    """A picture decoded and in the order of memory, which is what other kernels are fast on; another kind as it is."""
    if not isinstance(image, Image):
        return image
    pixels = solid(image.pixels)
    unchanged = pixels is image.pixels and not isinstance(image, EncodedImage)
    return image if unchanged else dataclasses.replace(image, pixels=pixels)


@runs(ImageSequence)
def run_film(film: Target, moves: Sequence[Move], how: How) -> Target:
    """Every frame as an image with the same moves."""
    inner = moves_of_a_frame(moves)
    if inner is None or not isinstance(film, ImageSequence):
        return one_by_one(film, moves)
    return film.frame_by_frame(lambda image, _: run_image(image, inner, how), None)


def moves_of_a_frame(moves: Sequence[Move]) -> list[Move] | None:
    """What each frame of a film is given as an image, or None where some move is not made frame by frame."""
    if not all(isinstance(move.kernel, FrameByFrame) for move in moves):
        return None
    return [Move(move.step, move.kernel.of_image, move.params) for move in moves]  # type: ignore[attr-defined]


@runs(Mask)
def run_mask(mask: Target, moves: Sequence[Move], how: How) -> Target:
    """Planar maps joined as they are for the image beside it, every other move by its own kernel."""
    for what, group in grouped(moves):
        if what != "map":
            mask = one_by_one(mask, group)
            continue
        with complaints_of(group):
            for planar in composed([move.params for move in group], how):
                mask = mask_follows_map(mask, planar)
    if not isinstance(mask, Mask):
        return mask
    classes = solid(mask.classes)
    return mask if classes is mask.classes else dataclasses.replace(mask, classes=classes)


def grouped(moves: Sequence[Move]) -> Iterator[tuple[str | None, list[Move]]]:
    """Neighbours of one family."""
    for what, group in groupby(moves, key=_family):
        yield what, list(group)


def _family(move: Move) -> str | None:
    """``map``, ``colour``, or None for what only its own kernel can do: a step may bring another than is declared."""
    if move.kernel is image_follows_map or move.kernel is mask_follows_map:
        return "map"
    if move.kernel is image_follows_standardize:
        return "colour"
    return "colour" if isinstance(move.params, Pixelwise) and move.kernel is _kernel_of(type(move.params)) else None


def _kernel_of(params: type[Params]) -> Kernel | None:
    """The kernel that does what ``program`` says: a class below may bring another, which the program knows nothing
    of.
    """
    author = next(above for above in params.__mro__ if "program" in vars(above))
    return kernel_for(author, Image)


def _mapped(image: Image, moves: Sequence[Move], how: How) -> Image:
    for planar in composed([move.params for move in moves], how):
        if isinstance(image, EncodedImage):
            image, planar = (image.seen_through if how.mode == "fast" else image.seen_exactly)(planar)
        image = image_follows_map(image, planar)
    return image


def _recoloured(image: Image, moves: Sequence[Move], fuse: bool) -> Target:
    ops: list[Op] = []
    for position, move in enumerate(moves):
        if move.kernel is image_follows_standardize:
            tensor = standardized(image, ops, move.params, fuse)
            return one_by_one(tensor, moves[position + 1 :])
        program = move.params.program(image.pixels)
        if program is None:
            image, ops = move.kernel(_solid(_after(image, ops, fuse)), move.params), []
        else:
            ops += program
    return _after(image, ops, fuse)


def _after(image: Image, ops: Sequence[Op], fuse: bool) -> Image:
    return dataclasses.replace(image, pixels=recoloured(image.pixels, ops, fuse)) if ops else image
