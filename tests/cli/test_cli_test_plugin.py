"""``augkit test-plugin``: a plugin that is wrong by a pixel, and plugins in which there is nothing to prove."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distributions import plugin_of_one_file

CROOKED = """
import augkit
from augkit.vocab.space import Affine2D, Boxes

AUGKIT_API = 1

class Mirrored(Affine2D):
    pass

class Mirror(augkit.Transform[Mirrored]):
    changes = {"handedness"}

    def draw(self, rng, frame, content=None):
        flip = Affine2D.hflip(frame["space"])
        return Mirrored(flip.matrix, flip.size_in, flip.size_out)

@augkit.moves(Mirrored, Boxes)
def boxes_stay(boxes, params):
    return boxes

@augkit.hookimpl
def augkit_register(registry):
    registry.transform("crooked/mirror", "crooked:Mirror")
    registry.target("ghost", "crooked:Ghost")
"""
EMPTY = """
import augkit

AUGKIT_API = 1

@augkit.hookimpl
def augkit_register(registry):
    pass
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name, code in (("crooked", CROOKED), ("empty", EMPTY)):
        plugin_of_one_file(folder, name, code)
    return folder


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "augkit", "test-plugin", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_broken_law_is_named_with_what_shows_it(site: Path) -> None:
    done = run(site, "crooked", "--law", "L3", "--law", "L4")
    assert done.returncode == 1
    assert "target ghost: cannot be had: plugin 'crooked' registers 'ghost'" in done.stdout
    assert "1 laws hold, 0 do not apply, 1 BROKEN\n  L4   BROKEN" in done.stdout
    assert "its mask" in done.stdout or "box" in done.stdout


def test_as_json(site: Path) -> None:
    told = json.loads(run(site, "crooked", "--law", "L4", "--json").stdout)
    [step] = [name for name in told["names"] if name["role"] == "transform"]
    assert (told["plugin"], step["ok"], step["laws"][0]["law"]) == ("crooked", False, "L4")


def test_a_plugin_that_is_right() -> None:
    done = run(Path(), "text", "--law", "L16")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].endswith("steps") and not done.stdout.endswith("\n0 checks")


@pytest.mark.parametrize(
    ("name", "said"),
    [("empty", "registers nothing"), ("imgae", "Did you mean 'image'?"), ("image --law L99", "unknown law 'L99'")],
)
def test_nothing_to_prove_is_refused(site: Path, name: str, said: str) -> None:
    done = run(site, *name.split())
    assert done.returncode == 2
    assert said in done.stderr
