"""Exported networks run without augkit and say what they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from augkit.cli import main
from augkit.data import open_recipe
from augkit.errors import AugkitError, RecipeError
from augkit.plan import Plan
from augkit.train import Run, open_run
from augkit.train.export import Exported, export
from tests.train import test_clips
from tests.train.conftest import quietly

WITHOUT_AUGKIT = {
    "onnx": """
import sys, json, numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
print(session.get_modelmeta().custom_metadata_map["classes"])
np.save(sys.argv[3], session.run(None, {session.get_inputs()[0].name: np.load(sys.argv[2])})[0])
assert "augkit" not in sys.modules
""",
    "torch": """
import sys, json, numpy as np, torch
extra = {"augkit.json": ""}
program = torch.export.load(sys.argv[1], extra_files=extra)
print(json.dumps(json.loads(extra["augkit.json"])["classes"]))
np.save(sys.argv[3], program.module()(torch.from_numpy(np.load(sys.argv[2]))).detach().numpy())
assert "augkit" not in sys.modules
""",
}


@pytest.mark.parametrize("form", ["onnx", "torch"])
def test_it_gives_what_the_run_gives_without_augkit(learnt: Run, tmp_path: Path, form: str) -> None:
    if form == "onnx":
        pytest.importorskip("onnxruntime", reason="onnx is an extra: export")
    path = tmp_path / f"net{'.onnx' if form == 'onnx' else '.pt2'}"
    done = CliRunner().invoke(main, ["export", str(learnt.folder), "--format", form, "--out", str(path)])
    assert done.exit_code == 0, done.output
    assert "uint8, batch × 24 × 24 × 3" in done.output and "image/resize (size: [24, 24]" in done.output
    data = open_recipe(learnt.folder / "recipe.yaml")
    plan = data.recipe.pipeline("val").plan
    shown = [data.dataset("val").original(n) for n in range(5)]
    tensors = torch.stack([torch.from_numpy(plan(sample)[0].targets["image"].values) for sample in shown])
    before = Plan(data.recipe.eval_steps[:-1], data.recipe.schema)
    np.save(tmp_path / "in.npy", np.stack([before(sample)[0].targets["image"].pixels for sample in shown]))
    arguments = [str(path), str(tmp_path / "in.npy"), str(tmp_path / "out.npy")]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT_AUGKIT[form], *arguments], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == list(range(10))
    with torch.inference_mode():
        wanted = open_run(learnt.folder).model(tensors).softmax(1)
    assert np.abs(np.load(tmp_path / "out.npy") - wanted.numpy()).max() < 1e-5


def test_a_file_that_is_off_is_no_result(learnt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augkit.train.export._run_torch", lambda path, example: torch.zeros(2, 10))
    with pytest.raises(AugkitError, match="probabilities that are"):
        export(open_run(learnt.folder), tmp_path / "net.pt2", "torch")


def test_standardization_is_inside_where_the_recipe_ends_with_it() -> None:
    module = Exported(torch.nn.Flatten(), ((0.5,), (0.25,)))
    levels = torch.full((1, 2, 2, 1), 255, dtype=torch.uint8)
    assert module(levels).tolist() == [[2.0] * 4]
    plain = torch.rand(1, 3, 2, 2)
    assert torch.equal(Exported(torch.nn.Identity(), None)(plain), plain)


clips = test_clips.clips


def test_spectrograms_go_in_as_the_steps_leave_them(clips: Path, tmp_path: Path) -> None:
    run = quietly(test_clips.recipe(clips, epochs=1), tmp_path / "run")
    about = export(open_run(run.folder), tmp_path / "net.pt2", "torch")
    assert about["input"]["dtype"] == "float32" and about["input"]["shape"][1] == 3
    assert [next(iter(step)) for step in about["steps_before"]][-1] == "spectrogram/picture"


def test_what_reads_no_tensor_is_told(learnt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = open_run(learnt.folder)
    monkeypatch.setattr(type(trained.model), "exported", lambda self: None)
    with pytest.raises(RecipeError, match="reads no tensor"):
        export(trained, tmp_path / "net.onnx")
