"""What must not be loaded, asked of a fresh interpreter."""

import json
import os
import resource
import subprocess
import sys

import pytest

from tests.distributions import plugin_of_one_file

HEAVY = {"torch", "torchvision", "lightning", "timm", "cv2", "pandas", "pydantic", "scipy", "sklearn", "matplotlib"}


def loaded_by(script, env=None):
    """The top-level modules in a new interpreter after ``script``."""
    report = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    run = subprocess.run([sys.executable, "-c", script + report], env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


HELP = """
import runpy, sys
sys.argv = ["augkit", "--help"]
try:
    runpy.run_module("augkit", run_name="__main__")
except SystemExit as stop:
    assert not stop.code, stop.code
"""


def test_importing_augkit_is_light():
    loaded = loaded_by("import augkit")
    assert "augkit" in loaded
    assert not loaded & (HEAVY | {"numpy", "yaml"})


def test_reading_yaml_is_light():
    assert not loaded_by("from augkit.recipe.yaml12 import read; read('a: 1')") & HEAVY


def test_help_is_light():
    loaded = loaded_by(HELP)
    assert "click" in loaded
    assert not loaded & (HEAVY | {"numpy"})


def test_the_check_sees_what_is_loaded():
    assert {"numpy", "yaml"} <= loaded_by("import numpy, yaml")


PLUGIN = """
import augkit

AUGKIT_API = 1


@augkit.hookimpl
def augkit_register(registry):
    registry.target("{name}_arrows", "{name}_arrows:Arrows")
    registry.transform("{name}/lean", "{name}_arrows:Lean")
"""


@pytest.fixture(scope="module")
def ten_plugins(tmp_path_factory):
    """The environment of a machine that has seven beside ours."""
    folder = tmp_path_factory.mktemp("ten")
    for number in range(7):
        plugin_of_one_file(folder, f"light{number}", PLUGIN.format(name=f"light{number}"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def cost(*words, env=None):
    """Seconds of processor time, the least of three."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert subprocess.run([sys.executable, *words], env=env, stdout=subprocess.DEVNULL).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def test_with_ten_plugins_the_lists_come_at_once(ten_plugins):
    """Bounds of 200 and 400 ms, as multiples of what nothing at all costs where they hold: 12 ms."""
    nothing = cost("-c", "pass")
    listed = subprocess.run(
        [sys.executable, "-m", "augkit", "plugins"], env=ten_plugins, capture_output=True, text=True
    )
    assert listed.stdout.count("  API 1  ") == 10
    assert cost("-m", "augkit", "--help", env=ten_plugins) <= 200 / 12 * nothing
    assert cost("-m", "augkit", "plugins", env=ten_plugins) <= 400 / 12 * nothing


def test_listing_plugins_is_light(ten_plugins):
    loaded = loaded_by(HELP.replace("--help", "plugins"), ten_plugins)
    assert "light6" in loaded
    assert not loaded & (HEAVY | {"numpy"})
