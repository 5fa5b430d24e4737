"""Ten hostile plugins side by side: each is named, and the recipes of the others run as without them."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from textwrap import indent

import pytest

from augkit.aside import prints_aside
from tests.distributions import plugin_of_one_file

SHADE = "    registry.transform('{0}/shade', 'aa_{0}_steps:Shade')\n"
HEAD = "import augkit\nAUGKIT_API = 1\n@augkit.hookimpl\ndef augkit_register(registry):\n"
LOUD = (
    "import os, sys\nprint('loud')\nos.write(1, b'loud\\n')\nos.system('echo loud')\nsys.__stdout__.write('loud\\n')\n"
)
GLOBAL = "import random\nimport numpy\nrandom.seed(1)\nnumpy.random.seed(1)\n"
STEP = """
import random
from dataclasses import dataclass, replace
import numpy as np
import augkit

@dataclass(frozen=True)
class By(augkit.Params):
    by: int

class Shade(augkit.Transform[By]):
    '''Darken.'''
    def draw(self, rng, frame, content=None):
        return By({drawn})
    def apply_image(self, image, drawn):
        {applied}
"""
HALVED = "return replace(image, pixels=image.pixels // np.uint8(drawn.by))"

PLUGINS = {
    "imports": "import there_is_no_such_module\n" + HEAD + SHADE,
    "exits": "raise SystemExit('bye')\n" + HEAD + SHADE,
    "half": HEAD + SHADE + "    raise ValueError('half way')\n",
    "clash": HEAD + SHADE + "    registry.transform('image/hflip', 'aa_clash_steps:Shade')\n",
    "newer": HEAD.replace("= 1", "= 2") + SHADE,
    "pickled": HEAD + SHADE,
    "random": GLOBAL + HEAD + SHADE,
    "mutates": HEAD + SHADE,
    "hangs": "import os, time\ntime.sleep(float(os.environ['HANGS']))\n" + HEAD + SHADE,
    "prints": LOUD + HEAD + SHADE,
}
STEPS = {
    "pickled": f"def local():\n{indent(STEP.format(drawn='2', applied=HALVED), ' ')}\n return Shade\nShade = local()\n",
    "random": GLOBAL + STEP.format(drawn="random.randrange(1, 200)", applied=HALVED),
    "mutates": STEP.format(drawn="2", applied="image.pixels[:] = 0; return image"),
    "hangs": STEP.format(drawn="2", applied=HALVED),
    "prints": LOUD + STEP.format(drawn="2", applied=HALVED),
}
FAILED = {
    "aa_imports": "No module named 'there_is_no_such_module'",
    "aa_exits": "SystemExit: bye",
    "aa_half": "ValueError: half way",
    "aa_clash": "the transform 'image/hflip', which 'image' has",
    "aa_newer": "is for augkit API 2, this augkit has 1: update augkit",
}
OTHERS = """
import hashlib, sys
import numpy as np
import augkit
image = (np.arange(768) % 251).astype(np.uint8).reshape(16, 16, 3)
sound = (np.sin(np.arange(4000) / 9).astype(np.float32), 8000)
ours = {
    "image": (image, ["hflip", {"rotate": {"degrees": [-20, 20]}}, {"gaussian_noise": {"std": 0.1}}]),
    "audio": (sound, [{"gain": {"db": [-6, 6]}}, {"add_noise": {"snr_db": [5, 20]}}]),
    "text": ("Ada wrote the first program in London.", [{"typo": {"rate": 0.3}}]),
}
for kind, (value, steps) in ours.items():
    aug = augkit.load({"augkit": 1, "seed": 7, "sample": {"it": kind}, "steps": steps})
    for key in "abc":
        out = aug(it=value, key=key)["it"]
        out = out[0] if kind == "audio" else out
        print(kind, hashlib.sha256(out.encode() if kind == "text" else out.tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ten")
    for name, code in PLUGINS.items():
        plugin_of_one_file(folder, f"aa_{name}", code.format(name))
        if name in STEPS:
            (folder / f"aa_{name}_steps.py").write_text(STEPS[name], encoding="utf-8")
    return folder


def run(site: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": path, "HANGS": "0.6", **more}
    return subprocess.run([sys.executable, *words], env=env, cwd=site, capture_output=True, text=True)


def assert_all_are_named(site: Path, hangs: str) -> None:
    done = run(site, "-m", "augkit", "plugins", "--json", HANGS=hangs)
    infos = {info["name"]: info for info in json.loads(done.stdout)}
    assert done.returncode == 1 and len(PLUGINS) == 10 and {f"aa_{name}" for name in PLUGINS} <= infos.keys()
    for name, info in infos.items():
        assert (info["status"] == "failed") is (name in FAILED), info
        assert FAILED.get(name, "") in info["error"] and bool(info["names"]) is (name not in FAILED), info
    assert infos["aa_hangs"]["load_ms"] >= float(hangs) * 1000
    assert done.stderr.count("loud") == 4


def test_each_is_named_with_what_became_of_it(site: Path) -> None:
    assert_all_are_named(site, "0.1")
    told = run(site, "-m", "augkit", "plugins").stdout
    hanging = told.partition("aa_hangs  aa_hangs")[2].splitlines()[1]
    assert "slow: every command and every worker waits for it" in hanging and "--no-plugin aa_hangs" in hanging


def test_recipes_of_the_others_give_the_same_bytes_as_without_them(site: Path) -> None:
    beside, alone = run(site, "-c", OTHERS), run(site, "-c", OTHERS, AUGKIT_PLUGINS="image,audio,text")
    assert beside.returncode == 0, beside.stderr
    assert beside.stdout == alone.stdout and beside.stdout.count("\n") == 9


def test_what_a_step_prints_when_it_is_imported_is_no_part_of_an_answer(site: Path) -> None:
    done = run(site, "-m", "augkit", "steps", "prints/shade", "--json", HANGS="0")
    assert json.loads(done.stdout)["name"] == "prints/shade" and done.stderr.count("loud") == 8


def test_help_waits_for_none_of_them(site: Path) -> None:
    began = time.monotonic()
    assert run(site, "-m", "augkit", "--help", HANGS="60").returncode == 0
    assert time.monotonic() - began < 60


@pytest.mark.long
def test_five_seconds_are_waited_and_named(site: Path) -> None:
    assert_all_are_named(site, "5")
    assert run(site, "-c", OTHERS, HANGS="5").returncode == 0


def test_threads_share_the_way_aside(capfd: pytest.CaptureFixture[str]) -> None:
    entered, leave = threading.Event(), threading.Event()

    def first() -> None:
        with prints_aside:
            entered.set()
            leave.wait()

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait()
    with prints_aside:
        leave.set()
        thread.join()
        print("aside")
        os.write(1, b"and by descriptor\n")
    print("back")
    os.write(1, b"again\n")
    said = capfd.readouterr()
    assert said.out == "back\nagain\n" and said.err == "aside\nand by descriptor\n"
