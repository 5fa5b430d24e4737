"""Which library the bridge imports, when, and what it says of the others."""

import os
import subprocess
import sys
from pathlib import Path

from tests.distributions import distribution


def in_a_new_process(code, *path, **environment):
    places = os.pathsep.join(map(str, path))
    env = {**os.environ, "PYTHONPATH": places, **environment}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_imported_on_first_use_without_calling_home():
    code = """
import os, socket, sys
def no_network(*_): raise AssertionError("network")
socket.socket.connect = no_network
from augkit import steps
import augkit_image.bridge
print("albumentations" in sys.modules)
steps.albumentations(name="HorizontalFlip")
print("albumentations" in sys.modules, os.environ.get("NO_ALBUMENTATIONS_UPDATE"))
"""
    kept = {"NO_ALBUMENTATIONS_UPDATE": "0"}
    assert in_a_new_process(code, **kept) == ["False", "True 0"]


def installed(folder: Path, name: str, version: str) -> Path:
    distribution(folder, name, version)
    return folder


ASK = """
import sys
import augkit
from augkit import steps
try:
    steps.albumentations(name="HorizontalFlip")
except augkit.AugkitError as error:
    print(type(error).__name__, error, "albumentations" in sys.modules)
"""


def test_the_agpl_successor_is_refused_before_it_is_imported(tmp_path):
    [said] = in_a_new_process(ASK, installed(tmp_path, "albumentationsx", "2.1.0"))
    assert said.startswith("PluginError albumentationsx (AGPL-3.0) is installed") and said.endswith("False")
    assert "pip uninstall albumentationsx; pip install 'albumentations>=2.0.8,<2.1'" in said


def test_another_version_and_none_say_what_to_install(tmp_path):
    [old] = in_a_new_process(ASK, installed(tmp_path / "old", "albumentations", "1.4.2"))
    assert old.startswith("PluginError albumentations 1.4.2 is installed; this step is for 2.0.8. Run: pip install")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "albumentations.py").write_text("raise ModuleNotFoundError('no', name='albucore')\n")
    [none] = in_a_new_process(ASK, tmp_path / "none")
    assert none.startswith("MissingDependency `albumentations` needs albucore. Install it: pip install ")
