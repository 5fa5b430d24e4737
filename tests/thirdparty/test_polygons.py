"""A stranger's package, built and installed as one: found, used, checked, and unharmed by a broken neighbour."""

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distributions import plugin_of_one_file

SOURCE = Path(__file__).parent / "augkit_polygons"


def run(*command, cwd=None, path=()):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd, env=env, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which the wheel was installed; its metadata are found wherever the folder is on the path."""
    folder = tmp_path_factory.mktemp("polygons")
    shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, folder / "source")
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = folder.glob("*.whl")
    target = folder / "site"
    pip = ["-m", "pip", "install", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", target, wheel]
    done = run(sys.executable, *pip)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture
def neighbours(tmp_path):
    """Two plugins more: one breaks while it is imported, one moves space in a way that polygons have not heard of."""
    plugin_of_one_file(tmp_path, "shattered", "raise RuntimeError('no such GPU')")
    plugin_of_one_file(tmp_path, "swirls", SWIRLS)
    return tmp_path


SWIRLS = """
from dataclasses import dataclass
import augkit

AUGKIT_API = 1

@dataclass(frozen=True)
class Swirl(augkit.Params):
    axes = augkit.SPACE

class Twist(augkit.Transform[Swirl]):
    def draw(self, rng, frame, content=None):
        return Swirl()

    def apply_image(self, image, params):
        return image

@augkit.hookimpl
def augkit_register(registry):
    registry.transform("swirls/twist", "swirls:Twist")
"""


def ask(code, *path):
    done = run(sys.executable, "-W", "error", "-c", code, path=path)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_command_line_lists_it(installed):
    done = run(sys.executable, "-m", "augkit", "plugins", "--json", path=[installed])
    assert done.returncode == 0, done.stderr
    [info] = [info for info in json.loads(done.stdout) if info["name"] == "polygons"]
    assert (info["status"], info["distribution"], info["version"]) == ("loaded", "augkit-polygons", "0.1.0")
    assert info["names"] == ["polygon", "polygons/shear"]


MOVE = """
import json
import numpy as np
import augkit
from augkit import steps

image, outline = np.zeros((40, 60, 3), np.uint8), [[10, 10], [30, 10], [30, 20]]
sample = {"image": "image", "outline": "polygon"}
done = {}
for step in (steps.hflip(), steps.rotate(degrees=90), steps.shear(degrees=45), steps.polygons.shear(degrees=-45),
             steps.image.crop(size=[20, 30], top=5, left=7), steps.shear(strength=0)):
    aug = augkit.Pipeline([step], sample=sample)
    out, trace = aug.traced(image=image, outline=outline, key="a")
    again = aug.replay(augkit.Trace.from_json(trace.to_json()), image=image, outline=outline)
    assert (again["outline"] == out["outline"]).all()
    done[f"{step.name} {getattr(step.transform, 'degrees', '')}"] = out["outline"].round(6).tolist()
print(json.dumps(list(done.values())))
"""


def test_it_moves_with_its_picture(installed):
    centre, (x, y) = (30, 20), ([10, 30, 30], [10, 10, 20])
    flipped, turned, sheared, back, cropped = ask(MOVE, installed)[:5]
    assert flipped == [[60 - a, b] for a, b in zip(x, y, strict=True)]
    assert turned == [[centre[0] + (b - 20), centre[1] - (a - 30)] for a, b in zip(x, y, strict=True)]
    assert sheared == [[a + (b - 20), b] for a, b in zip(x, y, strict=True)]
    assert back == [[a - (b - 20), b] for a, b in zip(x, y, strict=True)]
    assert cropped == [[a - 7, b - 5] for a, b in zip(x, y, strict=True)]


def test_zero_strength_leaves_it(installed):
    assert ask(MOVE, installed)[-1] == [[10, 10], [30, 10], [30, 20]]


RECIPE = """
import json, sys
import numpy as np
import augkit
from pathlib import Path

Path(sys.argv[1]).write_text('''
augkit: 1
seed: 3
sample: {image: image, outline: polygon}
steps:
  - hflip
  - shear: {degrees: 45}
  - erase: {count: 1, size: 0.9, policy: ignore}
''')
aug = augkit.load(sys.argv[1])
out = aug(image=np.zeros((40, 60, 3), np.uint8), outline=[[20, 15], [40, 15], [30, 25]], key="a")
print(json.dumps(out["outline"].tolist()))
"""


def test_a_recipe_names_it_and_erasing_follows_its_policy(installed, tmp_path):
    done = run(sys.executable, "-c", RECIPE, tmp_path / "recipe.yaml", path=[installed])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


POLICY = """
import json
import numpy as np
import augkit
from augkit import steps

image, outline = np.zeros((40, 60, 3), np.uint8), [[10, 10], [30, 10], [30, 30]]
read = lambda steps: augkit.load({"augkit": 1, "sample": {"image": "image", "outline": "polygon"}, "steps": steps})
aug = read([{"rand_augment": {"n": 1, "magnitude": 0.5, "steps": ["shear", "rotate"]}}])
moved, names = [], []
for key in range(40):
    out, trace = aug.traced(image=image, outline=outline, key=str(key))
    [(name, _, params)] = trace.steps
    names.append(name)
    if name == "polygons/shear":
        moved.append(round(float(out["outline"][2][0]), 6))
print(json.dumps([sorted(set(names)), sorted(set(moved)), [step.id for step in steps.usual_steps("image")]]))
"""


def test_its_step_takes_part_in_policies_at_the_magnitude_it_states(installed):
    names, moved, usual = ask(POLICY, installed)
    assert names == ["image/rotate", "polygons/shear"]
    tilt = 10 * math.tan(math.radians(0.5 * 40))
    assert moved == pytest.approx([30 - tilt, 30 + tilt])
    assert "polygons/shear" not in usual


REFUSED = """
import json
import augkit
from augkit import steps

said = []
for step in ("twist", "twits", "shater"):
    try:
        augkit.Pipeline([getattr(steps, step)()], sample={"image": "image", "outline": "polygon"})
    except (augkit.AugkitError, AttributeError) as error:
        said.append(str(error))
print(json.dumps(said))
"""


def test_what_it_cannot_follow_is_refused_before_any_data_are_read(installed, neighbours):
    twist, misspelt, _ = ask(REFUSED, installed, neighbours)
    assert "a target of kind 'polygon' ('outline') has no rule to follow Swirl, so it would be left behind" in twist
    assert "Did you mean 'twist'?" in misspelt


def test_a_broken_neighbour_is_reported_and_skipped(installed, neighbours):
    listed = run(sys.executable, "-m", "augkit", "plugins", path=[installed, neighbours])
    assert listed.returncode == 1
    assert "shattered  shattered  from shattered 1.0\n  failed: RuntimeError: no such GPU" in listed.stdout
    assert ask(MOVE, installed, neighbours)[0] == ask(MOVE, installed)[0]
    unknown = ask(REFUSED, installed, neighbours)[2]
    assert "Plugins that failed to load may have it (shattered: RuntimeError: no such GPU)" in unknown


LAWS = """
import dataclasses, json
import augkit
from augkit import steps, testing
from augkit.vocab.space import PlanarMap
from augkit_polygons import Polygon

said = []
def judge(step):
    try:
        said.append(testing.assert_targets_agree(step, lambda xy, size: Polygon(xy), lambda polygon: polygon.xy))
    except testing.LawBroken as broken:
        said.append(str(broken))

report = testing.check(steps.shear(), examples=3)
said.append([str(outcome) for outcome in report.broken])
judge(steps.hflip())
judge(steps.shear())

@augkit.moves(PlanarMap, Polygon)
def one_pixel_off(polygon, planar):
    return dataclasses.replace(polygon, xy=planar.points(polygon.xy) - [1, 0])

judge(steps.hflip())
print(json.dumps(said))
"""


def test_the_laws_hold_and_catch_a_kernel_that_is_a_pixel_off(installed):
    broken, flipped, sheared, wrong = ask(LAWS, installed)
    assert broken == []
    assert flipped > 10 and sheared > 10
    assert wrong.startswith("polygon: a point is at ") and ", 1.00 px away" in wrong
