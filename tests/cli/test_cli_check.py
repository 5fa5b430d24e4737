"""``augkit check`` and ``augkit show``."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GOOD = """augkit: 1
source: {image_folder: photos}
sample: {image: image, label: label}
steps:
  - hflip: {p: 0.5}
train: {backbone: pkg/efficientnet_lite0, epochs: 2}
"""


def written(text: str) -> str:
    Path("r.yaml").write_text(text, encoding="utf-8")
    return "r.yaml"


def test_a_fine_recipe(run: Run, photos: Path) -> None:
    result = run("check", written(GOOD))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("r.yaml is fine: 2 steps; image: image → image_tensor, label: label; hash ")
    assert json.loads(run("check", "r.yaml", "--json").stdout) == []


WRONG = {
    "typo": ("hflip:", "hfilp:", "r.yaml:5:5: unknown step 'hfilp'. Did you mean 'hflip'?"),
    "unknown key": ("steps:", "stpes:", "r.yaml:4:1: unknown key 'stpes'. Did you mean 'steps'?"),
    "duplicate key": ("augkit: 1", "augkit: 1\naugkit: 1", "r.yaml:2:1: the key 'augkit' is written twice"),
    "wrong type": ("0.5", "half", "r.yaml:5:16: hflip: p: got 'half'; expected a number."),
    "out of range": ("0.5", "1.5", "r.yaml:5:16: hflip: p: 1.5 is above the highest allowed, 1 (probability)."),
    "missing target": ("p: 0.5", "on: [msk]", "r.yaml:5:18: hflip: on: the sample has no field 'msk'."),
    "not in the source": (
        "{image: image,",
        "{image: image, mask: mask,",
        "r.yaml:3:24: sample: the source has no",
    ),
    "no such folder": ("photos", "fotos", "r.yaml:2:24: image_folder: root: there is no folder"),
    "field of train": ("epochs: 2", "epoch: 2", "r.yaml:6:43: train: unknown field 'epoch'. Did you mean 'epochs'?"),
    "value of train": ("epochs: 2", "epochs: 0", "r.yaml:6:51: train: epochs: 0 is below the lowest allowed, 1."),
    "no label to learn": (", label: label", "", "r.yaml:6:1: train: the sample has no fields of kind 'label'"),
}


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_has_its_place_and_exit_code_2(old: str, new: str, expected: str, run: Run, photos: Path) -> None:
    assert GOOD.count(old) == 1
    result = run("check", written(GOOD.replace(old, new)))
    assert result.exit_code == 2
    assert result.stderr.startswith(expected), result.stderr
    assert result.stdout == ""


def test_handedness_is_refused_with_the_ways_out_before_data_are_read(run: Run) -> None:
    sensitive = "label: {label: {sensitive_to: [handedness]}}"
    text = GOOD.replace("label: label", sensitive).replace("source: {image_folder: photos}\n", "")
    result = run("check", written(text))
    assert result.exit_code == 2
    assert result.stderr.startswith("r.yaml:4:5: image/hflip: changes handedness, and 'label' depends on it")
    assert "Four ways out" in result.stderr
    accepted = run("check", written(text.replace("p: 0.5", "accept: checked by hand")))
    assert accepted.exit_code == 0, accepted.output
    narrowed = text.replace("[handedness]", "{handedness: [b, d]}").replace("p: 0.5", "only: {label: [a, o]}")
    assert run("check", written(narrowed)).exit_code == 0


def test_all_complaints_at_once_and_as_json(run: Run) -> None:
    written("augkit: 1\nsample: {image: image}\nsteps: [hfilp, vflop]\nseeed: 1\n")
    result = run("check", "r.yaml")
    assert [line.split(" ")[0] for line in result.stderr.splitlines()] == ["r.yaml:3:9:", "r.yaml:3:16:", "r.yaml:4:1:"]
    found = json.loads(run("check", "r.yaml", "--json").stdout)
    assert [(each["line"], each["column"], each["kind"]) for each in found] == [
        (3, 9, "RecipeError"), (3, 16, "RecipeError"), (4, 1, "RecipeError"),
    ]  # fmt: skip
    assert found[0]["message"].startswith("unknown step 'hfilp'")


def test_without_data_the_source_is_left_alone(run: Run) -> None:
    written(GOOD)
    assert run("check", "r.yaml").exit_code == 2
    assert run("check", "r.yaml", "--no-data").exit_code == 0


def test_set_is_checked_too(run: Run, photos: Path) -> None:
    written(GOOD)
    assert run("check", "r.yaml", "--set", "steps.hflip.p=0.1").exit_code == 0
    result = run("check", "r.yaml", "--set", "steps.hflip.p=2")
    assert (result.exit_code, result.stderr[:31]) == (2, "--set steps.hflip.p:1:1: hflip:")


def test_show_prints_a_recipe_with_the_same_hash_and_what_leaves(run: Run) -> None:
    shown = run("show", written(GOOD)).stdout
    assert "image → image_tensor" in shown and "like: pkg/efficientnet_lite0" in shown
    assert "# not in the recipe; made of" in shown
    Path("again.yaml").write_text(shown, encoding="utf-8")
    again = run("show", "again.yaml").stdout
    assert again.splitlines()[-1] == shown.splitlines()[-1]
    assert again.splitlines()[-1].startswith("# hash: ")


def test_show_as_json(run: Run) -> None:
    found = json.loads(run("show", written(GOOD), "--json", "--set", "seed=9").stdout)
    assert found["recipe"]["seed"] == 9 and found["hash"] in run("show", "r.yaml", "--set", "seed=9").stdout
    assert found["fields"]["image"] == {"kind": "image", "leaves_as": "image_tensor"}
    assert [next(iter(step)) for step in found["recipe"]["steps"]] == ["hflip", "normalize"]


def test_what_a_batch_holds_is_told(run: Run) -> None:
    mixed = "augkit: 1\nsource: {demo: digits}\nsample: {image: image, digit: label}\nsteps: [resize: {size: 8}]\n"
    told = run("check", written(mixed + "batch: [mixup]\n"))
    assert told.exit_code == 0, told.output
    assert "1 step, image/mixup over each batch; image: image, digit: label → weights of its classes" in told.output
    shown = run("show", "r.yaml").output
    assert "# train: image: image, digit: label → weights of its classes\n" in shown
    assert "# val and test: image: image, digit: label\n" in shown
