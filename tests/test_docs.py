"""What README.md and docs/ show: recipes and Python are run, messages are compared, links are followed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from PIL import Image

import augkit
from augkit import steps, testing
from augkit.cli import HEADINGS, main
from augkit.data import open_recipe
from augkit.errors import AugkitError
from augkit.sample import Target
from augkit.transform import Params, Transform
from augkit.vocab.space import Keypoints
from tests.plugins.audio.laid_out import lay_out

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))]
STEPS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/steps").glob("*.md"))
_FENCED = re.compile(r"^```(\w*)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEAD = "source: {image_folder: {root: photos}}\nsample: {image: image, label: label}\n"


class Block(NamedTuple):
    """A piece of code on a page, at the line where it begins. One with a ``name`` (a file's) is no example by itself:
    the page's own test uses it.
    """

    page: str
    line: int
    language: str
    text: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str, language: str | None = None) -> list[Block]:
    whole = (ROOT / page).read_text(encoding="utf-8")
    found = [
        Block(page, whole.count("\n", 0, match.start()) + 2, match[1], match[3], match[2] or "")
        for match in _FENCED.finditer(whole)
    ]
    return [block for block in found if language in (None, block.language) and not block.name]


def named_blocks(page: str) -> dict[str, str]:
    """What a page shows under a name."""
    whole = (ROOT / page).read_text(encoding="utf-8")
    return {match[2]: match[3] for match in _FENCED.finditer(whole) if match[2]}


def every(language: str) -> list[Any]:
    return [pytest.param(block, id=str(block)) for page in PAGES for block in blocks(page, language)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds all data which the pages name, tiny; it is the working directory."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0)

    def picture(name: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise.integers(0, 256, (64, 80, 3), dtype=np.uint8)).save(path)

    for number in range(3):
        picture(f"photos/left/{number}.jpg")
        picture(f"photos/right/{number}.jpg")
        picture(f"images/{number}.png")
    _sounds(tmp_path)
    (tmp_path / "reviews.jsonl").write_text("".join(f"{json.dumps(_review(number))}\n" for number in range(4)))
    (tmp_path / "train-v2.0.json").write_text(json.dumps(_squad()))
    (tmp_path / "instances.json").write_text(json.dumps(_coco()))
    [table] = [block.text for block in blocks("docs/recipes.md", "") if block.text.startswith("image,")]
    (tmp_path / "labels.csv").write_text(table)
    [table] = [block.text for block in blocks("docs/sound.md", "") if block.text.startswith("audio,")]
    (tmp_path / "sounds.csv").write_text(table)
    (tmp_path / "sounds").mkdir()
    for number in range(2):
        soundfile.write(tmp_path / f"sounds/{number}.wav", noise.uniform(-0.5, 0.5, 8000), 8000)
    lay_out(tmp_path)
    return tmp_path


def _sounds(place: Path) -> None:
    noise = np.random.default_rng(0).standard_normal(4000) * 0.1
    for name in ("a.wav", "b.wav", "c.wav", "noises/street.wav", "responses/hall.wav"):
        (place / name).parent.mkdir(exist_ok=True)
        soundfile.write(place / name, noise, 8000)
    for name in ("low", "high"):
        (place / "clips" / name).mkdir(parents=True)
        for number in range(4):
            soundfile.write(place / "clips" / name / f"{number}.wav", noise, 8000)
    events = [{"onset": 0.1, "offset": 0.2, "label": "click"}]
    rows = [json.dumps({"audio": f"{name}.wav", "events": events}) for name in "abc"]
    (place / "clips.jsonl").write_text("\n".join(rows))
    (place / "noises.jsonl").write_text(json.dumps({"audio": "noises/street.wav", "events": events}))


def _review(number: int) -> dict[str, Any]:
    spans = [{"start": 0, "end": 3, "label": "PER", "text": "Ada"}]
    return {"id": f"r{number}", "text": "Ada did not like the big film.", "entities": spans, "mood": "bad"}


def _squad() -> dict[str, Any]:
    contexts = ["Ada lived in London.", "Emmy lived in Erlangen.", "Sofja lived in Stockholm."]
    paragraphs = []
    for number, context in enumerate(contexts):
        answers = [{"text": context[: context.index(" ")], "answer_start": 0}]
        asked = [{"id": f"q{number}", "question": "Who lived there?", "answers": answers}]
        paragraphs.append({"context": context, "qas": asked})
    return {"data": [{"title": "places", "paragraphs": paragraphs}]}


def _coco() -> dict[str, Any]:
    names = [f"{side}/{number}.jpg" for side in ("left", "right") for number in range(3)]
    images = [{"id": n, "file_name": name, "height": 64, "width": 80} for n, name in enumerate(names)]
    outline = [10, 10, 50, 10, 50, 40, 10, 40]
    common = {"category_id": 1, "bbox": [10, 10, 40, 30], "segmentation": [outline], "area": 1200, "iscrowd": 0}
    objects = [{"id": n, "image_id": n, **common} for n in range(len(names))]
    return {"images": images, "categories": [{"id": 1, "name": "cup"}], "annotations": objects}


def first_recipe() -> str:
    """The one in the README that the text below it speaks of."""
    return blocks("README.md", "yaml")[0].text


def check(recipe: str) -> tuple[int, str]:
    """What ``augkit check`` says: its exit code, its words."""
    shown = CliRunner().invoke(main, ["check", recipe])
    return shown.exit_code, shown.output


def recipes_in(text: str) -> Iterator[str]:
    """A whole recipe as it is; of a part, a recipe that has it; of alternatives, one each."""
    if text.startswith(("plan:", "  - ")):
        put = "steps:\n{}\n" if text.startswith(" ") else "steps: [hflip]\n{}\n"
        yield from (f"augkit: 1\n{_HEAD}{put.format(line)}" for line in text.splitlines())
        return
    head = "" if "source:" in text else _HEAD
    version = "" if "augkit: 1" in text else "augkit: 1\n"
    yield f"{version}{head}{text}" + ("" if "steps:" in text else "steps: [hflip]\n")


@pytest.mark.parametrize("block", every("yaml"))
def test_a_recipe_runs(block: Block, place: Path) -> None:
    for text in recipes_in(block.text):
        written = place / "photos.yaml"
        written.write_text(text)
        data = open_recipe(written).dataset("train")
        assert len(data) > 0
        for number in range(min(2, len(data))):
            assert data[number]


def test_a_wrong_recipe_is_not_taken(place: Path) -> None:
    """What proves the recipes would catch one that has grown old."""
    [text] = recipes_in("  - rotat: {degrees: 5}\n")
    (place / "photos.yaml").write_text(text)
    with pytest.raises(AugkitError, match="rotat"):
        open_recipe(place / "photos.yaml")


class Polygons(Target):
    """Stands for a kind of a stranger's, so that no kernel of ours is replaced."""


class Claps(Target):
    """Stands for a kind of a stranger's that lies in time."""


class Drops(Params):
    """Stands for a stranger's Params."""


def names_for(page: str) -> dict[str, Any]:
    """What a reader of the page has at hand: data, and imports that the page has made before or leaves out."""
    picture = np.zeros((32, 40, 3), np.uint8)
    boxes = np.array([[2.0, 3.0, 20.0, 25.0]])
    mine = [(picture, "left"), (picture, "right")] if page == "docs/python.md" else _Mine(picture, boxes)
    return {
        "augkit": augkit,
        "steps": steps,
        "testing": testing,
        "torch": pytest.importorskip("torch"),
        "img": picture,
        "other": picture,
        "mask": np.zeros((32, 40), np.uint8),
        "b": boxes,
        "boxes": boxes,
        "names": ["cup"],
        "mine": mine,
        "others": [(picture, boxes, f"{number}.jpg") for number in range(4)],
        "Polygon": Keypoints,
        "Transform": Transform,
        "Drops": Drops,
        "Claps": Claps,
        "Size": augkit.Size,
        "Volume": Polygons,
        "__name__": __name__,
    }


class _Mine:
    def __init__(self, picture: np.ndarray, boxes: np.ndarray) -> None:
        self.item = {"image": picture, "mask": np.zeros((32, 40), np.uint8), "boxes": boxes}

    def __len__(self) -> int:
        return 2

    def __getitem__(self, number: int) -> dict[str, Any]:
        return dict(self.item)


@pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning")  # fewer cores than the page's workers
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_python_runs_from_the_top_of_a_page_to_its_end(page: str, place: Path) -> None:
    (place / "photos.yaml").write_text(first_recipe())
    names = names_for(page)
    for block in blocks(page, "python"):
        if 'all_steps("acme")' in block.text:  # a plugin that is not there is told, not passed over
            with pytest.raises(ValueError, match="no steps to prove laws on"):
                exec(compile(block.text, str(block), "exec"), names)
            continue
        if "Your own Dataset" in _section(block) and page == "docs/python.md":
            names["aug"] = augkit.Pipeline([steps.hflip()], sample={"image": "image", "label": "label"})
        exec(compile(block.text, str(block), "exec"), names)


def _section(block: Block) -> str:
    before = (ROOT / block.page).read_text(encoding="utf-8").splitlines()[: block.line]
    return next((line for line in reversed(before) if line.startswith("## ")), "")


def test_a_wrong_recipe_is_told_as_the_readme_says(place: Path) -> None:
    recipe = first_recipe()
    [told] = [block.text for block in blocks("README.md", "") if block.text.startswith("photos.yaml:")]
    (place / "photos.yaml").write_text(
        recipe.replace("- rotate:", "- rotat:").replace("contrast: [0.8, 1.2]", "contrast: -1")
    )
    assert check("photos.yaml") == (2, told)


@pytest.mark.parametrize("step", ["hflip: {p: 0.5}", "vflip", "transpose", "albumentations: {name: HorizontalFlip}"])
def test_what_mirrors_is_refused_as_the_readme_says(step: str, place: Path) -> None:
    recipe = first_recipe()
    (place / "photos.yaml").write_text(recipe.replace("split:", f"  - {step}\nsplit:"))
    code, told = check("photos.yaml")
    assert code == 2
    assert "handedness" in told and "ways out" in told


def test_a_clash_is_told_as_the_page_says(place: Path) -> None:
    [told] = [block.text for block in blocks("docs/recipes.md", "") if block.text.startswith("recipe.yaml:")]
    (place / "recipe.yaml").write_text(
        "augkit: 1\nseed: 7\nsource: {demo: digits}\nsample: {image: image, digit: {label: {sensitive_to: "
        "[handedness]}}}\nsteps:\n  - rotate: {degrees: 5}\n  - hflip: {p: 0.5}\n"
    )
    code, said = check("recipe.yaml")
    assert code == 2
    assert said.startswith(told.strip().removesuffix(" …"))


def test_the_commands_are_those_that_there_are() -> None:
    listed = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Commands")[2].partition("Exit codes")[0]
    named = {word.strip("`").split()[0] for word in re.findall(r"`[^`]+`", listed.replace("`augkit ", "`"))}
    assert named == {name for commands in HEADINGS.values() for name in commands}


@pytest.mark.parametrize("page", [*PAGES, *STEPS, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:")):
            continue
        file, _, anchor = target.partition("#")
        found = (ROOT / page).parent / file if file else ROOT / page
        assert found.exists(), target
        if anchor:
            assert anchor in _anchors(found.read_text(encoding="utf-8")), target


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", _FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
