"""Commands as a user types them, in an empty folder; pictures to point them at."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from augkit.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("check", "r.yaml")`` in ``tmp_path``."""
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(main, words, input=input)

    return invoke


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """``photos/cat`` and ``photos/dog``, 6 pictures each, 40 × 60 px."""
    for number, kind in enumerate(("cat", "dog")):
        folder = tmp_path / "photos" / kind
        folder.mkdir(parents=True)
        for index in range(6):
            Image.new("RGB", (60, 40), (number * 200, index * 40, 90)).save(folder / f"{index}.png")
    return tmp_path / "photos"
