"""Which maps of typical chains the shipped table of costs joins, and that how it is computed changes no bit."""

import random
from functools import reduce

import pytest

from augkit.carriers import How
from augkit.fields import Size
from augkit.vocab.space import Affine2D, Homography
from augkit_image.composing import composed, product

PHOTO, MEDIUM, NET = Size(480, 640), Size(300, 300), Size(224, 224)
TILT = Homography(((1.0, 0.05, 4.0), (0.02, 1.0, 3.0), (1e-4, 5e-5, 1.0)), PHOTO, PHOTO)


def turn(size, degrees=10.0):
    return Affine2D.about_centre(size, degrees)


def crop(size=PHOTO, out=MEDIUM):
    return Affine2D.window(size, 90, 160, out)


CHAINS = {
    "resize, flip": [Affine2D.resize(PHOTO, NET), Affine2D.hflip(NET)],
    "crop, resize, flip": [crop(), Affine2D.resize(MEDIUM, NET), Affine2D.hflip(NET)],
    "affine, crop, flip": [turn(PHOTO), crop(), Affine2D.hflip(MEDIUM)],
    "crop, flip, affine": [crop(), Affine2D.hflip(MEDIUM), turn(MEDIUM)],
    "perspective, resize": [TILT, Affine2D.resize(PHOTO, NET)],
    "large resize, crop": [Affine2D.resize(PHOTO, Size(1500, 2000)), crop(Size(1500, 2000), NET)],
    "rotate, rotate": [turn(PHOTO), turn(PHOTO, -25.0)],
    "flip, resize": [Affine2D.hflip(PHOTO), Affine2D.resize(PHOTO, NET)],
}
# How many neighbours make each map that is done, under `strict` and under `full`.
EXPECTED = {
    "resize, flip": ([1, 1], [1, 1]),
    "crop, resize, flip": ([3], [3]),
    "affine, crop, flip": ([3], [3]),
    "crop, flip, affine": ([1, 2], [3]),
    "perspective, resize": ([2], [2]),
    "large resize, crop": ([2], [2]),
    "rotate, rotate": ([1, 1], [2]),
    "flip, resize": ([2], [2]),
}


def together(maps):
    """The matrix of all of them, joined from the last to the first as the planner does."""
    return reduce(lambda later, first: product(later, first.matrix), reversed(maps[:-1]), maps[-1].matrix)


@pytest.mark.parametrize("fuse", ["strict", "full"])
@pytest.mark.parametrize("name", CHAINS)
def test_the_shipped_costs_join_what_pays(name, fuse):
    maps, counts = CHAINS[name], EXPECTED[name][fuse == "full"]
    starts = [sum(counts[:position]) for position in range(len(counts))]
    groups = [maps[start : start + count] for start, count in zip(starts, counts, strict=True)]
    done = composed(maps, How(mode="fast", fuse=fuse))
    assert [each.matrix for each in done] == [together(group) for group in groups]
    assert [each.size_out for each in done] == [group[-1].size_out for group in groups]


def test_a_product_is_rounded_term_by_term():
    stream = random.Random(4)
    for _ in range(200):
        one, two = ([[stream.uniform(-500, 500) for _ in range(3)] for _ in range(3)] for _ in range(2))
        entries = [[0.0, 0.0, 0.0] for _ in range(3)]
        for row in range(3):
            for column in range(3):
                for inner in range(3):
                    entries[row][column] += two[row][inner] * one[inner][column]
        expected = tuple(tuple(value / entries[2][2] for value in row) for row in entries)
        found = product(tuple(map(tuple, two)), tuple(map(tuple, one)))
        assert [a for row in found for a in row] == pytest.approx([a for row in expected for a in row], abs=1.1e-11)
        assert sum(a == b for p, q in zip(found, expected, strict=True) for a, b in zip(p, q, strict=True)) >= 8
