"""Ablation: every step once, the others as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import open_recipe
from augkit.errors import RecipeError
from augkit.proof import ablate
from augkit.proof.ablation import WHOLE, arms_without
from augkit.train.progress import Progress
from tests.train.conftest import recipe

NESTED: list[Any] = [
    {"rotate": {"degrees": [-10, 10]}},
    {"one_of": [{"brightness": {"factor": [0.5, 0.7]}}, {"contrast": {"factor": [0.5, 0.7]}}]},
    {"seq": {"p": 0.5, "steps": [{"gaussian_noise": {"std": 0.1}}]}},
    {"rand_augment": {"steps": ["sharpen", "posterize"]}},
    {"rotate": {"degrees": 5, "id": "again"}},
]


def nested() -> augkit.Recipe:
    return augkit.read_recipe(recipe(NESTED) | {"batch": [{"mixup": {"alpha": 0.2}}]})


def test_every_step_is_left_out_once_under_the_path_that_set_addresses_it_by() -> None:
    whole, *others = arms_without(nested())
    assert whole == WHOLE
    assert [name.removeprefix("without ") for name in others] == [
        "steps.1.rotate",
        "steps.one_of.brightness",
        "steps.one_of.contrast",
        "steps.seq.steps.gaussian_noise",
        "steps.rand_augment",
        "steps.5.rotate",
        "batch.mixup",
    ]
    for name in others:
        set_by_hand = augkit.read_recipe(nested(), [f"{name.removeprefix('without ')}.p=0"])
        left = arms_without(nested())[name]
        assert (left.steps, left.batch, left.eval_steps) == (
            set_by_hand.steps,
            set_by_hand.batch,
            set_by_hand.eval_steps,
        )
        assert left.hash == set_by_hand.hash


def test_what_the_others_draw_stays() -> None:
    """Where the step that is left out was not drawn, the sample is the same bit for bit."""
    arms = arms_without(nested())
    whole, without = (open_recipe(arms[name]).dataset() for name in (WHOLE, "without steps.one_of.contrast"))
    same = [
        np.array_equal(whole[n].targets["image"].values, without[n].targets["image"].values)  # type: ignore[attr-defined]
        for n in range(20)
    ]
    drawn = ["image/contrast" in [entry.id for entry in whole.traced(n)[1].entries] for n in range(20)]
    assert same == [not each for each in drawn] and any(same) and not all(same)


def test_a_crop_by_chance_becomes_the_format_that_it_made() -> None:
    steps = [{"random_resized_crop": {"size": 24}}, {"hflip": {"p": 0.5, "accept": "digits are only a test"}}]
    given = augkit.read_recipe({**recipe(), "steps": steps})
    arms = arms_without(given)
    assert list(arms) == [WHOLE, "without steps.random_resized_crop", "without steps.hflip"]
    assert [step.id for step in arms["without steps.random_resized_crop"].steps] == [
        "image/resize",
        "image/hflip",
        "image/normalize",
    ]


def test_a_recipe_that_only_makes_a_format_has_nothing_to_leave_out() -> None:
    with pytest.raises(RecipeError, match="nothing to leave out"):
        arms_without(augkit.read_recipe(recipe([])))


def test_a_recipe_laid_over_another_keeps_its_data(tmp_path: Path) -> None:
    import yaml

    (tmp_path / "base.yaml").write_text(yaml.safe_dump(recipe(NESTED[:2])))
    (tmp_path / "own.yaml").write_text("augkit: 1\nextends: base.yaml\nseed: 5\n")
    arms = arms_without(augkit.read_recipe(tmp_path / "own.yaml"))
    assert len(arms) == 4
    assert {each.seed for each in arms.values()} == {5}
    assert len({each.hash for each in arms.values()}) == 4


def test_an_ablation_says_what_each_step_was_worth(tmp_path: Path) -> None:
    given = recipe([{"rotate": {"degrees": [-10, 10]}}], epochs=1)
    found = ablate(given, 2, tmp_path / "out", progress=Progress(silent=True), say=lambda line: None)
    assert list(found.scores) == [WHOLE, "without steps.rotate"]
    assert (tmp_path / "out" / "without-steps.rotate-seed-4" / "metrics.json").is_file()
    assert "the whole recipe against without steps.rotate" in found.lines()[-1] or "whole recipe is" in "".join(
        found.lines()
    )
