"""Shifted validation data: the same bits for every arm, five severities, and what does not fit is said."""

from __future__ import annotations

import json
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import open_recipe
from augkit.errors import CompileError
from augkit.plugins import catalogue, loaded
from augkit.proof.shifts import FILE, SEVERITIES, Shifts, score_on, shifts_for
from augkit.proof.trials import run_trials
from augkit.train import open_run
from tests.proof.test_comparison import quiet, written
from tests.train.conftest import recipe

SOURCES: dict[str, dict[str, Any]] = {
    "image": {"source": {"demo": "digits"}, "sample": {"image": "image", "digit": "label"}},
    "audio": {"source": {"demo": "sound_scenes"}, "sample": {"audio": "audio", "events": "events"}},
    "text": {"source": {"demo": "docstrings"}, "sample": {"text": "text", "package": "label"}},
}


def carriers() -> list[str]:
    loaded()
    return catalogue().names("corruptions")


def test_every_modality_has_corruptions() -> None:
    assert carriers() == sorted(SOURCES)


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_corruptions_have_five_severities_that_compile_and_change_more_and_more(kind: str) -> None:
    """Of the first five samples the mean change grows from the mildest to the strongest."""
    if kind == "audio":
        pytest.importorskip("soundfile")
    opened = open_recipe({"augkit": 1, "steps": [], **SOURCES[kind]})
    for name, items in catalogue().load("corruptions", kind).items():
        assert len(items) == SEVERITIES
        ends = [_change(opened, kind, item, name) for item in (items[0], items[-1])]
        assert 0 <= ends[0] < ends[1], f"{kind}, {name}: {ends}"


def _change(opened: Any, kind: str, item: dict[str, Any], name: str) -> float:
    nodes = augkit.read_recipe({"augkit": 1, "steps": [item], **SOURCES[kind]}).steps
    shifted = replace(opened, recipe=replace(opened.recipe, steps=nodes)).dataset("train", augment=True)
    return float(np.mean([_distance(shifted.original(n).targets[kind], shifted[n].targets[kind]) for n in range(5)]))


def _distance(before: Any, after: Any) -> float:
    if hasattr(before, "samples"):
        size = min(before.samples.shape[1], after.samples.shape[1])
        return float(np.abs(before.samples[:, :size] - after.samples[:, :size]).mean())
    if hasattr(before, "pixels"):
        return float(np.abs(before.pixels.astype(float) - after.pixels.astype(float)).mean())
    return 1 - SequenceMatcher(None, before.string, after.string, autojunk=False).ratio()


def arms() -> dict[str, Any]:
    resize, other = {"resize": {"size": 24}}, {"center_crop": {"size": 20}}
    return {
        "one": augkit.read_recipe(recipe()),
        "two": augkit.read_recipe(recipe() | {"steps": [resize, other], "eval_steps": [resize, other]}),
    }


def test_corruptions_stand_behind_what_all_arms_have_in_common_and_before_another_kind() -> None:
    shifts = shifts_for(arms())
    assert shifts.at == 1, "after resize, which both have; the crop is of one, and normalize makes another kind"
    node = shifts.steps["noise"][0]
    assert [step.id for step in shifts.corrupted(arms()["two"].eval_steps, node)] == [
        "image/resize",
        "corruption/noise",
        "image/center_crop",
        "image/normalize",
    ]


def test_every_arm_of_a_seed_sees_the_same_bits_and_every_seed_others() -> None:
    shifts = shifts_for(arms())

    def seen(given: Any) -> np.ndarray:
        opened = open_recipe(given)
        nodes = (*given.eval_steps[: shifts.at], shifts.steps["noise"][2])
        data = replace(opened, recipe=replace(opened.recipe, eval_steps=nodes)).dataset("val")
        pixels: np.ndarray = data[0].targets["image"].pixels  # type: ignore[attr-defined]
        return pixels

    one, two = (seen(given) for given in arms().values())
    assert np.array_equal(one, two)
    assert not np.array_equal(one, seen(augkit.read_recipe(recipe(), {"seed": 4, "split.seed": 3})))


def test_what_a_label_depends_on_is_left_out_and_said() -> None:
    sensitive = {"image": "image", "digit": {"label": {"sensitive_to": ["noise"]}}}
    shifts = shifts_for({"one": augkit.read_recipe(recipe() | {"sample": sensitive})})
    assert "noise" not in shifts.steps and "blur" in shifts.steps
    assert len(shifts.left_out) == 1 and shifts.left_out[0].startswith("noise: ") and "digit" in shifts.left_out[0]


def test_a_carrier_without_corruptions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augkit.proof.shifts.catalogue", type(catalogue()))
    with pytest.raises(CompileError, match="no plugin has corruptions for 'image'; there are some for: none"):
        shifts_for(arms())


def test_without_a_corruption_the_score_is_that_of_the_run(tmp_path: Path) -> None:
    for ema in (None, 0.9):
        given = augkit.read_recipe(recipe(epochs=2, split={"train_per_class": 10, "val": 0.06}, lr=1e-2, ema=ema))
        [[trial]] = run_trials({3: {"one": given}}, tmp_path / f"{ema}", say=lambda line: None)
        assert score_on(open_run(trial.folder, trial.judged), open_recipe(given), given.eval_steps) == trial.score


def test_a_shifted_comparison_tells_of_each_corruption_and_is_resumed(tmp_path: Path) -> None:
    few = recipe()["split"] | {"val": 0.01}
    files = written(tmp_path, one=recipe(epochs=1, split=few), two=recipe([], epochs=1, split=few))
    found = quiet(files, 2, tmp_path / "out", shifted=True)
    told = json.loads((tmp_path / "out" / "comparison.json").read_text())["shifted"]
    assert set(told["mean_over_seeds"]["one"]) == set(catalogue().load("corruptions", "image"))
    assert all(len(scores) == SEVERITIES for scores in told["per_seed"]["two"][1].values())
    assert len(told["first_minus_other"]["two"]["differences"]) == 2
    assert any(line.startswith("noise, one") for line in found.lines())
    assert any(line.startswith("On shifted data: ") for line in found.lines())
    stamp = (tmp_path / "out" / "one-seed-3" / FILE).stat().st_mtime_ns
    assert quiet(files, 2, tmp_path / "out", shifted=True, resume=True).to_json() == found.to_json()
    assert (tmp_path / "out" / "one-seed-3" / FILE).stat().st_mtime_ns == stamp


def test_other_corruptions_are_not_read_from_an_older_file() -> None:
    whole = shifts_for(arms())
    assert whole.digest == shifts_for(arms()).digest
    assert whole.digest != Shifts({"noise": whole.steps["noise"]}, whole.at).digest
    assert whole.digest != Shifts(whole.steps, 0).digest
