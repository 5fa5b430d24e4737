"""What must not be loaded, asked of a fresh interpreter."""

import json
import subprocess
import sys

HEAVY = {"torch", "torchvision", "lightning", "timm", "cv2", "pandas", "pydantic", "scipy", "sklearn", "matplotlib"}


def loaded_by(script):
    """The top-level modules in a new interpreter after ``script``."""
    report = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    run = subprocess.run([sys.executable, "-c", script + report], capture_output=True, text=True)
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
