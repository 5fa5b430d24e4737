"""What warps cost on this machine: the numbers of the table in ``composing``, measured on what a recipe draws."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median

import cv2
import numpy as np

from augkit.carriers import Calibration, How, Work
from augkit.sample import Target
from augkit.vocab.space import Image, ImageSequence, PlanarMap
from augkit_image.border import Array
from augkit_image.composing import COSTS, amounts, composed, is_choice, joints
from augkit_image.facts import Facts
from augkit_image.follow import image_follows_map
from augkit_image.running import grouped, moves_of_a_frame
from augkit_image.solid import solid

_MAPS_OF_A_KIND = 8
_BLOCKS = 15
_WEIGHT_OF_TABLE = 0.1
_DIGITS = 2

Chain = list[PlanarMap]


def calibrate(works: Sequence[Work], how: How) -> Calibration:
    """The costs that decide how the planar maps of these works are joined, measured with one thread on pictures of
    their kind; nothing where there is only one way to do them.
    """
    found = [(work, chain) for work in works for chain in chains_of(work, how)]
    if not found:
        return Calibration({}, {}, 0, 0)
    chains, before = [chain for _, chain in found], {**COSTS, **(how.costs or {})}
    ways = _ways(chains, how)
    with _one_thread():
        times = microseconds(ways, _pixels(found[0][0].target))
    measured = fitted([amounts(Facts(one)) for one in ways], times)
    costs = How(mode=how.mode, fuse=how.fuse, costs={**before, **measured})
    otherwise = sum(composed(chain, costs) != composed(chain, how) for chain in chains)
    return Calibration({name: before[name] for name in measured}, measured, len(chains), otherwise)


def chains_of(work: Work, how: How) -> Iterator[Chain]:
    """The planar maps that stand together in one work, where some of them could be joined."""
    if isinstance(work.target, ImageSequence):
        # Of the first frame, where every move goes frame by frame; else nothing is to be chosen.
        work = Work(work.target.parts()[0], tuple(moves_of_a_frame(work.moves) or ()))
    if not isinstance(work.target, Image):
        return
    for what, group in grouped(work.moves):
        maps = [move.params for move in group]
        if what == "map" and is_choice(maps, how) and any(len(joined) > 1 for joined in _joined(maps, how)):
            yield maps


def _pixels(target: Target) -> Array:
    return target.pixels if isinstance(target, Image) else target.frames[0]  # type: ignore[attr-defined, no-any-return]


def _joined(maps: Chain, how: How) -> list[Chain]:
    """For each map, what may be done as its end: itself, or it and those before it as one."""
    facts = [Facts(planar) for planar in maps]
    return [[joint.planar for _, joint in joints(facts[:end], how.fuse)] for end in range(1, len(maps) + 1)]


def _ways(chains: Sequence[Chain], how: How) -> list[PlanarMap]:
    """Some of the maps, alone and joined, among which the planner chooses: of every kind, from small to large."""
    kinds: dict[tuple[str, ...], dict[str, PlanarMap]] = {}
    for chain in chains:
        for one in (joint for joined in _joined(chain, how) for joint in joined):
            kinds.setdefault(tuple(amounts(Facts(one))), {})[repr(one)] = one
    return [one for kind in kinds.values() for one in _spread(sorted(kind.values(), key=_size))]


def _spread(maps: Sequence[PlanarMap]) -> list[PlanarMap]:
    count = min(_MAPS_OF_A_KIND, len(maps))
    return [maps[position * (len(maps) - 1) // max(1, count - 1)] for position in range(count)]


def _size(planar: PlanarMap) -> int:
    return planar.size_out.h * planar.size_out.w


def microseconds(maps: Sequence[PlanarMap], like: Array, blocks: int = _BLOCKS) -> list[float]:
    """The median time of each map on noise of the type and channels of ``like``; they take turns."""
    noise = {planar.size_in: _noise(planar, like) for planar in maps}
    times: list[list[float]] = [[] for _ in maps]
    for _ in range(blocks):
        for spent, planar in zip(times, maps, strict=True):
            image = noise[planar.size_in]
            start = time.thread_time()
            solid(image_follows_map(image, planar).pixels)
            spent.append((time.thread_time() - start) * 1e6)
    return [median(spent[1:]) for spent in times]


def _noise(planar: PlanarMap, like: Array) -> Image:
    values = np.random.default_rng(0).integers(0, 256, (*planar.size_in, like.shape[2]), dtype=np.uint8)
    return Image(values if like.dtype == np.uint8 else (values / 255).astype(like.dtype))


def fitted(paid: Sequence[Mapping[str, float]], times: Sequence[float]) -> dict[str, float]:
    """The costs that explain the ``times`` best, in relative error; what they cannot tell apart stays in proportion to
    the table. Two digits: what is beyond them is noise.
    """
    names = [name for name in COSTS if any(name in one for one in paid)]
    scale = np.array([COSTS[name] for name in names])
    rows = np.array([[one.get(name, 0.0) for name in names] for one in paid]) * scale / np.array(times)[:, None]
    pace = median(1 / max(total, 1e-12) for total in rows.sum(axis=1))
    weight = _WEIGHT_OF_TABLE
    factors = _not_negative(
        np.vstack([rows, np.eye(len(names)) * weight]), np.r_[np.ones(len(rows)), [weight * pace] * len(names)]
    )
    return {name: float(f"{cost:.{_DIGITS}g}") for name, cost in zip(names, (factors * scale).tolist(), strict=True)}


def _not_negative(rows: Array, wanted: Array) -> Array:
    """Least squares; what would come out below a hundredth of its start is held there."""
    least, free = 0.01, np.ones(rows.shape[1], bool)
    factors = np.full(rows.shape[1], least)
    while free.any():
        rest = wanted - rows[:, ~free] @ factors[~free]
        factors[free] = np.linalg.lstsq(rows[:, free], rest, rcond=None)[0]
        if (factors[free] >= least).all():
            break
        free &= factors >= least
        factors[~free] = least
    return factors


@contextmanager
def _one_thread() -> Iterator[None]:
    """As in a worker of a DataLoader."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
