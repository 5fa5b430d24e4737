"""docs/migrate-*.md: both libraries know what is written there, and what is called the same is distributed alike."""

from __future__ import annotations

import ast
import importlib
import inspect
import random
import re
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml
from scipy.stats import ks_2samp

import augkit
from augkit import compat
from augkit.errors import AugkitError
from tests.test_docs import ROOT, place  # noqa: F401

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries
MODULES = {
    "A": "albumentations",
    "T": "torchvision.transforms.v2",
    "M": "audiomentations",
    "nac": "nlpaug.augmenter.char",
    "naw": "nlpaug.augmenter.word",
    "nas": "nlpaug.augmenter.sentence",
}
PAGES = ("albumentations", "torchvision", "audiomentations", "nlpaug")
_ROW = re.compile(r"^\| `(\w+\..+?)` \| `([^`]+)` \| (.+) \|$", re.MULTILINE)
_DRAWS = 250
_ABSENT = r"is not on this machine|have not been measured yet"
"""A model that somebody has to fetch, numbers that a training split gives: the step itself is known."""


class Row(NamedTuple):
    """A line of a page's table."""

    page: str
    wrote: str
    write: str
    told: str

    @property
    def same(self) -> bool:
        return self.told.startswith("the same")

    @property
    def module(self) -> Any:
        return pytest.importorskip(MODULES[self.wrote.partition(".")[0]], reason="the library that one comes from")

    def theirs(self) -> Any:
        names = {alias: importlib.import_module(name) for alias, name in MODULES.items() if f"{alias}." in self.wrote}
        return eval(self.wrote, names)

    @property
    def kind(self) -> str:
        return {"audiomentations": "audio", "nlpaug": "text"}.get(self.page, "image")

    def ours(self) -> augkit.Pipeline:
        sample = {"it": self.kind, **({"boxes": "boxes"} if "keep_boxes" in self.write else {})}
        return augkit.load({"augkit": 1, "sample": sample, "steps": [yaml.safe_load(self.write)]})


def rows(page: str) -> list[Row]:
    text = (ROOT / f"docs/migrate-{page}.md").read_text(encoding="utf-8")
    return [Row(page, *match.groups()) for match in _ROW.finditer(text)]


EVERY = [row for page in PAGES for row in rows(page)]


def each(found: list[Row]) -> list[Any]:
    return [pytest.param(row, id=f"{row.page}-{n}-{row.wrote.partition('(')[0]}") for n, row in enumerate(found)]


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """Something of each kind that is alike nowhere: a photograph, a falling chirp over a tone, a sentence."""
    photo = pytest.importorskip("skimage.data").chelsea()[:288:4, :448:4]
    rate, seconds = 16000, np.arange(12800) / 16000
    tones = 0.3 * np.sin(2 * np.pi * 300 * seconds * (1 + seconds)) * np.exp(-2 * seconds)
    tones += 0.1 * np.sin(2 * np.pi * 1900 * seconds)
    noise = 0.02 * np.random.default_rng(1).standard_normal(len(seconds))
    sentence = "Ada didn't write the 12 first programs in Paris; she wrote them because of a definitely good friend."
    return {
        "image": np.ascontiguousarray(photo),
        "audio": ((tones + noise).astype(np.float32), rate),
        "text": sentence,
    }


def test_the_pages_tell_of_what_is_common() -> None:
    assert all(len(rows(page)) >= 18 for page in PAGES)
    assert sum(row.same for row in EVERY) >= 50


@pytest.mark.parametrize("row", each(EVERY))
def test_what_was_written_is_known_to_the_library(row: Row) -> None:
    call = ast.parse(row.wrote, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    signature = inspect.signature(getattr(row.module, call.func.attr))
    signature.bind(*call.args, **{word.arg: word for word in call.keywords if word.arg})


@pytest.mark.parametrize("row", each(EVERY))
def test_what_to_write_runs(row: Row, values: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if "folder" in row.write:
        request.getfixturevalue("place")
    try:
        aug = row.ours()
        boxes = {"boxes": np.array([[20.0, 20, 50, 60]])} if "boxes" in aug.schema.fields else {}
        out = aug(it=values[row.kind], key="a", **boxes)["it"]
    except AugkitError as error:
        assert re.search(_ABSENT, str(error)), error
    else:
        assert type(out) is type(values[row.kind])


def draws(row: Row, values: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """So many draws of both."""
    random.seed(0)
    np.random.seed(0)
    value, theirs, ours = values[row.kind], row.theirs(), row.ours()
    if row.page == "audiomentations":
        mine = [ours(it=value, key=str(n))["it"][0] for n in range(_DRAWS)]
        return [theirs(*value) for _ in range(_DRAWS)], mine
    mine = [ours(it=value, key=str(n))["it"] for n in range(_DRAWS)]
    if row.page == "torchvision":
        torch = pytest.importorskip("torch")
        torch.manual_seed(0)
        tensor = torch.from_numpy(value).permute(2, 0, 1).contiguous()
        return [theirs(tensor).permute(1, 2, 0).numpy() for _ in range(_DRAWS)], mine
    whole = row.module.Compose([theirs])
    whole.set_random_state(np.random.default_rng(5), random.Random(5))
    return [whole(image=value)["image"] for _ in range(_DRAWS)], mine


def of_picture(pixels: np.ndarray) -> dict[str, tuple[float, float]]:
    """What can be measured of a picture, each with what counts as no difference (levels, percent of the side)."""
    levels = pixels.astype(np.float64)
    light = levels.mean(axis=2)
    y, x = (100 * (at + 0.5) / side for at, side in zip(np.indices(light.shape), light.shape, strict=True))
    return {
        "level": (light.mean(), 1),
        "spread": (light.std(), 1),
        "across": ((x * light).sum() / light.sum(), 1),
        "down": ((y * light).sum() / light.sum(), 1),
        "detail": (np.abs(np.diff(light, axis=1)).mean(), 1),
        "colour": (levels[..., 0].mean() - levels[..., 2].mean(), 1),
        "height": (light.shape[0] / light.shape[1], 0.01),
    }


def of_sound(samples: np.ndarray) -> dict[str, tuple[float, float]]:
    """The same of a sound (decibels, percent)."""
    wave = samples.astype(np.float64)
    power = wave**2
    return {
        "loudness": (10 * np.log10(power.mean() + 1e-9), 0.2),
        "peak": (20 * np.log10(np.abs(wave).max() + 1e-9), 0.2),
        "length": (len(wave) / 128, 0.5),
        "first half": (100 * power[: len(wave) // 2].sum() / power.sum(), 1),
        "crossings": (100 * (np.diff(np.sign(wave)) != 0).mean(), 0.5),
        "sign": (100 * (wave * np.abs(wave)).mean() / power.mean(), 0.5),
    }


def apart(theirs: list[Any], ours: list[Any]) -> dict[str, float]:
    """Of each measure how likely two samples of one distribution are as far apart (Kolmogorov and Smirnov)."""
    measure = of_sound if theirs[0].ndim == 1 else of_picture
    told, chance = [[measure(value) for value in side] for side in (theirs, ours)], np.random.default_rng(0)

    def values(side: int, name: str) -> np.ndarray:
        least = told[0][0][name][1]
        return np.array([each[name][0] for each in told[side]]) + chance.uniform(-least, least, len(told[side]))

    return {name: float(ks_2samp(values(0, name), values(1, name)).pvalue) for name in told[0][0]}


@pytest.mark.long
@pytest.mark.parametrize("row", each([row for row in EVERY if row.same]))
def test_what_is_called_the_same_is_distributed_alike(row: Row, values: dict[str, Any]) -> None:
    assert row.module
    found = apart(*draws(row, values))
    assert min(found.values()) > 1e-5, found


@pytest.mark.parametrize(
    ("wrote", "write"),
    [
        ("A.Rotate(limit=(-15, 15), p=1)", "rotate: {degrees: [-20, 20]}"),
        ("A.Rotate(limit=(-15, 15), p=1)", "rotate: {degrees: [-14, 16], interpolation: nearest}"),
        ("A.GaussNoise(std_range=(0.02, 0.1), p=1)", "gaussian_noise: {std: [0.02, 0.13]}"),
    ],
)
def test_another_distribution_is_found(wrote: str, write: str, values: dict[str, Any]) -> None:
    row = Row("albumentations", wrote, write, "the same")
    assert row.module
    assert min(apart(*draws(row, values)).values()) < 1e-5


@pytest.mark.parametrize("row", each([row for row in rows("torchvision") if row.same]))
def test_the_importer_of_torchvision_makes_the_steps_that_the_page_shows(row: Row) -> None:
    assert row.module
    found = compat.from_torchvision(row.theirs())
    if not found.left_out:
        names = [next(iter(each)) if isinstance(each, dict) else each for each in found.steps]
        written = yaml.safe_load(row.write)
        shown = [next(iter(written)) if isinstance(written, dict) else written]
        assert names == shown or shown == ["seq"]


def test_torchvision_turns_points_otherwise_than_it_flips_them() -> None:
    torch, tensors = pytest.importorskip("torch"), pytest.importorskip("torchvision.tv_tensors")
    functional = importlib.import_module("torchvision.transforms.v2.functional")
    points = tensors.KeyPoints(torch.tensor([[10.0, 20.0]]), canvas_size=(100, 200))
    assert functional.rotate(points, 180).tolist() == [[190.0, 80.0]]
    assert functional.horizontal_flip(functional.vertical_flip(points)).tolist() == [[189.0, 79.0]]


def test_torchvision_leaves_a_plain_mask_behind() -> None:
    torch, tensors = pytest.importorskip("torch"), pytest.importorskip("torchvision.tv_tensors")
    flip = importlib.import_module("torchvision.transforms.v2").RandomHorizontalFlip(1.0)
    mask = torch.arange(4)[None]
    assert flip(tensors.Image(torch.zeros(3, 1, 4)), mask)[1].tolist() == [[0, 1, 2, 3]]
    assert flip(tensors.Image(torch.zeros(3, 1, 4)), tensors.Mask(mask))[1].tolist() == [[3, 2, 1, 0]]


def test_nlpaug_joins_a_text_otherwise_than_it_was() -> None:
    words = pytest.importorskip("nlpaug.augmenter.word")
    text = "She didn't write\n it, though (not  once)."
    said = {words.RandomWordAug(action="delete", aug_p=0.2).augment(text)[0] for _ in range(5)}
    assert not any("\n" in each or "  " in each for each in said)
    ours = augkit.load({"augkit": 1, "sample": {"text": "text"}, "steps": [{"word_delete": {"rate": 0.2}}]})
    assert all("\n" in ours(text=text, key=str(key))["text"] for key in range(5))


def test_albumentations_with_a_seed_lets_all_of_one_p_run_together() -> None:
    library = pytest.importorskip("albumentations")
    whole = library.Compose([library.HorizontalFlip(p=0.3), library.InvertImg(p=0.3)], seed=5)
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    outs = {whole(image=picture)["image"].tobytes() for _ in range(100)}
    assert outs == {picture.tobytes(), (255 - picture[:, ::-1]).tobytes()}
