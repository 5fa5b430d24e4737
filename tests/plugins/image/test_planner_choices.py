"""Which maps of typical chains the shipped table of costs joins, and that how it is computed changes no bit."""

import random
from functools import reduce

import numpy as np
import pytest

from augkit.carriers import How
from augkit.fields import Size
from augkit.vocab.space import Affine2D, Homography
from augkit_image.composing import composed, product
from augkit_image.composing import joined as joined_facts
from augkit_image.facts import Facts

PHOTO, MEDIUM, NET = Size(480, 640), Size(300, 300), Size(224, 224)
TILT = Homography(((1.0, 0.05, 4.0), (0.02, 1.0, 3.0), (1e-4, 5e-5, 1.0)), PHOTO, PHOTO)


def joined(first, later, fuse="strict"):
    joint = joined_facts(Facts(first), Facts(later), fuse)
    return joint and joint.planar


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


SIZE = Size(240, 320)
TURN = Affine2D.about_centre(SIZE, 20)
CROP = Affine2D.window(SIZE, 60, 80, Size(100, 120))


def test_strict_joins_nothing_that_a_frame_has_cut_off():
    turned_crop = Affine2D.about_centre(CROP.size_out, 30)
    assert joined(CROP, turned_crop) is None
    assert joined(CROP, turned_crop, "full") is not None
    assert joined(TURN, CROP) is not None
    assert joined(Affine2D.hflip(SIZE), TURN) is not None
    assert joined(TURN, Affine2D.about_centre(SIZE, 20)) is None


def test_what_shows_beyond_the_edge_must_be_the_same():
    fill = Affine2D.about_centre(SIZE, 20, fill=9.0)
    mirrored = Affine2D.about_centre(SIZE, 20, border="reflect")
    small = Affine2D.about_centre(SIZE, 0, (0.3, 0.3))
    assert joined(small, fill) is None
    assert joined(Affine2D.hflip(SIZE), mirrored).border == "reflect"
    assert joined(Affine2D.about_centre(SIZE, 0, (0.3, 0.3), border="reflect"), mirrored) is None
    assert joined(TURN, Affine2D.resize(SIZE, Size(40, 50), interpolation="cubic")) is None


def test_a_joint_map_takes_points_where_the_two_take_them():
    xy = np.array([[0.0, 0], [100, 20], [319, 239]])
    joint = joined(TURN, CROP)
    assert np.allclose(joint.points(xy), CROP.points(TURN.points(xy)), atol=1e-9)
    assert (joint.size_in, joint.size_out) == (SIZE, CROP.size_out)
    assert product(Affine2D.hflip(SIZE).matrix, Affine2D.hflip(SIZE).matrix) == Affine2D.identity(SIZE).matrix


def test_the_cheapest_way_is_taken():
    fast = How(mode="fast")
    shrink = Affine2D.resize(SIZE, Size(96, 96))
    flip = Affine2D.hflip(Size(96, 96))
    assert composed([shrink, flip], fast) == [shrink, flip]
    assert len(composed([TURN, CROP], fast)) == 1
    assert len(composed([TURN, CROP], How(mode="fast", fuse="off"))) == 2
    assert len(composed([TURN, CROP], How())) == 2
    large = Affine2D.resize(SIZE, Size(2000, 3000))
    window = Affine2D.window(large.size_out, 5, 7, Size(20, 20))
    assert len(composed([large, window], fast)) == 1
    assert len(composed([large, window], How(mode="fast", costs={"warp": 1e6}))) == 2


def test_a_lattice_is_whole_pixels_only():
    assert Facts(CROP).lattice
    assert Facts(Affine2D.rot90(SIZE, 3)).lattice
    assert not Facts(TURN).lattice
    assert not Facts(Affine2D.about_centre(SIZE, 0, translate=(0.5, 0))).lattice


def test_what_a_step_made_small_stays_coarse():
    down, up = Affine2D.resize(SIZE, Size(30, 40)), Affine2D.resize(Size(30, 40), SIZE)
    assert joined(down, up) is None
    assert joined(up, down) is not None
    assert joined(down, Affine2D.about_centre(Size(30, 40), 10, (1.1, 1.1))) is not None


def test_full_joins_nothing_that_folds_over_the_horizon():
    crop = Affine2D.window(SIZE, 0, 0, Size(60, 80))
    tilt = Homography(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-0.004, 0.0, 1.0)), crop.size_out, crop.size_out)
    assert joined(crop, tilt, "full") is None
    gentle = Homography(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-0.001, 0.0, 1.0)), crop.size_out, crop.size_out)
    assert joined(crop, gentle, "full") is not None
