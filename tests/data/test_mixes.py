"""``batch:`` and partners drawn by key: the same bytes for any number of workers, in training batches only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import augkit
from augkit import steps
from augkit.data import open_recipe
from augkit.recipe import find_errors
from tests.data.conftest import STEPS, noise, recipe
from tests.data.test_same_bytes import digests

BATCH = [{"one_of": [{"mixup": {"alpha": 0.4}}, {"cutmix": {"p": 0.8}}]}, {"mixup": {"id": "again", "p": 0.3}}]
MOSAIC = [STEPS[0], {"hflip": {"p": 0.5}}, {"mosaic": {"p": 0.7}}, {"mixup": {"p": 0.3}}]


@pytest.fixture
def given(folder: Any) -> dict[str, Any]:
    return recipe(folder(cats=5, dogs=9), batch=BATCH, loader={"batch_size": 4, "copies": 2})


def test_batches_are_mixed_to_the_same_bytes_by_any_number_of_workers(given: dict[str, Any]) -> None:
    want = digests(given, epochs=2)
    assert len({batch for epoch in want for batch in epoch}) == 2 * 7
    assert digests(given, epochs=2, workers=2) == want
    assert digests(given, epochs=2, workers=2, persistent=True) == want
    assert digests(given | {"batch": []}, epochs=2) != want


@pytest.mark.parametrize("settings", [{"workers": 2}, {"workers": 1, "start": "spawn"}], ids=["fork", "spawn"])
def test_partners_are_the_same_in_any_number_of_workers(given: dict[str, Any], settings: dict[str, Any]) -> None:
    given = given | {"steps": MOSAIC, "batch": []}
    want = digests(given, epochs=2)
    assert digests(given, epochs=2, **settings) == want


def test_partners_do_not_depend_on_batches_or_order(given: dict[str, Any]) -> None:
    given = given | {"steps": MOSAIC, "batch": []}
    seen = []
    for loader in ({"batch_size": 4}, {"batch_size": 14, "shuffle": False}):
        batches = list(augkit.loader(given | {"loader": loader}))
        seen.append(
            {
                key: (image.numpy().tobytes(), label.numpy().tobytes())
                for batch in batches
                for key, image, label in zip(batch["key"], batch["image"], batch["label"], strict=True)
            }
        )
    assert seen[0] == seen[1]


def test_a_partner_is_of_the_same_split_epoch_and_copy_and_comes_as_of_the_steps_before(folder: Any) -> None:
    given = recipe(folder(cats=20, dogs=20), steps=[STEPS[1], {"mixup": {"alpha": 1000}}], split={"val": 0.5})
    opened = open_recipe(given)
    data, before = opened.dataset("train"), open_recipe(given | {"steps": STEPS[1:2]}).dataset("train")
    for index in range(6):
        visit = (3, index, 2)
        sample, trace = data.traced(visit)
        drawn = trace.steps[-1][2]
        [partner] = drawn["partners"]
        assert partner in data.keys and partner != sample.key
        own, other = before[visit], before[(3, data.keys.index(partner), 2)]
        want = drawn["share"] * own.targets["image"].pixels + (1 - drawn["share"]) * other.targets["image"].pixels
        assert np.abs(sample.targets["image"].pixels - want).max() <= 0.5
        original = data.original(visit)
        again = data.plan.replay(original, augkit.Trace.from_json(trace.to_json()), data.partners(original))
        assert np.array_equal(again.targets["image"].pixels, sample.targets["image"].pixels)


def test_mixed_labels_are_weights_of_all_classes_in_every_batch(given: dict[str, Any]) -> None:
    batches = [batch["label"] for batch in augkit.loader(given)]
    assert all(labels.dtype == torch.float32 and labels.shape[1] == 2 for labels in batches)
    labels = torch.cat(batches)
    assert torch.allclose(labels.sum(1), torch.ones(len(labels)))
    hard = (labels == 1).any(1)
    assert 0 < int(hard.sum()) < len(labels)
    never = next(iter(augkit.loader(given | {"batch": [{"mixup": {"p": 0}}]})))["label"]
    assert never.dtype == torch.float32 and never.unique().tolist() == [0, 1]


def test_nothing_is_mixed_in_validation(given: dict[str, Any]) -> None:
    given = given | {"split": {"val": 0.4}}
    unmixed = given | {"batch": []}
    for made, plain in ((augkit.loader(g, split="val"), augkit.loader(u, split="val")) for g, u in [(given, unmixed)]):
        for one, other in zip(made, plain, strict=True):
            assert torch.equal(one["image"], other["image"]) and one["label"] == other["label"]
    bare = augkit.loader(given, augment=False)
    assert all(isinstance(batch["label"], list) for batch in bare)


def test_views_are_mixed_apart(given: dict[str, Any]) -> None:
    batch = next(iter(augkit.loader(given | {"views": 2})))
    assert not torch.equal(batch["label"][0], batch["label"][1])


def test_a_batch_that_cannot_be_mixed_names_the_sample(given: dict[str, Any]) -> None:
    ragged = given | {"steps": [{"random_resized_crop": {"size": 8, "p": 0.5}}], "batch": [{"mixup": {}}]}
    with pytest.raises(
        augkit.DataError, match=r"(cats|dogs)/\d+\.png: batch: image/mixup: 'image' is of .* Put `resize`"
    ):
        list(augkit.loader(ragged))


def test_the_hash_covers_batch_and_show_reads_back_to_it(given: dict[str, Any], tmp_path: Path) -> None:
    read, plain = augkit.read_recipe(given), augkit.read_recipe(given | {"batch": []})
    stronger = [{"one_of": [{"mixup": {"alpha": 0.5}}, {"cutmix": {"p": 0.8}}]}, BATCH[1]]
    hashes = {read.hash, plain.hash, augkit.read_recipe(given | {"batch": stronger}).hash}
    assert len(hashes) == 3
    file = tmp_path / "shown.yaml"
    file.write_text(read.resolved())
    assert "batch:\n  - one_of:\n      - mixup: {alpha: 0.4, p: 1.0}\n" in read.resolved()
    assert augkit.read_recipe(file).hash == read.hash
    assert "batch" not in plain.resolved().replace("batch_size", "") or plain.batch == ()


YAML = """augkit: 1
source: {image_folder: {root: %s}}
sample: {image: image, label: label, mask: mask}
steps: [{resize: {size: 8}}]
batch:
  - mixup: {alpha: 0.2}
"""


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ("  - mixpu: {alpha: 0.2}", "6:5: unknown step 'mixpu'. Did you mean 'mixup'?"),
        ("  - cutmix: {alpha: -1}", "6:21: cutmix: alpha: -1 is below the lowest allowed, 0.001"),
        ("  - hflip", "6:5: batch: image/hflip changes each sample by itself; put it into `steps`"),
        (
            "  - mixup: {alpha: 0.2}",
            "6:5: image/mixup: makes one sample of several, but of 'mask': two masks laid over",
        ),
    ],
)
def test_check_finds_what_is_wrong_with_batch_and_where(batch: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text((YAML % "photos").replace("  - mixup: {alpha: 0.2}", batch))
    _, [error] = find_errors(file)
    assert str(error).startswith(f"{file}:{said}")


def test_what_is_validated_on_is_not_mixed(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text((YAML % "photos").replace(", mask: mask", "") + "eval_steps:\n  - resize: {size: 8}\n  - mosaic\n")
    _, [error] = find_errors(file)
    assert str(error).startswith(f"{file}:9:5: eval_steps: image/mosaic mixes samples, and a validation is of samples")


def test_classes_that_nobody_knows_beforehand_are_asked_for(tmp_path: Path) -> None:
    given = recipe("photos") | {
        "source": {"demo": "shapes"},
        "sample": {"image": "image", "boxes": "label"},
        "steps": [{"resize": {"size": 8}}],
        "batch": ["mixup"],
    }
    with pytest.raises(augkit.RecipeError, match=r"image/mixup: mixes the labels of 'boxes'.*Use a manifest"):
        augkit.loader(given)


@pytest.mark.parametrize("plan", ["exact", "fast"])
def test_pictures_that_wait_for_the_plan_are_decoded_before_they_are_mixed(plan: str, tmp_path: Path) -> None:
    simplejpeg = pytest.importorskip("simplejpeg")
    for number in range(5):
        file = tmp_path / "photos" / "a" / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(simplejpeg.encode_jpeg(noise(number, 64, 80), quality=90))
    given = recipe(tmp_path / "photos", sample={"image": "image"}, steps=["mosaic"], decoder="simplejpeg", plan=plan)
    data = open_recipe(given).dataset()
    files = {key: (tmp_path / "photos" / key).read_bytes() for key in data.keys}
    decoded = [{"image": simplejpeg.decode_jpeg(file), "key": key} for key, file in files.items()]
    sample, trace = data.traced((1, 2))
    aug = augkit.Pipeline([steps.mosaic()], sample={"image": "image"}, seed=5)
    want = aug.replay(trace, image=decoded[2]["image"], partners=decoded)["image"]
    assert np.array_equal(sample.targets["image"].pixels, want)


class Mine:
    """Somebody's own Dataset."""

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> Any:
        return noise(index), np.array([[1.0, 1, 5, 5]]) + index / 8


def test_ones_own_dataset_is_asked_for_partners() -> None:
    sample = {"image": "image", "boxes": "boxes"}
    aug = augkit.Pipeline([steps.hflip(p=0.5), steps.mosaic()], sample=sample, seed=3)
    made = augkit.dataset(Mine(), aug)
    (image, boxes), trace = made.traced((2, 5))
    partners = [{"image": Mine()[n][0], "boxes": Mine()[n][1], "key": str(n)} for n in range(8) if n != 5]
    alone = aug(image=noise(5), boxes=Mine()[5][1], key="5", epoch=2, partners=partners)
    assert np.array_equal(image, alone["image"]) and np.array_equal(boxes, alone["boxes"])
    assert "5" not in trace.steps[-1][2]["partners"]
    loader = {"batch_size": 4, "collate_fn": list}
    seen = [
        [
            item[0].tobytes()
            for batch in torch.utils.data.DataLoader(made, sampler=made.sampler(), num_workers=n, **loader)
            for item in batch
        ]
        for n in (0, 2)
    ]
    assert seen[0] == seen[1] and len(set(seen[0])) == 8


def test_keys_that_occur_twice_cannot_tell_partners_apart() -> None:
    class Twice(Mine):
        keys = ["a", "a", "b", "c", "d", "e", "f", "g"]

    aug = augkit.Pipeline([steps.mosaic()], sample={"image": "image", "boxes": "boxes"})
    with pytest.raises(augkit.DataError, match="1 keys occur twice"):
        augkit.dataset(Twice(), aug)[0]
