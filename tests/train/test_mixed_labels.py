"""Training on labels that are weights of classes, as ``batch: [mixup]`` makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from augkit.proof.arms import without_augmentation
from augkit.recipe import read_recipe
from augkit.train.tallies import Tally
from tests.train.conftest import quietly, recipe
from tests.train.test_classifier import classifier

BATCH = [{"one_of": [{"mixup": {"alpha": 0.4}}, {"cutmix": {"alpha": 1}}]}]


def test_the_loss_is_cross_entropy_with_probabilities_and_the_largest_counts() -> None:
    model = classifier().eval()
    weights = torch.tensor([[0.75, 0.25], [0.0, 1.0], [0.4, 0.6]])
    images = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    loss, logits, target = model._compare({"image": images, "species": weights}, 0.0)
    want = -(weights * functional.log_softmax(logits, 1)).sum(1).mean()
    assert float(loss.detach()) == pytest.approx(float(want.detach()), rel=1e-5)
    tally = Tally()
    tally.add(loss, torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), target)
    assert (tally.correct, tally.count) == (2, 3)
    assert tally.per_class == {0: [1, 1], 1: [1, 2]}


def test_weights_of_one_class_are_trained_on_as_its_number() -> None:
    model = classifier().eval()
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    hard = model._compare({"image": images, "species": ["dog", "cat"]}, 0.1)[0]
    soft = model._compare({"image": images, "species": torch.tensor([[0.0, 1.0], [1.0, 0.0]])}, 0.1)[0]
    assert float(hard.detach()) == pytest.approx(float(soft.detach()), rel=1e-5)


def test_a_run_learns_from_mixed_batches_and_ends_the_same_every_time(tmp_path: Path) -> None:
    given = recipe(lr=3e-3) | {"batch": BATCH}
    first, second = (quietly(given, tmp_path / name) for name in ("first", "second"))
    plain = quietly(given | {"batch": []}, tmp_path / "plain")
    losses = [[run.metrics["last"][name] for name in ("train_loss", "val_loss")] for run in (first, second)]
    assert losses[0] == losses[1]
    assert first.metrics["last"]["train_loss"] != plain.metrics["last"]["train_loss"]
    assert first.metrics["classes"] == plain.metrics["classes"]
    assert "cutmix" in (tmp_path / "first" / "recipe.yaml").read_text()


def test_the_comparison_without_augmentation_does_not_mix() -> None:
    bare = without_augmentation(read_recipe(recipe() | {"batch": BATCH}))
    assert bare.batch == () and "batch" not in bare.tree.items
    only_mixed = recipe(steps=[]) | {"batch": BATCH}
    assert without_augmentation(read_recipe(only_mixed)).batch == ()
