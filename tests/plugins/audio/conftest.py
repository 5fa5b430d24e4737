"""A folder with sounds, for sources whose annotations lie in other files."""

from pathlib import Path

import pytest

from tests.plugins.audio.recorded import write


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in "abc":
        write(tmp_path / "wav" / f"{name}.wav", 3.0)
    return tmp_path
