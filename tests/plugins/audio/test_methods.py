"""What each method of stretching and shifting does to the sound, and that the page tells it."""

import re
from pathlib import Path

import pytest

from tests.plugins.audio.methods_table import CHANGES, HEAD, METHODS, RATES, delay, measured, rows

PAGE = Path(__file__).parents[3] / "docs" / "audio-methods.md"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "fields"), CHANGES)
def test_pitch_length_onsets_and_silence(name, fields, method, rate):
    off, excess, late, level = measured(name, fields, method, rate)
    assert off <= 5 and excess == 0 and late <= 0.005
    assert level == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "fields"), CHANGES)
def test_nothing_is_delayed(name, fields, method, rate):
    """Noise that swells twice a second swells when it should afterwards."""
    assert abs(delay(name, fields, method, rate)) <= (0.01 if method == "default" else 0.005)


def test_the_page_tells_what_is_measured():
    """Numbers differ between processors and builds; by more than this, the page is old: write it anew."""
    page, fresh = PAGE.read_text(encoding="utf-8").splitlines(), rows()
    first = page.index(HEAD)
    for line, now in zip(page[first : first + len(fresh)], fresh, strict=True):
        names, numbers = _read(line)
        expected_names, expected = _read(now)
        assert names == expected_names
        assert numbers == pytest.approx(expected, abs=0.6), now


def _read(line):
    cells = line.strip("| ").split(" | ")
    return cells[:2], [float(cell) for cell in cells[2:] if re.fullmatch(r"[-+]?\d+(\.\d+)?", cell)]
