"""Costs are measured of what a recipe draws, and explain the times they were measured from."""

import numpy as np
import pytest

from augkit import Pipeline, steps
from augkit.carriers import How, Move, Work
from augkit.fields import Size
from augkit.plugins import catalogue
from augkit.vocab.space import Affine2D, Image, ImageSequence
from augkit_image.calibrating import calibrate, chains_of, fitted
from augkit_image.composing import COSTS
from augkit_image.composing import amounts as amounts_of
from augkit_image.composing import cost as cost_of
from augkit_image.facts import Facts
from augkit_image.follow import image_follows_map
from tests.plugins.image.test_planner_choices import CHAINS, MEDIUM, NET, PHOTO, crop, turn

FAST = How(mode="fast")
TRUE = {"call": 20.0, "flip": 0.0003, "resize": 0.001, "warp": 0.01, "perspective": 0.02, "halve": 0.0005}


def work(maps, target=None):
    target = Image(np.zeros((*PHOTO, 3), np.uint8)) if target is None else target
    return Work(target, tuple(Move("step", image_follows_map, each) for each in maps))


def amounts(planar):
    return amounts_of(Facts(planar))


def cost(planar, costs):
    return cost_of(Facts(planar), costs)


def various():
    maps = [planar for chain in CHAINS.values() for planar in chain]
    return [*maps, Affine2D.resize(PHOTO, Size(48, 64)), Affine2D.resize(PHOTO, NET), turn(NET), Affine2D.hflip(PHOTO)]


def test_a_cost_is_what_is_paid_of_each_number():
    for planar in various():
        assert cost(planar, TRUE) == pytest.approx(sum(TRUE[name] * n for name, n in amounts(planar).items()))


def test_planted_costs_are_found_again():
    found = fitted([amounts(one) for one in various()], [cost(one, TRUE) for one in various()])
    assert set(found) == set(TRUE)
    for name, value in found.items():
        assert value == pytest.approx(TRUE[name], rel=0.25), name


def test_noise_makes_no_cost_negative():
    rng = np.random.default_rng(0)
    for _ in range(50):
        times = [cost(one, COSTS) * factor for one, factor in zip(various(), rng.lognormal(0, 1, 99), strict=False)]
        assert all(value > 0 for value in fitted([amounts(one) for one in various()], times).values())


def test_what_times_cannot_tell_apart_stays_in_proportion():
    found = fitted([amounts(turn(NET))], [3 * cost(turn(NET), COSTS)])
    assert found == {name: pytest.approx(3 * COSTS[name], rel=0.05) for name in ("call", "warp")}


@pytest.mark.parametrize(
    ("maps", "how", "count"),
    [
        (CHAINS["flip, resize"], FAST, 1),
        (CHAINS["rotate, rotate"], FAST, 0),  # the second would show what the first has cut off
        (CHAINS["rotate, rotate"], How(mode="fast", fuse="full"), 1),
        (CHAINS["flip, resize"], How(), 0),
        (CHAINS["flip, resize"], How(mode="fast", fuse="off"), 0),
        ([turn(PHOTO)], FAST, 0),
        ([], FAST, 0),
    ],
)
def test_only_choices_are_looked_at(maps, how, count):
    assert len(list(chains_of(work(maps), how))) == count
    assert (calibrate([work(maps)], how).choices, bool(calibrate([work(maps)], how).measured)) == (count, count > 0)


def test_only_what_the_maps_need_is_measured():
    found = calibrate([work([crop(), turn(MEDIUM), Affine2D.resize(MEDIUM, NET)])], FAST)
    assert set(found.measured) <= {"call", "resize", "warp"}
    assert found.before == {name: COSTS[name] for name in found.measured}


def test_a_recipes_own_costs_are_what_stood_before():
    chain = [turn(NET), Affine2D.resize(NET, PHOTO)]  # a warp of the small one, or of the large one
    silly = How(mode="fast", costs={"warp": 1e-6})
    found = calibrate([work(chain)] * 3, silly)
    assert found.before["warp"] == 1e-6
    assert found.measured["warp"] > 1e-4
    assert (found.choices, found.otherwise) == (3, 3)


@pytest.mark.parametrize("kind", [(3, np.uint8), (1, np.uint8), (4, np.float32)], ids=str)
def test_pixels_of_every_kind_are_timed(kind):
    image = Image(np.zeros((*PHOTO, kind[0]), kind[1]))
    assert calibrate([work(CHAINS["flip, resize"], image)], FAST).measured["resize"] > 0


def test_films_are_timed_by_their_frames():
    works = []
    aug = Pipeline([steps.hflip(), steps.resize(size=40)], {"film": "image_sequence"}, plan="fast")
    run = aug.plan.runners["film"]
    aug.plan.runners = {
        "film": lambda film, moves, how: works.append(Work(film, tuple(moves))) or run(film, moves, how)
    }
    aug(film=np.zeros((2, 60, 80, 3), np.uint8), key="a")
    assert isinstance(works[0].target, ImageSequence)
    assert set(calibrate(works, FAST).measured) == {"call", "flip", "resize"}


def test_it_is_registered():
    assert catalogue().load("calibration", "image") is calibrate
