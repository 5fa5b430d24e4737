"""``augkit preview``: one file, nothing loaded from elsewhere, everything drawn over the pictures."""

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from augkit.fields import Size
from augkit.report.drawn import in_words, said
from augkit.report.palette import Palette
from augkit.report.pictures import pictures
from augkit.report.png import png
from augkit.report.sounds import sounds
from augkit.report.texts import texts
from augkit.trace import TraceEntry
from augkit.transform import Params
from augkit.vocab.space import Affine2D, Boxes, Erase, Homography, Image, Keypoints, Mask
from augkit.vocab.text import Edits, Spans, Text
from augkit.vocab.timeline import Audio, Events, TimeMap
from tests.cli.conftest import Run

SHAPES = """augkit: 1
source: {demo: {name: shapes, count: 6, size: 64}}
sample: {image: image, mask: mask, boxes: boxes, keypoints: keypoints}
steps:
  - rotate: {degrees: [-30, 30]}
  - brightness: {factor: 1.2, off_last: 1}
train: {backbone: pkg/efficientnet_lite0, epochs: 2}
"""


class Tags(HTMLParser):
    """Every tag that is opened is closed; which tags and addresses there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "srcset")]
        if tag not in ("meta", "img", "input", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag


def test_a_page_that_needs_nothing_else(run: Run) -> None:
    Path("r.yaml").write_text(SHAPES, encoding="utf-8")
    result = run("preview", "r.yaml", "-o", "out/p.html", "--samples", "2", "--draws", "3")
    assert result.exit_code == 0, result.output
    html = Path("out/p.html").read_text(encoding="utf-8")
    tags = Tags(html)
    assert tags.addresses and all(address.startswith("data:image/png;base64,") for address in tags.addresses)
    assert "script" not in tags.seen and "link" not in tags.seen and "url(" not in html
    assert html.count('class="card') == 2 * (1 + 1 + 3)
    assert html.count("<b>rotate</b>") == 6 and len(set(re.findall(r"<b>rotate</b> (-?[\d.]+)°", html))) > 4
    assert "skipped: off_last: 1" in html and "key shapes/0000, epoch 2, copy 0" in html
    assert html.count('class="mask semantic"') == html.count('class="image"') == 10
    assert 'class="box"' in html and 'class="dot' in html


def test_the_same_page_twice(run: Run) -> None:
    Path("r.yaml").write_text(SHAPES, encoding="utf-8")
    for name in ("a.html", "b.html"):
        run("preview", "r.yaml", "-o", name, "--samples", "1", "--draws", "2")
    assert Path("a.html").read_bytes() == Path("b.html").read_bytes()


def test_a_sample_that_cannot_be_read_is_shown_as_its_error(run: Run, photos: Path) -> None:
    (photos / "cat" / "0.png").write_bytes(b"nothing")
    Path("r.yaml").write_text(
        "augkit: 1\nsource: {image_folder: photos}\nsample: {image: image, label: label}\n"
        "steps: [hflip]\nsplit: {val: 0}\n",
        encoding="utf-8",
    )
    result = run("preview", "r.yaml", "--samples", "12", "--draws", "1")
    assert result.exit_code == 1 and "0.png" in result.stderr
    html = Path("preview.html").read_text(encoding="utf-8")
    assert html.count('<p class="problem">') == 1 and "label: dog" in html


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_is_what_pillow_reads(channels: int) -> None:
    pixels = np.random.default_rng(channels).integers(0, 256, (7, 5, channels), dtype=np.uint8)
    read = np.asarray(Pillow.open(io.BytesIO(png(pixels))))
    assert (read.reshape(pixels.shape) == pixels).all()


def test_annotations_stand_where_they_are() -> None:
    targets = {
        "image": Image(np.zeros((20, 40, 3), np.uint8)),
        "mask": Mask(np.array([[0, 1, 255, 2]] * 2, np.uint8).repeat(10, 0).repeat(10, 1)),
        "boxes": Boxes(np.array([[10.0, 5.0, 30.0, 15.0]]), {"label": ["<cat>"]}),
        "points": Keypoints(np.array([[20.0, 10.0], [0.0, 0.0]]), np.array([1, 0])),
    }
    html = pictures(targets, None, Palette())
    assert 'style="left:25.00%;top:25.00%;width:50.00%;height:50.00%' in html and "&lt;cat&gt;" in html
    assert 'class="dot" style="left:50.00%;top:50.00%' in html and 'class="dot hidden" style="left:0.00%' in html
    layers = re.findall(r"base64,([^\"]+)", html)
    mask = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(layers[1]))))
    assert (mask[:, :10, 3] == 0).all() and (mask[:, 10:20, 3] == 150).all()
    assert len(np.unique(mask[:, 20:30].reshape(-1, 4), axis=0)) == 2, "what is to be ignored is hatched"
    assert (mask[0, 15] != mask[0, 35]).any()


def test_large_pictures_are_reduced_by_means() -> None:
    pixels = np.zeros((1000, 2000, 1), np.uint8)
    pixels[:, 1000:] = 200
    html = pictures({"image": Image(pixels)}, None, Palette())
    found = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(re.findall(r"base64,([^\"]+)", html)[0]))))
    assert max(found.shape) == 400 and sorted(np.unique(found)) == [0, 200]


def test_sounds_and_texts() -> None:
    clip = Audio(np.sin(np.arange(8000, dtype=np.float32))[None], 8000)
    events = Events(np.array([0.25]), np.array([0.75]), {"label": ["bark"]})
    html = sounds({"clip": clip, "events": events}, Palette())
    assert "left:25.00%;width:50.00%" in html and ">bark</b></i>" in html and "<path d=" in html
    text = texts({"text": Text("a <b> c"), "spans": Spans((2,), (5,), {"label": ["X"]})}, Palette())
    assert re.search(r'a <mark [^>]*title="X">&lt;b&gt;<small>X</small></mark> c', text)
    nested = Spans((0, 2), (5, 5), {"label": ["ORG", "<LOC>"]})
    text = re.sub(r" style=[^>]*", "", texts({"text": Text("a big c"), "spans": nested}, Palette()))
    assert "<mark>a </mark><mark>big<small>&lt;LOC&gt;</small><small>ORG</small></mark> c" in text


HERE = Size(100, 200)
WORDS = [
    (Affine2D.about_centre(Size(100, 100), shear_degrees=(-8, 0)), "sheared 8.0°"),
    (Affine2D.about_centre(Size(100, 100), 10, (1.2, 1.2), (5, 0)), "10.0° sheared -5.0° × 1.20"),
    (Affine2D.hflip(HERE), ""),
    (Affine2D.identity(HERE), ""),
    (Affine2D.about_centre(HERE, 7.3), "7.3°"),
    (Affine2D.about_centre(HERE, -90, (1.1, 1.1), translate=(3, -2)), "-90.0° × 1.10 by (3, -2) px"),
    (Affine2D.resize(HERE, Size(50, 50)), "200 × 100 → 50 × 50"),
    (Affine2D.window(HERE, 10, 20, Size(30, 40)), "40 × 30 px at (20, 10)"),
    (Homography(((1, 0, 0), (0, 1, 0), (0.001, 0, 1)), HERE, HERE), "corners by up to 37 px"),
    (Erase(((0, 0, 5, 5),)), "1 rectangle"),
    (TimeMap.stretch((16000, 8000), 1.25, 12800), "× 1.25"),
    (Edits(5, ((0, 1, "x"),)), "0:1 → 'x'"),
]


@pytest.mark.parametrize(("params", "words"), WORDS)
def test_what_was_drawn_in_words(params: Params, words: str) -> None:
    assert in_words(params.log()) == words


def test_what_was_drawn_by_anybody() -> None:
    assert in_words({"sigma": 1.23456, "subseed": 123}) == "sigma 1.23"
    assert in_words({"rate": 22050, "hz": 12345.6, "n_fft": 552}) == "rate 22050, hz 12346, n_fft 552"
    assert in_words({"share": 0.337, "partners": ["cat/7.png"]}) == "34% with cat/7.png"
    assert in_words({"picks": [0.1, 0.2], "partners": ["a"], "classes": None}) == "2 objects with a"
    assert in_words({"centre": [3, 4], "partners": ["a", "b", "c"]}) == "with a, b, c"
    assert in_words({"ops": [["hue", 0.01234], ["grayscale", None]]}) == "hue 0.012, grayscale"
    assert said(TraceEntry("image/hflip", "image/hflip", skipped="off_last: 2")) == ("hflip", "skipped: off_last: 2")
    assert said(TraceEntry("mine", "image/gain", {"db": -3.0}, strength=0.5)) == ("mine", "db -3 (strength 0.5)")


def test_a_problem_of_every_draw_is_told_once(run: Run) -> None:
    Path("r.yaml").write_text(
        "augkit: 1\nsource: {demo: digits}\nsample: {image: image}\nsteps: [random_crop: {size: 99}]\n"
    )
    told = run("preview", "r.yaml", "--samples", "1", "--draws", "4").stderr.splitlines()
    assert len(told) == 2  # of validation, and of training
