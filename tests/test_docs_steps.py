"""docs/steps.md and docs/steps/ say what the steps say of themselves."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from augkit.build import COMBINERS, step_from
from augkit.errors import MissingDependency
from augkit.fields import fields_of
from augkit.plugins import catalogue
from augkit.transform import RESERVED

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def written():
    """The pages as the tool writes them now, by their place in docs/."""
    try:
        return runpy.run_path(str(ROOT / "docs/make_steps.py"))["pages"]()
    except MissingDependency as error:
        pytest.skip(f"not every step is installed: {error}")


def test_the_pages_are_up_to_date(written):
    stored = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs/steps").glob("*.md")} | {"steps.md"}
    assert stored == written.keys()
    old = [place for place, text in written.items() if (ROOT / "docs" / place).read_text(encoding="utf-8") != text]
    assert not old, f"{', '.join(old)}: run python docs/make_steps.py"


def test_every_step_has_its_fields_and_who_follows(written):
    for entry in (each for each in catalogue().entries("transform") if each.plugin in ("image", "audio", "text")):
        prefix, _, name = entry.name.partition("/")
        told = written[f"steps/{prefix}.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert all(f"| `{field}` |" in told for field in fields_of(entry.load())), entry.name
        assert "* follow: `" in told or "depends on `name`" in told, entry.name
    assert all(f"| `{name}` |" in written["steps.md"] for name in (*RESERVED, *COMBINERS))


UNSEEN = {
    "image/normalize": "numbers for a network",
    "image/to_tensor": "numbers for a network",
    "image/whiten": "numbers for a network, fitted to a data set",
    "image/pca": "coefficients, fitted to a data set",
    "audio/mono": "channels, which a spectrum does not show",
    "audio/channel_swap": "channels, which a spectrum does not show",
    "spectrogram/standardize": "numbers for a network, fitted to a data set",
    "spectrogram/picture": "numbers for a network",
}


@pytest.fixture(scope="module")
def pictures():
    """The tool that draws them."""
    pytest.importorskip("skimage", reason="its photographs")
    return runpy.run_path(str(ROOT / "docs/make_pictures.py"))


def test_every_step_is_seen_or_says_why_not(pictures, written):
    seen, folder = pictures["shown"](), ROOT / "docs/steps/pictures"
    ours = {each.name for each in catalogue().entries("transform") if each.plugin in ("image", "audio")}
    assert ours == seen.keys() | UNSEEN.keys() and not seen.keys() & UNSEEN.keys()
    assert {path.name for path in folder.iterdir()} == {pictures["place_of"](name).name for name in seen}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_200_000
    assert all(step_from(name, dict(fields)) for name, fields in seen.items() if "folder" not in fields)
    read = [name for name in written["steps/text.md"].split("\n## ")[1:] if "\n> " not in name]
    assert len(read) <= 5, "steps for texts without an example: those that ask a model"


def off(pictures, name, shown=None):
    """By how many levels a picture, drawn anew, is another than that in docs/, on average over blocks of 4 × 4."""
    from PIL import Image

    with Image.open(pictures["place_of"](name)) as stored:
        old = stored.convert("RGBA")
    new = pictures["drawn"](shown or name, pictures["shown"]()[shown or name])
    if old.size != new.size:
        return np.inf
    old, new = (np.asarray(each.reduce(4), float) for each in (old, new))
    return np.abs(old - new)[new[..., 3] == 255].mean()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["image/hflip", "image/rotate", "audio/reverse", "audio/shift"])
def test_a_picture_shows_what_the_step_does(pictures, name):
    assert off(pictures, name) < 2.5


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "other"), [("image/hflip", "image/gamma"), ("audio/polarity", "audio/low_pass")])
def test_a_picture_of_another_step_is_found(pictures, name, other):
    assert off(pictures, name, other) > 2.5


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_all_pictures_show_what_the_steps_do(pictures):
    old = {name: found for name in pictures["shown"]() if (found := off(pictures, name)) >= 2.5}
    assert not old, f"{old}: run python docs/make_pictures.py {' '.join(old)}"
