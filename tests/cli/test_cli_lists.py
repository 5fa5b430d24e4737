"""``augkit steps`` and ``augkit plugins``."""

import json

import pytest

from augkit import plugins
from augkit.plugins import PluginInfo, catalogue
from tests.cli.conftest import Run


def test_every_step_is_listed_with_a_line_of_its_own(run: Run) -> None:
    listed = {step["name"]: step for step in json.loads(run("steps", "--json").stdout)}
    assert list(listed) == catalogue().names("transform")
    assert all(step["summary"] for step in listed.values())
    text = run("steps").stdout
    assert text.index("\nimage\n") < text.index("  hflip ") and "one_of" in text


def test_one_step_with_fields_units_bounds_and_defaults(run: Run) -> None:
    text = run("steps", "rotate").stdout
    assert text.startswith("image/rotate (plugin image)")
    assert "degrees: a number, [low, high] or a distribution within -360 to 360 (degrees); default [-15, 15]" in text
    assert "in a policy: 0 at magnitude 0, -30 or 30 at magnitude 1" in text
    assert "changes: orientation" in text
    found = json.loads(run("steps", "image/rotate", "--json").stdout)
    degrees = next(field for field in found["fields"] if field["name"] == "degrees")
    assert (degrees["low"], degrees["high"], degrees["neutral"], degrees["unit"]) == (-360, 360, 0, "degrees")
    assert degrees["default"] == [-15, 15] and degrees["distribution"] is True
    assert "converts: image → image_tensor" in run("steps", "normalize").stdout


@pytest.mark.parametrize("name", catalogue().names("transform"))
def test_every_step_can_be_shown(name: str, run: Run) -> None:
    result = run("steps", name)
    assert result.exit_code == 0, result.output
    assert json.loads(run("steps", name, "--json").stdout)["name"] == name


def test_an_unknown_step(run: Run) -> None:
    result = run("steps", "hflp")
    assert result.exit_code == 2 and "Did you mean 'hflip'?" in result.stderr


def test_plugins_are_listed(run: Run) -> None:
    found = {info["name"]: info for info in json.loads(run("plugins", "--json").stdout)}
    image = found["image"]
    assert (image["status"], image["api"], image["distribution"], image["error"]) == ("loaded", 1, "augkit", "")
    assert "image/hflip" in image["names"] and image["load_ms"] >= 0 and image["version"]
    assert "image  augkit_image  from augkit" in run("plugins").stdout


def test_a_plugin_that_fails_is_a_problem(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = PluginInfo("polygons", "acme_polygons", "acme", "0.3", None, "ImportError: no acme", (), 1.5, "failed")
    known = plugins.loaded()
    monkeypatch.setattr("augkit.cli.plugins.loaded", lambda: (known[0], (*known[1], broken)))
    result = run("plugins")
    assert result.exit_code == 1
    assert "polygons  acme_polygons  from acme 0.3\n  failed: ImportError: no acme\n" in result.stdout
    assert json.loads(run("plugins", "--json").stdout)[-1]["status"] == "failed"
