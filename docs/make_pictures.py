"""Draws docs/steps/pictures/: a photograph, or a made-up sound, before and after the steps that pictures.yaml lists.

``python docs/make_pictures.py [NAME …]`` (all, or those steps). A test looks that each is there and still looks so. The
cat is scikit-image's ``chelsea`` (CC0, Stefan van der Walt); the astronaut's portrait is NASA's, in the public domain.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import yaml
from PIL import Image, ImageDraw
from skimage import data

import augkit
from augkit.build import step_from
from augkit.report.spectra import shades
from augkit.report.spectrogram import spectrogram
from augkit.vocab.timeline import Spectrogram

PICTURES = Path(__file__).parent / "steps/pictures"
_SIDE = (160, 240)
_GAP = 12
_DRAWS = 8
_RATE = 16000
_COLOURS = {"cat": "#e6194b", "face": "#3cb44b", "tone": "#4363d8", "noise": "#f58231", "clicks": "#911eb4"}


def shown() -> dict[str, dict[str, Any]]:
    """The steps that have a picture, each with the fields that it is shown with."""
    listed = yaml.safe_load(PICTURES.with_suffix(".yaml").read_text(encoding="utf-8"))
    return {str(name): dict(fields) for name, fields in listed.items()}


def place_of(name: str) -> Path:
    """The file of a step's picture."""
    return PICTURES / f"{name.replace('/', '-')}.webp"


def drawn(name: str, fields: Mapping[str, Any]) -> Image.Image:
    """Before, and after, side by side; of some draws the one that changes most."""
    return _pair(_picture if name.startswith("image/") else _sound, name, fields)


def _pair(draw: Any, name: str, fields: Mapping[str, Any]) -> Image.Image:
    before, after = draw(name, fields)
    size = (before.width + _GAP + after.width, max(before.height, after.height))
    canvas = Image.new("RGBA", size)
    canvas.paste(before, (0, 0))
    canvas.paste(after, (before.width + _GAP, 0))
    return canvas


@cache
def _photos() -> tuple[dict[str, Any], ...]:
    """A cat and a portrait, each with a box, points, an outline and masks."""
    found = []
    cat = np.asarray(Image.fromarray(data.chelsea()).resize(_SIDE[::-1], Image.Resampling.LANCZOS))
    woman = np.asarray(Image.fromarray(data.astronaut()[:342]).resize(_SIDE[::-1], Image.Resampling.LANCZOS))
    for label, pixels, centre, radius, points in (
        ("cat", cat, (118, 80), (82, 74), [(91, 58), (168, 70), (141, 130)]),
        ("face", woman, (105, 54), (26, 37), [(95, 50), (115, 50), (105, 62)]),
    ):
        turns = np.linspace(0, 2 * np.pi, 41)[:-1]
        ring = np.array(centre) + np.array(radius) * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        mask = Image.new("1", _SIDE[::-1])
        ImageDraw.Draw(mask).polygon([tuple(at) for at in ring.tolist()], fill=1)
        (x, y), (a, b) = centre, radius
        found.append(
            {
                "image": pixels,
                "boxes": {"xyxy": [[x - a, y - b, x + a, y + b]], "label": [label]},
                "points": points,
                "outline": {"polygons": [ring], "label": [label]},
                "masks": {"masks": np.asarray(mask)[None], "label": [label]},
                "mask": np.asarray(mask).astype(np.uint8),
            }
        )
    return tuple(found)


_KINDS = {"image": "image", "boxes": "boxes", "points": "keypoints", "outline": "polygons", "masks": "masks"}
_CHOICES = (("boxes", "points", "outline"), ("boxes", "outline"), ("boxes", "masks"), ("mask",), ())


def _picture(name: str, fields: Mapping[str, Any]) -> tuple[Image.Image, Image.Image]:
    photo, others = _photos()[0], _photos()[1:]
    for beside in _CHOICES:
        sample = {field: _KINDS.get(field, field) for field in ("image", *beside)}
        try:
            aug = augkit.Pipeline([_step(name, fields)], sample=sample, seed=7)
            given = {field: photo[field] for field in sample}
            partners = [
                {**{field: each[field] for field in sample}, "key": str(n)} for n, each in enumerate(others * 3)
            ]
            outs = [aug(**given, key=f"{n}.png", partners=partners) for n in range(_DRAWS)]
        except augkit.AugkitError:
            continue
        return _annotated(given), _annotated(max(outs, key=lambda out: _change(photo["image"], out["image"])))
    raise AssertionError(f"{name} runs beside nothing")


def _step(name: str, fields: Mapping[str, Any]) -> Any:
    return step_from(name, dict(fields))


def _change(before: np.ndarray, after: np.ndarray) -> float:
    if before.shape != after.shape:
        return 0.0
    return float(np.abs(before.astype(float) - after).mean())


def _annotated(sample: Mapping[str, Any]) -> Image.Image:
    """A picture with what is annotated on it, drawn at twice the size and reduced."""
    pixels = np.asarray(sample["image"])
    picture = Image.fromarray(pixels).resize((2 * pixels.shape[1], 2 * pixels.shape[0]), Image.Resampling.BICUBIC)
    if "mask" in sample:
        veil = Image.fromarray(np.asarray(sample["mask"], np.uint8) * 90).resize(picture.size)
        picture.paste(Image.new("RGB", picture.size, _COLOURS["cat"]), mask=veil)
    pen = ImageDraw.Draw(picture)
    for rings, label in _objects(sample.get("outline"), "polygons"):
        for ring in rings if isinstance(rings, list) else [rings]:
            pen.polygon(
                [(2 * x, 2 * y) for x, y in np.reshape(ring, (-1, 2)).tolist()], outline=_COLOURS[label], width=3
            )
    for box, label in _objects(sample.get("boxes"), "xyxy"):
        pen.rectangle([2 * float(at) for at in box], outline=_COLOURS[label], width=4)
    for x, y in np.asarray(sample.get("points", np.zeros((0, 2))))[:, :2].tolist():
        pen.ellipse((2 * x - 7, 2 * y - 7, 2 * x + 7, 2 * y + 7), fill="white", outline="black", width=2)
    return picture.resize((pixels.shape[1], pixels.shape[0]), Image.Resampling.LANCZOS)


def _objects(field: Any, what: str) -> list[tuple[Any, str]]:
    return [] if field is None else list(zip(field[what], field["label"], strict=True))


@cache
def _clip() -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Two seconds: a rising tone, a burst of noise, three clicks."""
    seconds, noise = np.arange(2 * _RATE) / _RATE, np.random.default_rng(0).standard_normal(2 * _RATE)

    def inside(a: float, b: float) -> np.ndarray:
        return np.clip(40 * np.minimum(seconds - a, b - seconds), 0, 1)

    turns = 2 * np.pi * (500 * (seconds - 0.15) + 500 * (seconds - 0.15) ** 2)
    samples = 0.25 * inside(0.15, 0.85) * (np.sin(turns) + 0.5 * np.sin(2 * turns) + 0.3 * np.sin(3 * turns))
    samples += 0.12 * inside(1.05, 1.3) * noise + 0.001 * noise
    for click in (1.5, 1.6, 1.7):
        samples[int(click * _RATE) : int(click * _RATE) + 40] += 0.6 * np.hanning(40)
    events = [(0.15, 0.85, "tone"), (1.05, 1.3, "noise"), (1.49, 1.72, "clicks")]
    return samples.astype(np.float32), [{"onset": a, "offset": b, "label": label} for a, b, label in events]


def _sound(name: str, fields: Mapping[str, Any]) -> tuple[Image.Image, Image.Image]:
    samples, events = _clip()
    steps = [_step("audio/log_mel", {})] if name.startswith("spectrogram/") else []
    other = {"audio": (samples[::-1].copy(), _RATE), "events": [], "key": "other"}
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        _files()
        given = {"audio": (samples, _RATE), "events": events}
        aug = augkit.Pipeline([*steps, _step(name, fields)], {"audio": "audio", "events": "events"}, seed=7)
        out = aug(**given, key="a", partners=[other])
        before = augkit.Pipeline(steps, {"audio": "audio", "events": "events"}, seed=7)(**given, key="a")
    return _heard(before), _heard(out)


def _files() -> None:
    noise = np.random.default_rng(1).standard_normal(3 * _RATE)
    hum = 0.2 * np.sin(2 * np.pi * 120 * np.arange(3 * _RATE) / _RATE) + 0.05 * np.cumsum(noise) / 50
    tail = noise[: _RATE // 2] * np.exp(-np.arange(_RATE // 2) / 1600)
    for place, sound in (("noises/street.wav", hum), ("responses/hall.wav", tail)):
        Path(place).parent.mkdir()
        soundfile.write(place, 0.5 * sound / np.abs(sound).max(), _RATE)


def _heard(sample: Mapping[str, Any]) -> Image.Image:
    """The spectrum over the wave, 120 pixels a second, and events on both; what is no wave any more, its values."""
    audio = sample["audio"]
    if isinstance(audio, Mapping):
        values = Spectrogram(**audio)
        seconds, levels, wave = values.samples / values.rate, shades(values)[..., 0], None
    else:
        wave, rate = np.atleast_2d(audio[0])[0], audio[1]
        seconds, levels = len(wave) / rate, _same_scale(spectrogram(wave, rate)[..., 0], rate)
    width, height = max(round(120 * seconds), 1), 96
    picture = Image.new("RGB", (width, height + (36 if wave is not None else 0)), "white")
    picture.paste(Image.fromarray(levels).resize((width, height), Image.Resampling.BILINEAR), (0, 0))
    pen = ImageDraw.Draw(picture, "RGBA")
    if wave is not None:
        for x, part in enumerate(np.array_split(wave, width)):
            low, high = (height + 18 - 17 * float(np.clip(edge, -1, 1)) for edge in (part.max(), part.min()))
            pen.line((x, low, x, high), fill="#606060")
    for event in sample["events"]:
        colour = _COLOURS[event["label"]]
        pen.rectangle(
            (120 * event["onset"], 0, 120 * event["offset"], picture.height - 1), outline=colour, fill=f"{colour}22"
        )
    return picture


def _same_scale(levels: np.ndarray, rate: int) -> np.ndarray:
    """0 to 8 kHz, whatever the rate: what a lower rate cannot hold is white."""
    rows = round(len(levels) * _RATE / rate)
    return np.pad(levels, ((max(rows - len(levels), 0), 0), (0, 0)), constant_values=255)[-rows:]


def front() -> Image.Image:
    """The picture of README.md: the cat and five draws of a recipe."""
    step = step_from
    aug = augkit.Pipeline(
        [
            step("image/hflip", {"p": 0.5}),
            step("image/affine", {"degrees": [-25, 25]}),
            step("image/elastic", {"alpha": [0, 0.03]}),
            step("image/color_jitter", {"hue": [-0.08, 0.08]}),
            step("image/erase", {"p": 0.3, "fill": "mean"}),
        ],
        sample={field: _KINDS[field] for field in ("image", "boxes", "points", "outline")},
        seed=3,
    )
    given = {field: _photos()[0][field] for field in ("image", "boxes", "points", "outline")}
    cards = [_annotated(given), *(_annotated(aug(**given, key="cat.jpg", epoch=epoch)) for epoch in range(5))]
    w, h = _SIDE[::-1]
    canvas = Image.new("RGBA", (3 * w + 2 * _GAP, 2 * h + _GAP))
    for n, card in enumerate(cards):
        canvas.paste(card, ((n % 3) * (w + _GAP), n // 3 * (h + _GAP)))
    return canvas


def main(names: list[str]) -> None:
    """Draw the pictures of these steps, or all."""
    PICTURES.mkdir(exist_ok=True)
    for name, fields in shown().items():
        if not names or name in names:
            drawn(name, fields).save(place_of(name), quality=72, method=6)
    if not names:
        (PICTURES.parents[1] / "pictures").mkdir(exist_ok=True)
        front().save(PICTURES.parents[1] / "pictures/front.webp", quality=80, method=6)


if __name__ == "__main__":
    main(sys.argv[1:])
