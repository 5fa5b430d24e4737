"""Steps of a plugin that loads well and behaves badly: the kit names each with its law; other recipes are unharmed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distributions import plugin_of_one_file

CODE = """
import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import augkit

AUGKIT_API = 1


@dataclass(frozen=True)
class Shade(augkit.Params):
    by: int


class Global(augkit.Transform[Shade]):
    def draw(self, rng, frame, content=None):
        return Shade(random.randrange(1, 200))

    def apply_image(self, image, shade):
        return replace(image, pixels=image.pixels // np.asarray(shade.by, image.pixels.dtype))


class InPlace(Global):
    def draw(self, rng, frame, content=None):
        return Shade(rng.integer(2, 200))

    def apply_image(self, image, shade):
        image.pixels[:] = image.pixels // np.asarray(shade.by, image.pixels.dtype)
        return image


class NotToBePickled(Global):
    how: Any = None

    @classmethod
    def law_examples(cls):
        return [{"how": lambda shade: shade}]

    def draw(self, rng, frame, content=None):
        return Shade(rng.integer(2, 200))


@augkit.hookimpl
def augkit_register(registry):
    for name, cls in {"global": "Global", "in_place": "InPlace", "lambda": "NotToBePickled"}.items():
        registry.transform(f"hostile/{name}", f"aa_hostile:{cls}")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    plugin_of_one_file(folder, "aa_hostile", CODE)
    return folder


def _run(site: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]), **more}
    return subprocess.run([sys.executable, *words], env=env, cwd=site, capture_output=True, text=True)


def test_the_kit_names_each_with_its_law(site: Path) -> None:
    laws = [word for law in ("L12", "L13", "L15") for word in ("--law", law)]
    done = _run(site, "-m", "augkit", "test-plugin", "aa_hostile", "--examples", "1", "--json", *laws)
    assert done.returncode == 1, done.stderr
    found = {
        each["name"]: {law["law"]: " ".join(law["failures"]) for law in each["laws"] if law["failures"]}
        for each in json.loads(done.stdout)["names"]
    }
    assert "the output is another" in found["hostile/global"]["L12"]
    assert "input" in found["hostile/in_place"]["L13"]
    assert "pickle" in found["hostile/lambda"]["L15"]


def test_recipes_of_others_draw_as_without_it(site: Path) -> None:
    code = (
        "import numpy as np, augkit; from augkit import steps\n"
        "aug = augkit.Pipeline([steps.hflip(p=0.5), steps.rotate()], {'image': 'image'})\n"
        "image = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)\n"
        "print([aug(image=image, key=str(k))['image'].sum().item() for k in range(8)])"
    )
    beside, alone = _run(site, "-c", code), _run(site, "-c", code, AUGKIT_NO_PLUGINS="aa_hostile")
    assert beside.returncode == 0, beside.stderr
    assert beside.stdout == alone.stdout
