"""Which plugins load: an allow-list, some left out, and what a recipe requires."""

import json
import os
import subprocess
import sys

import pytest

import augkit
from augkit.errors import RecipeError

SAMPLE = {"augkit": 1, "sample": {"image": "image"}, "steps": ["hflip"]}


def run(*words, **environment):
    env = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-m", "augkit", *words], env=env, capture_output=True, text=True)


def statuses(done):
    return {info["name"]: (info["status"], info["error"]) for info in json.loads(done.stdout)}


def test_an_allow_list_loads_no_others():
    done = run("plugins", "--json", AUGKIT_PLUGINS="image, imgae")
    assert done.returncode == 1
    found = statuses(done)
    assert found["image"][0] == "loaded"
    assert found["audio"] == ("left out", "AUGKIT_PLUGINS does not name it")
    assert found["imgae"] == ("failed", "AUGKIT_PLUGINS names it, but it is not installed. Did you mean 'image'?")


def test_one_is_left_out_and_what_it_had_says_so():
    done = run("--no-plugin", "audio", "plugins", "--json")
    assert done.returncode == 0
    assert statuses(done)["audio"] == ("left out", "AUGKIT_NO_PLUGINS (or --no-plugin) names it")
    missing = run("--no-plugin", "audio", "--no-plugin", "text", "steps", "time_stretch")
    assert missing.returncode == 2
    assert "unknown step 'time_stretch'" in missing.stderr and "--no-plugin) names it" in missing.stderr


def test_workers_leave_out_the_same():
    done = run("plugins", "--json", AUGKIT_NO_PLUGINS="text")
    assert [name for name, (status, _) in statuses(done).items() if status != "loaded"] == ["text"]


@pytest.mark.parametrize("wanted", ["image", "augkit>=0.0.1", "Augkit>=0.0.1,<99"])
def test_a_recipe_requires_what_is_there(wanted):
    assert augkit.read_recipe({**SAMPLE, "plugins": [wanted]})


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("augkit>=99", r"plugins: 'augkit>=99': .* is installed\. Write pip install 'augkit>=99'\."),
        ("augkti>=1", r"no plugin of 'augkti' is installed\. Did you mean 'augkit'\?"),
        ("augkit>>1", r"'augkit>>1' is no requirement such as acme-aug>=1\.2"),
        ("imgae", r"plugin 'imgae' is not installed\. Did you mean 'image'\?"),
    ],
)
def test_a_recipe_requires_what_is_not(wanted, said):
    with pytest.raises(RecipeError, match=said):
        augkit.read_recipe({**SAMPLE, "plugins": [wanted]})
