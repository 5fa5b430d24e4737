"""Law L12: what comes out depends on recipe, seed, epoch and key, never on how the loader works."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import augkit
from augkit.combine import Step
from augkit.data import Dataset, KeyedSampler, Loader, open_recipe, open_source
from augkit.plan import Plan
from augkit.schema import read_schema
from augkit.transform import Params, Transform
from augkit.vocab.space import Image
from tests.data.conftest import STEPS, recipe

EVERY = [
    {"workers": workers, "start": start, "persistent": persistent}
    for workers, start, persistent in itertools.product((1, 2, 4), ("fork", "spawn", "forkserver"), (False, True))
]
FORKED = [setting for setting in EVERY if setting["start"] == "fork"]
SPAWNED = [
    {"workers": 1, "start": "spawn", "persistent": False},
    {"workers": 2, "start": "spawn", "persistent": True},
    {"workers": 4, "start": "spawn", "persistent": True},
]
"""A spawned worker takes seconds to import torch; the whole product is for the long tests."""


def digest(batch: dict[str, Any]) -> str:
    parts = [repr((batch["key"], batch["epoch"], batch["copy"])).encode()]
    parts += [batch[name].numpy().tobytes() for name in sorted(batch) if isinstance(batch[name], torch.Tensor)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def digests(given: dict[str, Any], epochs: int = 3, **loader: Any) -> list[list[str]]:
    made = augkit.loader(given | {"loader": given["loader"] | loader})
    return [[digest(batch) for batch in made] for _ in range(epochs)]


def by_visit(given: dict[str, Any], **loader: Any) -> dict[tuple[str, int], bytes]:
    made = augkit.loader(given | {"loader": given["loader"] | loader})
    return {
        (key, copy): image.numpy().tobytes()
        for batch in made
        for key, copy, image in zip(batch["key"], batch["copy"], batch["image"], strict=True)
    }


@pytest.fixture
def given(folder: Any) -> dict[str, Any]:
    return recipe(folder(cats=5, dogs=9), loader={"batch_size": 4, "balance": "class"})


@pytest.mark.filterwarnings("ignore:This DataLoader will create 4 worker processes")
@pytest.mark.parametrize(
    "settings", [FORKED, SPAWNED, pytest.param(EVERY, marks=pytest.mark.long)], ids=["fork", "spawn", "every"]
)
def test_batches_are_the_same_bytes_however_the_workers_work(given: dict[str, Any], settings: list[Any]) -> None:
    want = digests(given)
    assert len({batch for epoch in want for batch in epoch}) == 3 * 5
    for setting in settings:
        assert digests(given, **setting) == want, setting


def test_two_runs_of_a_process_with_other_hashes_give_the_same_bytes(given: dict[str, Any], tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.data.test_same_bytes import digests\n"
        f"print(digests({given!r}, epochs=1))\n"
    )
    root = str(Path(__file__).parents[2])
    said = [
        subprocess.run(
            [sys.executable, str(script), root],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] == f"{digests(given, epochs=1)}\n"


def test_neither_batch_size_nor_order_changes_a_sample(given: dict[str, Any]) -> None:
    want = by_visit(given)
    assert by_visit(given, batch_size=7) == want
    assert by_visit(given, shuffle=False) == want


def test_no_two_of_identical_inputs_come_out_equal(folder: Any) -> None:
    given = recipe(folder(same=True, a=32, b=32), loader={"batch_size": 8, "workers": 2})
    made = augkit.loader(given)
    seen = [image.numpy().tobytes() for _ in range(2) for batch in made for image in batch["image"]]
    assert len(set(seen)) == len(seen) == 128


def test_copies_of_one_sample_differ(folder: Any) -> None:
    drawn = by_visit(recipe(folder(same=True, a=8), loader={"batch_size": 8, "copies": 3}))
    assert sorted({copy for _, copy in drawn}) == [0, 1, 2]
    assert len(set(drawn.values())) == 24


def test_another_order_every_epoch_with_the_same_samples(given: dict[str, Any]) -> None:
    made = augkit.loader(given | {"loader": {"batch_size": 4}})
    orders = [[key for batch in made for key in batch["key"]] for _ in range(3)]
    assert len({tuple(order) for order in orders}) == 3
    assert len({tuple(sorted(order)) for order in orders}) == 1


def test_an_epoch_can_be_started_with(given: dict[str, Any]) -> None:
    made = augkit.loader(given, epoch=2)
    assert [digest(batch) for batch in made] == digests(given)[2]


@pytest.mark.parametrize("workers", [0, 2])
def test_resuming_within_an_epoch_is_as_if_nothing_had_happened(given: dict[str, Any], workers: int) -> None:
    given = given | {"loader": given["loader"] | {"workers": workers}}
    want = [batch for epoch in digests(given) for batch in epoch]
    first = augkit.loader(given)
    seen = [digest(batch) for batch in first]
    for batch in first:
        seen.append(digest(batch))
        if len(seen) == 7:
            break
    state = first.state()
    assert (state["epoch"], state["samples_consumed"]) == (1, 8)
    second = augkit.loader(given)
    second.resume(state)
    seen += [digest(batch) for _ in range(2) for batch in second]
    assert seen == want


def test_resuming_another_recipe_is_refused(given: dict[str, Any]) -> None:
    state = augkit.loader(given).state()
    other = augkit.loader(given | {"steps": STEPS[1:]})
    with pytest.raises(augkit.DataError, match="recipe_hash"):
        other.resume(state)


def test_an_inserted_step_leaves_the_draws_of_the_others(given: dict[str, Any]) -> None:
    more = [STEPS[0], {"rotate": {"degrees": [-9, 9]}}, *STEPS[1:]]
    before, after = (open_recipe(given | {"steps": steps}).dataset() for steps in (STEPS, more))
    for index in range(len(before)):
        for epoch in range(3):
            old, new = before.traced((epoch, index))[1].steps, after.traced((epoch, index))[1].steps
            assert [step for step in new if step[1] != "image/rotate"] == old
            assert len(new) == len(old) + 1


def test_what_torch_and_numpy_draw_elsewhere_is_not_touched(given: dict[str, Any]) -> None:
    torch.manual_seed(1)
    want = torch.rand(3)
    torch.manual_seed(1)
    for _ in augkit.loader(given):
        pass
    assert torch.equal(torch.rand(3), want)


def test_evaluation_is_the_same_in_every_epoch(given: dict[str, Any]) -> None:
    given = given | {"split": {"val": 0.4}, "eval_steps": STEPS}
    made = augkit.loader(given, split="val")
    assert [digest(batch) for batch in made] == [digest(batch) for batch in made]
    assert {batch["epoch"] for batch in made} == {0}
    keys = [key for batch in made for key in batch["key"]]
    assert keys == sorted(keys) and len(keys) == 6


@dataclass(frozen=True)
class Recolour(Params):
    level: int


class Careless(Transform[Recolour]):
    """A planted fault: it draws from numpy's global generator."""

    def draw(self, rng: Any, frame: Any, content: Any = None) -> Recolour:
        return Recolour(int(np.random.randint(256)))

    def apply_image(self, image: Image, params: Recolour) -> Image:
        return Image(image.pixels + np.uint8(params.level))


def test_a_step_that_draws_from_global_state_is_caught(folder: Any) -> None:
    source = open_source({"image_folder": str(folder(cats=6))})
    plan = Plan([Step(Careless(), "test/careless")], read_schema({"image": "image"}))
    runs = []
    for workers in (0, 2):
        data = Dataset(source, plan)
        made = Loader(data, KeyedSampler(len(data)), batch_size=2, workers=workers)
        runs.append([digest(batch) for batch in made])
    assert runs[0] != runs[1]
