"""``augkit new-plugin``: what it writes installs, is found, keeps the laws and passes its own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from augkit.cli import main
from augkit.scaffold import MODALITIES, package_files

NAMES = {"image": "acme-rain", "audio": "acme_hum", "text": "acme-say", "new": "acme-tremor"}


def run(*command: Any, path: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(path), os.environ.get("PYTHONPATH")]))}
    return subprocess.run([sys.executable, "-m", *map(str, command)], cwd=cwd, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, written and installed beside each other."""
    folder = tmp_path_factory.mktemp("plugins")
    pip = ["pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    for modality, name in NAMES.items():
        told = CliRunner().invoke(main, ["new-plugin", name, "--modality", modality, "-o", str(folder / modality)])
        assert told.exit_code == 0, told.output
        done = run(*pip, "--target", folder / "site", folder / modality, path=folder, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("modality", MODALITIES)
def test_it_keeps_the_laws_and_passes_its_own_tests(site: Path, modality: str) -> None:
    prefix = NAMES[modality].replace("-", "_")
    proved = run("augkit", "test-plugin", prefix, "--examples", 1, path=site / "site", cwd=site)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    assert f"target {prefix}_{MODALITIES[modality]['marks']}: imported" in proved.stdout
    tested = run("pytest", "-q", "-p", "no:cacheprovider", site / modality, path=site / "site", cwd=site / modality)
    assert tested.returncode == 0, tested.stdout
    assert "laws: " in tested.stdout and "checks of 1 steps" in tested.stdout


def test_what_it_writes_is_formatted(site: Path) -> None:
    done = run("ruff", "format", "--check", "--line-length", 120, *(site / each for each in NAMES), path=site, cwd=site)
    assert done.returncode == 0, done.stdout
    done = run(
        "ruff",
        "check",
        "--select",
        "E,F,W,B,UP",
        "--line-length",
        120,
        *(site / each for each in NAMES),
        path=site,
        cwd=site,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["image", "Acme", "2fast", "a b", "class", "../up"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    told = CliRunner().invoke(main, ["new-plugin", name])
    assert told.exit_code == 2 and "name" in told.stderr


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    told = CliRunner().invoke(main, ["new-plugin", "acme", "-o", str(tmp_path)])
    assert told.exit_code == 2 and "is there already" in told.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("modality", MODALITIES)
def test_nothing_is_left_unfilled(modality: str) -> None:
    for place, text in package_files("acme-rain", modality).items():
        assert "{" not in place and "$prefix" not in text and "$module" not in text, place
