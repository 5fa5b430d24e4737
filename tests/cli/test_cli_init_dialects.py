"""``augkit init`` on tables that other programs wrote: the recipe says how they are read, and it reads them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tests.cli.conftest import Run

NAMES = ("Käse", "Brot")
HEADS = {
    "pictures": ("image;label", "{n}.png;{name}", "manifest: {file: data/t.csv, "),
    "boxes": ("image;label;x1;y1;x2;y2", "{n}.png;{name};1;2;30;40", "box_table: {file: data/t.csv, "),
    "sounds": ("file;label", "{n}.wav;{name}", "audio_table: {file: data/t.csv, "),
    "events": ("filename;onset;offset;event_label", "{n}.wav;0.1;0.2;{name}", "dcase: {annotations: data/t.csv, "),
    "texts": ("text;label", "ein Text Nr. {n};{name}", "text_table: {file: data/t.csv, "),
}


@pytest.mark.parametrize(("head", "row", "source"), HEADS.values(), ids=HEADS)
def test_delimiter_and_encoding_are_found_told_and_written(
    head: str, row: str, source: str, run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for n in range(8):
        if ".png" in row:
            Image.new("RGB", (64, 48)).save(folder / f"{n}.png")
        if ".wav" in row:
            soundfile.write(folder / f"{n}.wav", np.zeros(8000, np.float32), 8000)
    rows = [row.format(n=n, name=NAMES[n % 2]) for n in range(8)]
    (folder / "t.csv").write_text("\n".join([head, *rows]), encoding="cp1252")
    result = run("init", "data", "--yes")
    assert result.exit_code == 0, result.output
    assert "t.csv: cells are separated by ';' (delimiter).\n" in result.stderr
    assert "assumed: t.csv is written in cp1252: " in result.stderr and "Käse" in result.stderr
    assert f'{source}delimiter: ";", encoding: cp1252}}' in Path("data.yaml").read_text(encoding="utf-8")
    assert run("check", "data.yaml").exit_code == 0
