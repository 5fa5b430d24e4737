"""Leaks between splits, and samples that augmentation leaves nothing of, whatever their kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from augkit.data.source import open_source
from augkit.sample import Label, Options, Target
from augkit.train.checks import Guessing, destroyed, leakage, print_of
from augkit.train.checks.losses import judged_loss
from augkit.vocab.space import Boxes, Image, ImageSequence, ImageTensor, Mask
from augkit.vocab.text import Text
from augkit.vocab.timeline import Audio, Events, Spectrogram


def target(kind: type[Target], value: Any, frame: Any = None) -> Target:
    return kind.read(value, kind.options_type(), frame or {})[0]


def sounds(count: int = 30) -> list[np.ndarray]:
    source = open_source({"demo": {"name": "sound_scenes", "count": count}})
    return [source.load(key)["audio"][0] for key in source.keys]


TEXTS = [
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "A completely different sentence about training neural networks well.",
    "Nobody expected the committee to publish its findings so early.",
    "Rain fell on the roof all night and the cellar was flooded again.",
]


def noisy_digit(image: np.ndarray) -> np.ndarray:
    return np.clip(image.astype(int) + np.random.default_rng(0).integers(-6, 7, image.shape), 0, 255).astype(np.uint8)


def digits() -> list[np.ndarray]:
    return [np.uint8(image * 15)[..., None] for image in load_digits().images[:300]]


KINDS: dict[str, tuple[type[Target], Callable[[], list[Any]], Callable[[Any], Any]]] = {
    "image": (Image, digits, noisy_digit),
    "audio": (
        Audio,
        lambda: [(samples, 16000) for samples in sounds()],
        lambda clip: (clip[0] * np.float32(0.7), clip[1]),
    ),
    "text": (Text, lambda: list(TEXTS), lambda text: text.upper().replace(" ", "  ")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_copies_and_near_copies_are_found_and_others_are_not(kind: str) -> None:
    cls, make, nearly = KINDS[kind]
    values = make()
    half = len(values) // 2
    known = [print_of(f"t{n}", {"x": target(cls, value)}) for n, value in enumerate(values[:half])]
    others = [print_of(f"v{n}", {"x": target(cls, value)}) for n, value in enumerate(values[half:])]
    assert leakage(known, others).fine
    exact, near = (
        print_of("copy", {"x": target(cls, values[0])}),
        print_of("near", {"x": target(cls, nearly(values[1]))}),
    )
    found = leakage(known, [*others, exact, near])
    assert found.name == "leakage" and (found.numbers["exact"], found.numbers["near"]) == (1, 1)
    assert "copy = t0" in found.seen and "near ~ t1" in found.seen


def test_plain_arrays_tensors_and_texts_have_prints_too() -> None:
    rng = np.random.default_rng(0)
    for make in (
        lambda: rng.random((3, 20, 20)),
        lambda: torch.from_numpy(rng.random((1, 9, 9))),
        lambda: rng.random(40),
    ):
        values = [make() for _ in range(6)]
        known = [print_of(str(n), value) for n, value in enumerate(values[:3])]
        assert leakage(known, [print_of("a", values[4])]).fine
        assert leakage(known, [print_of("a", values[1])]).numbers["exact"] == 1
    assert leakage([print_of("a", TEXTS[0])], [print_of("b", TEXTS[0].upper())]).numbers["near"] == 1


def test_a_mask_beside_does_not_hide_that_the_picture_is_the_same() -> None:
    image = target(Image, digits()[0])
    masks = [target(Mask, np.eye(8, dtype=np.uint8) * n) for n in (1, 2)]
    found = leakage(*[[print_of("x", {"image": image, "mask": mask, "label": Label(3)})] for mask in masks])
    assert (found.numbers["exact"], found.numbers["near"]) == (0, 1)


def test_prints_of_one_colour_silence_and_no_text_are_like_nothing() -> None:
    nothing = [
        target(Image, np.zeros((8, 8, 3), np.uint8)),
        target(Audio, (np.zeros(4000, np.float32), 8000)),
        target(Text, ""),
    ]
    assert [one.sketch() for one in nothing] == [None, None, None]


def spectrogram(values: np.ndarray) -> Spectrogram:
    return Spectrogram(values, hop=160, samples=160 * (values.shape[2] - 1), rate=16000)


RNG = np.random.default_rng(1)
SIZE = {"space": (8, 8)}
LOST: dict[str, tuple[Target, Target, str]] = {
    "image": (target(Image, digits()[0]), target(Image, np.full((8, 8, 1), 3, np.uint8)), "one colour"),
    "tensor": (
        ImageTensor(RNG.random((3, 8, 8)).astype(np.float32)),
        ImageTensor(np.full((3, 8, 8), -2.1, np.float32)),
        "one colour",
    ),
    "mask": (target(Mask, np.eye(8, dtype=np.uint8)), target(Mask, np.uint8([[0, 0], [255, 255]])), "one class only"),
    "audio": (
        target(Audio, (np.sin(np.arange(800, dtype=np.float32)), 8000)),
        target(Audio, (np.full(800, 1e-5, np.float32), 8000)),
        "silent",
    ),
    "spectrogram": (
        spectrogram(RNG.random((1, 8, 9)).astype(np.float32)),
        spectrogram(np.full((1, 8, 9), -80, np.float32)),
        "silent",
    ),
    "text": (target(Text, "three words here"), target(Text, "  "), "empty"),
    "boxes": (
        Boxes(np.array([[0.0, 0.0, 4.0, 4.0]])),
        Boxes(np.zeros((0, 4))),
        "no boxes left",
    ),
    "events": (Events(np.array([0.5]), np.array([0.7])), Events(np.zeros(0), np.zeros(0)), "no events left"),
    "film": (
        ImageSequence(RNG.integers(0, 255, (3, 8, 8, 3)).astype(np.uint8)),
        ImageSequence(np.zeros((3, 8, 8, 3), np.uint8)),
        "one colour",
    ),
}


@pytest.mark.parametrize("kind", LOST)
def test_each_kind_knows_when_nothing_is_left_of_it(kind: str) -> None:
    before, after, told = LOST[kind]
    assert before.lost() is None and after.lost() == told
    found = destroyed([({"x": before}, {"x": after})] * 3 + [({"x": before}, {"x": before})] * 3)
    assert found.name == "samples-destroyed" and f"x: 3 {told}" in found.seen
    assert destroyed([({"x": before}, {"x": before})] * 6).fine


def test_what_was_nothing_before_was_not_destroyed() -> None:
    empty = LOST["boxes"][1]
    assert destroyed([({"x": empty}, {"x": empty})] * 5).fine


def test_a_crop_may_lose_objects_now_and_then_but_not_pictures() -> None:
    full, none = LOST["boxes"][:2]
    assert destroyed([({"x": full}, {"x": none})] * 2 + [({"x": full}, {"x": full})] * 18).fine
    full, none = LOST["image"][:2]
    assert not destroyed([({"x": full}, {"x": none})] + [({"x": full}, {"x": full})] * 19).fine
    full, none = LOST["mask"][:2]
    crops = [({"m": full}, {"m": none})] * 2 + [({"m": full}, {"m": full})] * 18
    assert destroyed(crops, fed="image").fine and not destroyed(crops, fed="m").fine


def test_labels_and_options_do_not_make_a_sample_another() -> None:
    image = digits()[0]
    prints = [print_of("x", {"image": Image(image, options=Options()), "label": Label(n)}) for n in (1, 2)]
    assert prints[0].digest == prints[1].digest


def test_weights_that_were_fitted_before_begin_with_a_low_loss() -> None:
    assert judged_loss(0.0, Guessing.of([5, 5])).name == "first-loss-low"
    assert judged_loss(0.0, Guessing.of([5, 5]), learnt=True).fine
