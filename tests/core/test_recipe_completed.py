"""What a recipe leaves out: eval_steps, the backbone's normalisation, defaults; and the resolved text that shows it."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.errors import RecipeError
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.spelling import flow
from augkit.recipe.yaml12 import plain, read

SAMPLE = {"image": "image", "mask": "mask", "digit": "label"}
BACKBONE = {"backbone": "pkg/efficientnet_lite0", "epochs": 3}


def recipe(*steps: Any, **more: Any) -> Recipe:
    return read_recipe({"augkit": 1, "sample": SAMPLE, "steps": list(steps), **more})


def names(nodes: Any) -> list[str]:
    return [node.id for node in nodes]


def test_without_eval_steps_what_makes_the_format_stays_without_chance() -> None:
    made = recipe(
        {"random_resized_crop": {"size": 64, "interpolation": "area"}},
        "hflip",
        {"seq": [{"pad": {"size": 80}}, "rotate"]},
        {"random_crop": {"size": 32, "pad_if_needed": True}},
        {"one_of": [{"resize": {"size": 8}}, {"resize": {"size": 9, "id": "nine"}}]},
        {"center_crop": {"size": 4, "p": 0.5}},
        {"normalize": {"like": "imagenet"}},
    )
    assert names(made.eval_steps) == ["image/resize", "image/pad", "image/center_crop", "image/normalize"]
    resize, _, crop, _ = (step.transform for step in made.eval_steps)  # type: ignore[union-attr]
    assert (tuple(resize.size), resize.interpolation) == ((64, 64), "area")
    assert (tuple(crop.size), crop.pad_if_needed) == ((32, 32), True)
    assert "made of the steps" in made.notes["eval_steps"]


def test_eval_steps_that_are_written_are_left_alone() -> None:
    assert recipe({"resize": {"size": 8}}, eval_steps=[]).eval_steps == ()
    assert names(recipe("hflip", eval_steps=["vflip"]).eval_steps) == ["image/vflip"]


def test_the_backbones_normalisation_ends_both_lists_once() -> None:
    made = recipe("hflip", eval_steps=[{"resize": {"size": 8}}], train=BACKBONE)
    for nodes in (made.steps, made.eval_steps):
        assert names(nodes)[-1] == "image/normalize" and len(nodes) == 2
        assert nodes[-1].transform.like == "pkg/efficientnet_lite0"
    again = read_recipe(plain(read(made.resolved())))
    assert (names(again.steps), names(again.eval_steps)) == (names(made.steps), names(made.eval_steps))
    assert made.pipeline().plan.out_schema.fields["image"].kind == "image_tensor"


def test_no_backbone_no_normalisation() -> None:
    assert names(recipe("hflip", train={"epochs": 3}).steps) == ["image/hflip"]
    assert read_recipe({"augkit": 1, "sample": {"y": "label"}, "train": BACKBONE}).steps == ()


def test_a_normalisation_written_in_one_list_is_that_of_both() -> None:
    own = {"normalize": {"mean": 0.1, "std": 0.2}}
    for lists in ({"steps": ["hflip", own], "eval_steps": []}, {"steps": ["hflip"], "eval_steps": [own]}):
        made = read_recipe({"augkit": 1, "sample": SAMPLE, "train": BACKBONE, **lists})
        assert made.steps[-1].transform.mean == made.eval_steps[-1].transform.mean == 0.1  # type: ignore[union-attr]
    made = recipe("hflip", own, train=BACKBONE)
    assert names(made.eval_steps) == ["image/normalize"] and made.eval_steps[0].transform.std == 0.2


def test_another_backbone_by_override_brings_its_own_normalisation() -> None:
    pytest.importorskip("timm")
    made = read_recipe(recipe("hflip", train=BACKBONE), {"train.backbone": "timm/resnet18"})
    assert [step.transform.like for step in made.steps[1:]] == ["timm/resnet18"]  # type: ignore[union-attr]


def test_an_unknown_backbone_is_refused_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("augkit: 1\nsample: {image: image}\ntrain:\n  backbone: pkg/eficientnet_lite0\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.yaml:4:13: .*Did you mean 'pkg/efficientnet_lite0'"):
        read_recipe(file)


MANY = {
    "plain": [{"hflip": {"p": 0.5}}],
    "ranges": [
        {"rotate": {"degrees": {"normal": [0, 5], "clip": [-9, 9]}}},
        {"gaussian_blur": {"sigma": {"loguniform": [0.1, 2]}}},
        {"rot90": {"quarter_turns": {"choice": [1, 2]}}},
    ],
    "combiners": [
        {"one_of": ["vflip", {"hflip": {"weight": 2}}]},
        {"some_of": {"n": [0, 1], "p": 0.3, "steps": [{"seq": ["transpose"]}, {"rot90": {}}]}},
        {"repeat": {"n": 2, "id": "twice", "steps": [{"perspective": {"corner_shift": 0.05}}]}},
        {"random_order": [{"brightness": {"factor": 1.1}}, "channel_shuffle"]},
    ],
    "around": [
        {"hflip": {"strength": {"ramp": [0, 1], "epochs": 2}, "only": {"digit": [0, "8"]}, "accept": "why: not # so"}},
        {"rotate": {"off_last": 1, "on": ["image", "mask"], "id": "turn"}},
    ],
    "made": [{"random_resized_crop": {"size": [32, 48]}}, {"erase": {"policy": "ignore"}}],
    "bridge": [{"albumentations": {"name": "ElasticTransform", "alpha": 3, "p": 0.5, "arguments": {"sigma": 20}}}],
    "nothing": [],
}


@pytest.mark.parametrize("steps", MANY.values(), ids=MANY)
def test_resolved_reads_back_to_the_same_recipe(steps: list[Any], tmp_path: Path) -> None:
    made = recipe(*steps, train=BACKBONE, split={"val": 0.1}, description="a: 'b' $${x}", loader={"workers": 1})
    file = tmp_path / "resolved.yaml"
    file.write_text(made.resolved(), encoding="utf-8")
    again = read_recipe(file)
    assert again.hash == made.hash
    assert again.resolved().splitlines() == [line for line in made.resolved().splitlines() if line[:1] != "#"]
    assert (again.loader, again.split, again.settings) == (made.loader, made.split, made.settings)
    assert (again.steps, again.eval_steps) == (made.steps, made.eval_steps)


def test_resolved_shows_defaults() -> None:
    text = recipe({"rotate": {"degrees": 5}}).resolved()
    assert "interpolation: linear" in text and "p: 1.0" in text and "batch_size: 32" in text and "val: 0.2" in text


def test_vars_extends_and_overrides_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "augkit: 1\nvars: {n: 8}\nsample: {image: image}\nsteps: [resize: {size: '${n}'}]\n", encoding="utf-8"
    )
    file = tmp_path / "sub" / "mine.yaml"
    file.parent.mkdir()
    file.write_text("extends: ../base.yaml\nseed: 5\n", encoding="utf-8")
    made = read_recipe(file, {"vars.n": 16})
    assert made.steps[0].transform.size == (16, 16) and made.seed == 5  # type: ignore[union-attr]
    assert made.hash == read_recipe(file, ["vars.n=16"]).hash != read_recipe(file).hash
    assert "extends" not in made.resolved() and "vars" not in made.resolved()


def test_relative_paths_start_where_the_source_is_written(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "augkit: 1\nsample: {image: image, label: label}\nsource: {image_folder: pets}\n", encoding="utf-8"
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "mine.yaml").write_text("extends: ../base.yaml\n", encoding="utf-8")
    assert read_recipe(tmp_path / "sub" / "mine.yaml").base.resolve() == tmp_path.resolve()


CHANGES = {
    "seed": ({"seed": 1}, True),
    "split": ({"split.val": 0.3}, True),
    "sample": ({"sample.digit": "value"}, True),
    "step": ({"steps.0.hflip.p": 0.4}, True),
    "eval": ({"eval_steps": ["vflip"]}, True),
    "source": ({"source.demo": "shapes"}, True),
    "decoder": ({"decoder": "opencv"}, True),
    "views": ({"views": 2}, True),
    "workers": ({"loader.workers": 7}, False),
    "batch size": ({"loader.batch_size": 7}, False),
    "rate": ({"train.lr": 0.5}, False),
    "epochs": ({"train.epochs": 50}, False),
    "description": ({"description": "other"}, False),
}


@pytest.mark.parametrize(("change", "differs"), CHANGES.values(), ids=CHANGES)
def test_the_hash_covers_what_changes_samples(change: dict[str, Any], differs: bool) -> None:
    made = recipe({"hflip": {"p": 0.5}}, eval_steps=[], source={"demo": "digits"}, train=BACKBONE)
    assert (read_recipe(made, change).hash != made.hash) is differs
    assert len(made.hash) == 16 and int(made.hash, 16) >= 0


def test_epochs_count_where_they_are_counted_back_from() -> None:
    made = recipe({"hflip": {"off_last": 1}}, train=BACKBONE)
    assert read_recipe(made, {"train.epochs": 5}).hash != made.hash


def test_a_recipe_pickles() -> None:
    made = recipe("hflip", {"one_of": ["vflip", "rotate"]}, train=BACKBONE)
    again = pickle.loads(pickle.dumps(made))
    assert again.hash == made.hash and again.resolved() == made.resolved()


def test_load_gives_the_door() -> None:
    made = recipe({"hflip": {"p": 1}}, eval_steps=[])
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    out = augkit.load(made)(image=pixels, key="a")
    assert (out["image"] == pixels[:, ::-1]).all()
    assert (augkit.load(made, split="val")(image=pixels, key="a")["image"] == pixels).all()
    changed = augkit.load(made, overrides={"steps.hflip.p": 0})
    assert (changed(image=pixels, key="a")["image"] == pixels).all()
    with pytest.raises(ValueError, match="expected 'train', 'val' or 'test'"):
        augkit.load(made, split="vla")  # type: ignore[arg-type]


TEXTS = ["no", "1e-4", "012", "0x1F", "~", "", " a ", "a: b", "#", "- a", "ü", "\U0001f600", "a\nb", "'", '"', "null"]
TEXTS += [
    "=",
    "${x}",
    "[a]",
    "{",
    "\x7f",
    "…",
    "true",
    "a b",
    "a #b",
    "&x",
    "*x",
    "!x",
    "%x",
    "@x",
    "`x",
    "|",
    ">",
    "?",
]
TEXTS += [".inf", "x,y"]
OTHERS = [1e-7, 1e22, float("inf"), -0.0, 2**70, True, None, [], {}, {"a b": {"1": [1, [2.5]]}, "no": {"~": ""}}]


@pytest.mark.parametrize("value", [*TEXTS, *OTHERS])
def test_what_is_spelled_reads_back(value: Any) -> None:
    spelled = flow({"k": [value]})
    back = plain(read(spelled))["k"][0]
    expected = value.replace("${", "$${") if isinstance(value, str) else value
    assert back == expected and type(back) is type(expected), spelled
