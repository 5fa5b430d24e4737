"""How much slower the planner's choice is than the best way of joining a chain's maps, measured on this machine.

python tests/benchmarks/plan_regret.py [--blocks N]
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

import cv2
import numpy as np
from skimage import data

from augkit.carriers import How
from augkit.vocab.space import Image, PlanarMap
from augkit_image.composing import composed, joined
from augkit_image.facts import Facts
from augkit_image.follow import image_follows_map
from augkit_image.solid import solid
from tests.plugins.image.test_planner_choices import CHAINS


def partitions(maps: list[PlanarMap], fuse: str) -> dict[tuple[int, ...], list[PlanarMap]]:
    """Every way of joining neighbours, by how many make each map."""
    found = {}
    for cuts in (cut for count in range(len(maps)) for cut in combinations(range(1, len(maps)), count)):
        ends = [0, *cuts, len(maps)]
        groups = [maps[start:end] for start, end in pairwise(ends)]
        done = [together(group, fuse) for group in groups]
        if None not in done:
            found[tuple(map(len, groups))] = done
    return found


def together(group: list[PlanarMap], fuse: str) -> PlanarMap | None:
    """All of a group as one map, or None where that is not allowed."""
    joint: Facts | None = Facts(group[-1])
    for first in reversed(group[:-1]):
        joint = joint and joined(Facts(first), joint, fuse)
    return joint and joint.planar


def microseconds(image: Image, ways: list[list[PlanarMap]], blocks: int) -> list[float]:
    """Median time of each way; they take turns."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(blocks):
        for spent, way in zip(times, ways, strict=True):
            start = time.thread_time()
            for _ in range(5):
                moved = image
                for planar in way:
                    moved = image_follows_map(moved, planar)
                solid(moved.pixels)
            spent.append((time.thread_time() - start) / 5 * 1e6)
    return [median(spent[1:]) for spent in times]


def main() -> None:
    """Print a row for every chain and both ways to fuse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, default=15)
    blocks = parser.parse_args().blocks
    cv2.setNumThreads(0)
    image = Image(np.ascontiguousarray(np.resize(data.astronaut(), (480, 640, 3))))
    for name, maps in CHAINS.items():
        for fuse in ("strict", "full"):
            ways = partitions(maps, fuse)
            chosen = list(ways.values()).index(composed(maps, How(mode="fast", fuse=fuse)))
            times = microseconds(image, list(ways.values()), blocks)
            told = ", ".join(f"{'+'.join(map(str, way))}: {t:.0f}" for way, t in zip(ways, times, strict=True))
            print(f"{name:22} {fuse:6} {list(ways)[chosen]!s:10} x{times[chosen] / min(times):.2f}   {told} µs")


if __name__ == "__main__":
    main()
