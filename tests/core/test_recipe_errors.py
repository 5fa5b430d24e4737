"""What a recipe is refused for: every kind of mistake, with exact file:line:column and what to type instead."""

from pathlib import Path

import pytest

from augkit.errors import CompileError, RecipeError
from augkit.recipe import find_errors, load, read_recipe

HEAD = "augkit: 1\nsample: {image: image, mask: mask, digit: label}\n"


"""Two lines, so that what a case adds begins in line 3."""


CASES = {
    # a typo
    "step": ("steps:\n  - hfilp: {p: 0.5}", "4:5: unknown step 'hfilp'. Did you mean 'hflip'?"),
    "bare step": ("steps: [hfilp]", "3:9: unknown step 'hfilp'. Did you mean 'hflip'?"),
    "combiner": ("steps:\n  - oneof: [hflip]", "4:5: unknown step 'oneof'. Did you mean 'one_of'?"),
    "field": ("steps:\n  - hflip: {pp: 0.5}", "4:13: hflip: unknown field 'pp'. Did you mean 'p'? Fields: p, id, on"),
    "own field": ("steps:\n  - rotate: {degree: 5}", "4:14: rotate: unknown field 'degree'. Did you mean 'degrees'?"),
    "reserved field": (
        "steps:\n  - hflip: {streng: 1}",
        "4:13: hflip: unknown field 'streng'. Did you mean 'strength'?",
    ),
    "nested": ("steps:\n  - one_of:\n      - seq: [hflip, vlip]", "5:22: unknown step 'vlip'. Did you mean 'vflip'?"),
    "field of a shared name": ("steps:\n  - crop: {sise: 5}", "4:12: crop: unknown field 'sise'. Did you mean 'size'?"),
    "in a combiner": ("steps:\n  - repeat: {n: 2, q: 1, steps: [hflip]}", "4:20: repeat: unknown field 'q'."),
    "source": ("source: {image_foldr: {root: x}}", "3:10: unknown source 'image_foldr'. Did you mean 'image_folder'?"),
    "field of source": (
        "source: {image_folder: {rot: x}}",
        "3:10: image_folder: needs `root`, as in image_folder: {root: …}.",
    ),
    "more of source": (
        "source: {image_folder: {root: x, mask: y}}",
        "3:34: unknown field of image_folder 'mask'. Did you mean 'masks'?",
    ),
    "field of section": ("loader: {wokers: 2}", "3:10: unknown field of loader 'wokers'. Did you mean 'workers'?"),
    "choice": ("loader: {on_error: skp}", "3:20: loader: on_error: got 'skp'. Did you mean 'skip'?"),
    "plugin": ("plugins: [imag]", "3:11: plugin 'imag' is not installed. Did you mean 'image'?"),
    # an unknown key
    "key": ("stpes: []", "3:1: unknown key 'stpes'. Did you mean 'steps'?"),
    "stranger": ("callbacks: []", "3:1: unknown key 'callbacks'. There are: augkit, description, seed,"),
    # a duplicate key
    "twice": ("seed: 1\nseed: 2", "4:1: the key 'seed' is written twice; the first one is at r.yaml:3:1."),
    "twice in a step": ("steps:\n  - hflip: {p: 1, p: 0}", "4:19: the key 'p' is written twice;"),
    "decoder": ("decoder: opencw", "3:10: decoder: 'opencw' is none of this sample's. Did you mean 'opencv'?"),
    # a wrong type
    "seed": ("seed: seven", "3:7: seed: got 'seven'; expected a whole number."),
    "true is no number": ("seed: true", "3:7: seed: got True; expected a whole number."),
    "steps": ("steps: {hflip: {}}", "3:8: steps: got a mapping (hflip); expected a list such as [hflip: {p: 0.5}]."),
    "a step": ("steps: [3]", "3:9: a step: got the number 3; expected a name and its fields, as in - hflip: {p: 0.5}."),
    "fields": (
        "steps:\n  - hflip: 0.5",
        "4:12: hflip: got the number 0.5; expected a mapping such as {hflip: {p: 0.5}}.",
    ),
    "one number": (
        "steps:\n  - rotate: 15",
        "4:13: rotate: got the number 15; expected a mapping such as {rotate: {degrees: 15}}.",
    ),
    "one word": (
        "steps:\n  - normalize: imagenet",
        "4:16: normalize: got the text 'imagenet'; expected a mapping such as {normalize: {like: imagenet}}.",
    ),
    "p": ("steps:\n  - hflip: {p: often}", "4:16: hflip: p: got 'often'; expected a number."),
    "range": (
        "steps:\n  - rotate:\n      degrees: [1, 2, 3]",
        "5:16: rotate: degrees: got [1, 2, 3]; expected [low, high].",
    ),
    "workers": ('loader: {workers: "2"}', "3:19: loader: workers: got '2'; expected a whole number."),
    "empty": ("loader:\n  workers:", "4:11: loader: workers: is empty; expected a whole number of at least 0."),
    "section": ("split: 0.2", "3:8: split: got the number 0.2; expected a mapping such as {val: 0.2}."),
    "train": ("train: pkg/lite0", "3:8: train: got the text 'pkg/lite0'; expected a mapping such as {backbone:"),
    "groups": ("groups: [image, mask]", "3:10: groups: a group: got the text 'image'; expected a list such as"),
    "version": ("augkit_: 1", "3:1: unknown key 'augkit_'. Did you mean 'augkit'?"),
    # out of range
    "p above 1": ("steps:\n  - hflip: {p: 1.5}", "4:16: hflip: p: 1.5 is above the highest allowed, 1 (probability)."),
    "far": ("steps:\n  - rotate: {degrees: [0, 999]}", "4:23: rotate: degrees: 999 is above the highest allowed, 360"),
    "no batch": ("loader: {batch_size: 0}", "3:22: loader: batch_size: 0 is below the lowest allowed, 1."),
    "nothing left": ("split: {val: 0.6, test: 0.4}", "3:14: split: val 0.6 and test 0.4 leave nothing to train on."),
    "plan": ("plan: fsat", "3:7: plan: got 'fsat'. Did you mean 'fast'? Expected one of 'exact', 'fast'."),
    "some_of": ("steps:\n  - some_of: {n: 3, steps: [hflip]}", "4:18: some_of: n reaches 3, but there are 1 steps."),
    # a missing target
    "group of nobody": ("groups: [[image, msk]]", "3:18: unknown field 'msk'. Did you mean 'mask'?"),
    "balance": (
        "loader: {balance: digits}",
        "3:19: loader: balance: 'digits' is no label of the sample. Did you mean 'digit'?",
    ),
    "stratify": ("split: {stratify: mask}", "3:19: split: stratify: 'mask' is no label of the sample. It has: digit."),
    "on": (
        "steps:\n  - hflip: {on: [image, maks]}",
        "4:25: hflip: on: the sample has no field 'maks'. Did you mean 'mask'?",
    ),
    "on one": (
        "steps:\n  - hflip: {on: boxes}",
        "4:17: hflip: on: the sample has no field 'boxes'. It has: image, mask, d",
    ),
    # what is not there
    "n": ("steps:\n  - some_of: [hflip, vflip]", "4:5: some_of: needs `n`"),
    "children": ("steps:\n  - one_of:", "4:5: one_of: has no steps; write them below it"),
    "steps of": ("steps:\n  - one_of: {p: 1}", "4:5: one_of: has no `steps`; write one_of: {steps: [...]}."),
    "required": ("steps:\n  - center_crop", "4:5: center_crop: field 'size' is required"),
    # a field beside its step
    "not indented": ("steps:\n  - hflip:\n    p: 0.5", "5:5: 'p' stands beside 'hflip', but a step is one name."),
}


def written(folder: Path, text: str) -> str:
    (folder / "r.yaml").write_text(text, encoding="utf-8")
    return "r.yaml"


@pytest.mark.parametrize(("added", "expected"), CASES.values(), ids=CASES)
def test_place_and_advice(added: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as caught:
        read_recipe(written(tmp_path, HEAD + added + "\n"))
    assert str(caught.value).startswith(f"r.yaml:{expected}"), str(caught.value)


SAMPLES = {
    "kind": ("{image: image, msk: maskk}", "2:29: unknown kind 'maskk' of field 'msk'. Did you mean 'mask'?"),
    "kind with options": ("{digit: {lable: {}}}", "2:18: unknown kind 'lable' of field 'digit'. Did you mean 'label'?"),
    "option": (
        "{a: {mask: {ignore_indx: 0}}}",
        "2:21: field 'a' (mask): unknown field 'ignore_indx'. Did you mean 'ignore",
    ),
    "value of option": (
        "{a: {mask: {ignore_index: x}}}",
        "2:35: field 'a' (mask): ignore_index: got 'x'; expected a whole",
    ),
    "empty field": ("{image: }", "2:10: field 'image': is empty; expected a kind such as `image: image`."),
    "list": ("[image]", "2:9: sample: got a list of 1; expected a mapping"),
    "nothing": ("", "2:1: `sample` is missing; it says what the data hold"),
}


@pytest.mark.parametrize(("sample", "expected"), SAMPLES.values(), ids=SAMPLES)
def test_place_in_sample(sample: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as caught:
        read_recipe(written(tmp_path, f"augkit: 1\nsample: {sample}\n"))
    assert str(caught.value).startswith(f"r.yaml:{expected}"), str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sample: {image: image}", "r.yaml:1:1: `augkit: 1` is missing"),
        (
            "augkit: 2\nsample: {image: image}",
            "r.yaml:1:9: augkit: got the number 2; this augkit reads format 1. Update",
        ),
        ("augkit: '1'\nsample: {image: image}", "r.yaml:1:9: augkit: got the text '1'; this augkit reads format 1."),
        ("augkit: true\nsample: {image: image}", "r.yaml:1:9: augkit: got true; this augkit reads format 1."),
        ("- hflip", "r.yaml:1:1: a recipe: got a list of 1; expected a mapping"),
        ("", "r.yaml:1:1: the recipe is empty."),
    ],
)
def test_no_recipe(text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as caught:
        read_recipe(written(tmp_path, text))
    assert str(caught.value).startswith(expected), str(caught.value)


COMPILE = {
    "left behind": (
        "- hflip: {on: [image]}",
        "image/hflip: moves image but `on` leaves 'mask' behind, which moves with it.",
    ),
    "twice one id": ("- hflip\n  - hflip", "two steps with the id 'image/hflip' (the first is at r.yaml:4:5)"),
    "no epochs": ("- hflip: {off_last: 2}", "image/hflip: `off_last: 2` needs `train: {epochs: …}`"),
    "needs a target": (
        "- albumentations: {name: BBoxSafeRandomCrop}",
        "albumentations/BBoxSafeRandomCrop: needs a field of kind 'boxes'",
    ),
}


@pytest.mark.parametrize(("step", "expected"), COMPILE.values(), ids=COMPILE)
def test_compile_errors_know_the_step(
    step: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CompileError) as caught:
        load(written(tmp_path, f"{HEAD}steps:\n  {step}\n"))
    line = 5 if "\n" in step else 4
    assert str(caught.value).startswith(f"r.yaml:{line}:5: {expected}"), str(caught.value)


def test_a_mirror_is_refused_where_handedness_matters_with_the_ways_out(tmp_path: Path) -> None:
    text = "augkit: 1\nsample: {image: image, digit: {label: {sensitive_to: [handedness]}}}\nsteps:\n  - {step}\n"
    for step in ("hflip", "vflip", "transpose", "albumentations: {name: HorizontalFlip}"):
        file = tmp_path / "r.yaml"
        file.write_text(text.replace("{step}", step), encoding="utf-8")
        with pytest.raises(CompileError) as caught:
            load(file)
        message = str(caught.value)
        assert message.startswith(f"{file}:4:5: ")
        for way_out in ("drop the step", "only: {digit: [", 'accept: "reason"', "a kernel"):
            assert way_out in message
    for allowed in ("hflip: {accept: mirrored on purpose}", "rotate", "hflip: {only: {digit: [o]}}"):
        sensitive = text.replace("[handedness]", "{handedness: [b, d]}")
        file.write_text(sensitive.replace("{step}", allowed), encoding="utf-8")
        load(file)


def test_accept_is_kept() -> None:
    recipe = read_recipe({"augkit": 1, "sample": {"image": "image"}, "steps": [{"hflip": {"accept": "why not"}}]})
    [step] = recipe.steps
    assert step.accept == "why not"  # type: ignore[union-attr]
    assert "accept: why not" in recipe.resolved()


def test_all_errors_are_found_in_one_go_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(
        "augkit: 1\nsample: {image: imgae}\nseed: x\n"
        "steps:\n  - hfilp\n  - one_of: [vflop, hflip: {p: 2}]\nloader: {worker: 1}\n",
        encoding="utf-8",
    )
    recipe, errors = find_errors(file)
    assert recipe is None
    places = [(error.where.line, error.where.column) for error in errors]  # type: ignore[attr-defined]
    assert places == [(2, 17), (3, 7), (5, 5), (6, 14), (6, 32), (7, 10)]


def test_both_lists_are_compiled_and_one_complaint_is_said_once(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(f"{HEAD}steps: [hflip: {{off_last: 1}}]\neval_steps: [vflip: {{off_last: 1}}]\n", encoding="utf-8")
    _, errors = find_errors(file)
    assert [error.where.line for error in errors] == [3, 4]  # type: ignore[attr-defined]
