"""Plugins that break in every way: each is named, none stops another, none is fatal unless a recipe names it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distributions import distribution, plugin_of_one_file

HEAD = "AUGKIT_API = 1\nfrom augkit.hooks import hookimpl\n"
HOOK = "@hookimpl\ndef augkit_register(registry):\n    "

BROKEN = {
    "imports": ("import there_is_no_such_module", "No module named 'there_is_no_such_module'"),
    "syntax": ("def (:", "invalid syntax"),
    "exits": ("raise SystemExit('bye')", "SystemExit: bye"),
    "base": ("class Odd(BaseException): pass\nraise Odd('x')", "Odd: x"),
    "mute": (
        "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
        "Mute: (its message cannot be shown)",
    ),
    "lines": ("raise ValueError('a\\nb\\x1b[31m')", "ValueError: a b\\x1b[31m"),
    "half": (HEAD + HOOK + "registry.transform('half/a', 'm:A')\n    raise ValueError('mid')", "ValueError: mid"),
    "clash": (HEAD + HOOK + "registry.transform('image/hflip', 'm:A')", "which 'image' has"),
    "newer": (HEAD.replace("1", "9") + HOOK + "pass", "update augkit"),
    "text_api": (HEAD.replace("1", "'1'") + HOOK + "pass", "AUGKIT_API = '1'; write AUGKIT_API = 1"),
    "no_api": (HEAD.replace("AUGKIT_API", "API") + HOOK + "pass", "does not state AUGKIT_API"),
    "number": (HEAD + HOOK + "registry.transform(5, 'm:A')", "reads prefix/name, got 5"),
    "odd_name": (HEAD + HOOK + "registry.target('a\\nb', 'm:A')", "'a\\nb' is no name of a target"),
    "object": (HEAD + HOOK + "registry.transform('a/b', lambda: 0)", "needs a path like 'module:Class', got <function"),
    "hook": (HEAD + HOOK.replace("augkit_register", "augkit_registr") + "pass", "Did you mean 'augkit_register'?"),
    "hookless": (HEAD, "implements no hook"),
    "method": (HEAD + HOOK + "registry.transfrom('a/b', 'm:A')", "Did you mean 'transform'?"),
    "no_path": (HEAD + HOOK + "registry.transform('a/b', None)", "needs a path like 'module:Class', got None"),
}
LAZY = (
    HEAD + "print('heard')\nNUMBER = 5\n" + HOOK + "registry.transform('lazy/absent', 'no_such_module:X')\n    "
    "registry.transform('lazy/junk', '..:X')\n    registry.transform('lazy/number', 'aa_lazy:NUMBER')\n    "
    "registry.target('five', 'aa_lazy:NUMBER')\n    registry.starter('aa', 'aa_lazy:fail')\n"
    "def fail(*given):\n    raise ValueError('no')\n"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    sources = {f"aa_{name}": code for name, (code, _) in BROKEN.items()} | {"aa_lazy": LAZY}
    for name, code in sources.items():
        plugin_of_one_file(folder, name, code)
    plugin_of_one_file(folder, "aa_sleepy", "import time\ntime.sleep(0.7)\n" + HEAD + HOOK + "pass")
    distribution(folder, "image_too", plugin="image = aa_lazy")
    return folder


def _run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run([sys.executable, "-m", "augkit", *words], env=env, cwd=site, capture_output=True, text=True)


def test_each_is_named_with_its_reason_and_the_bundled_ones_work(installed: Path) -> None:
    done = _run(installed, "plugins", "--json")
    assert done.returncode == 1
    found = {(info["name"], info["distribution"]): info["error"] for info in json.loads(done.stdout)}
    for name, (_, reason) in BROKEN.items():
        assert reason in next(error for (plugin, _), error in found.items() if plugin == f"aa_{name}"), name
    assert not any(found[name, "augkit"] for name in ("image", "audio", "text"))
    assert "already" in next(
        error for (plugin, owner), error in found.items() if plugin == "image" and owner != "augkit"
    )


def test_one_that_keeps_everybody_waiting_is_named_with_the_way_out(installed: Path) -> None:
    done = _run(installed, "plugins")
    told = done.stdout.partition("aa_sleepy  aa_sleepy")[2].partition("\n")[2].partition("\n")[0]
    assert "slow: every command and every worker waits for it" in told and "augkit --no-plugin aa_sleepy" in told
    assert "heard" not in done.stdout and done.stderr.count("heard") == 1
    left_out = _run(installed, "--no-plugin", "aa_sleepy", "plugins", "--json")
    [info] = [info for info in json.loads(left_out.stdout) if info["name"] == "aa_sleepy"]
    assert info["status"] == "left out" and info["load_ms"] == 0.0


@pytest.mark.parametrize(
    ("sample", "step", "said"),
    [
        ("image", "hflip", ""),
        ("image", "lazy/absent", "4:5: 'lazy/absent' of plugin 'aa_lazy' needs no_such_module."),
        ("image", "lazy/junk", "4:5: lazy/junk: plugin 'aa_lazy' registers 'lazy/junk' as '..:X', which fails"),
        ("image", "lazy/number", "4:5: lazy/number: plugin 'aa_lazy' registers the transform 'lazy/number' as"),
        ("image", "half/a", "4:5: unknown step 'half/a'"),
        ("five", "hflip", "2:17: field 'image': plugin 'aa_lazy' registers the target 'five' as"),
    ],
)
def test_only_a_recipe_that_names_something_of_one_is_refused(
    installed: Path, sample: str, step: str, said: str
) -> None:
    recipe = installed / "r.yaml"
    recipe.write_text(f"augkit: 1\nsample: {{image: {sample}}}\nsteps:\n  - {step}\n", encoding="utf-8")
    done = _run(installed, "check", "r.yaml", "--no-data")
    assert (done.returncode, "Traceback" in done.stderr) == (2 if said else 0, False), done.stderr
    assert said in done.stderr


def test_a_starter_that_fails_leaves_the_data_to_the_others(installed: Path) -> None:
    from PIL import Image

    for kind in ("cat", "dog"):
        (installed / "photos" / kind).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(installed / "photos" / kind / "0.png")
    done = _run(installed, "init", "photos", "--yes")
    assert done.returncode == 0, done.stderr
    assert "plugin 'aa_lazy' fails on these data: ValueError: no" in done.stderr
