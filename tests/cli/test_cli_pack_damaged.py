"""``augkit pack`` beside damaged notes, full disks, and file names of any bytes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from augkit.data import open_recipe
from augkit.data.whole import write_bytes
from tests.cli.conftest import Run
from tests.data.conftest import noise

RECIPE = """augkit: 1
source: {image_folder: {root: photos}}
sample: {image: image, label: label}
steps: [hflip]
split: {val: 0}
"""
_SIDE = ("--long-side", "8")


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("cat/a.png", "cat/b c.png", "dog/é.png"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise(len(name), 20, 16)).save(tmp_path / "photos" / name)
    (tmp_path / "r.yaml").write_text(RECIPE)
    return tmp_path


def rows(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().split("\n") if line]


def unfinish(folder: Path, notes: bytes) -> None:
    """As a run leaves it that was stopped."""
    state = json.loads((folder / "pack.json").read_bytes())
    state.pop("report")
    (folder / "pack.json").write_text(json.dumps(state))
    (folder / "rows.part").write_bytes(notes)


@pytest.mark.parametrize(
    "notes",
    [
        b"garbage\n",
        b"null\n[]\n5\n{}\n",
        b"\xff\xfe\x00\n",
        b'{"key": "cat/a.png", "row": {}, "files": [], "before": 1, "after": 1, "scaled": true}\n',
        b'{"key": "cat/a.png", "row": 5, "files": 7, "before": 1, "after": 1, "scaled": true}\n',
    ],
)
def test_damaged_notes_are_packed_anew(photos: Path, run: Run, notes: bytes) -> None:
    assert run("pack", "r.yaml", "-o", "small", *_SIDE).exit_code == 0
    whole = rows(photos / "small")
    unfinish(photos / "small", notes)
    assert run("pack", "r.yaml", "-o", "small", *_SIDE).exit_code == 0
    assert rows(photos / "small") == whole and len(whole) == 3


@pytest.mark.parametrize("state", ["[1]", "5", "null", '"text"'])
def test_a_folder_with_another_pack_json_is_left_alone(photos: Path, run: Run, state: str) -> None:
    (photos / "small").mkdir()
    (photos / "small/pack.json").write_text(state)
    result = run("pack", "r.yaml", "-o", "small", *_SIDE)
    assert result.exit_code == 2 and "is not empty and no pack" in result.output
    assert (photos / "small/pack.json").read_text() == state


@pytest.mark.parametrize("report", [None, [], {}, {"samples": 3}])
def test_a_damaged_report_is_made_anew(photos: Path, run: Run, report: Any) -> None:
    assert run("pack", "r.yaml", "-o", "small", *_SIDE).exit_code == 0
    state = json.loads((photos / "small/pack.json").read_bytes())
    (photos / "small/pack.json").write_text(json.dumps(state | {"report": report}))
    assert run("pack", "r.yaml", "-o", "small", *_SIDE).exit_code == 0
    assert json.loads((photos / "small/pack.json").read_bytes())["report"]["samples"] == 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file's name must be text")
@pytest.mark.parametrize("name", [b"\xff\xfe.png", "a\u2028b\x85c.png".encode()])
def test_names_of_any_bytes_are_packed_resumed_and_previewed(photos: Path, run: Run, name: bytes) -> None:
    shutil.copy(photos / "photos/cat/a.png", os.fsencode(photos) + b"/photos/cat/" + name)
    assert run("pack", "r.yaml", "-o", "small", *_SIDE).exit_code == 0
    whole = rows(photos / "small")
    key = os.fsdecode(b"cat/" + name)
    assert [row["key"] for row in whole].count(key) == 1
    noted = [
        {"key": row["key"], "row": row, "files": [row["image"]], "before": 1, "after": 1, "scaled": True}
        for row in whole
    ]
    unfinish(photos / "small", "".join(f"{json.dumps(one)}\n" for one in noted).encode())
    assert run("pack", "r.yaml", "-o", "small", *_SIDE).exit_code == 0
    assert rows(photos / "small") == whole
    assert len(open_recipe(photos / "small/r.yaml").dataset("train")) == 4
    assert run("preview", "r.yaml", "-o", "p.html", "--draws", "1").exit_code == 0


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError) as error:
        write_bytes(tmp_path / ("n" * 300), b"x")
    assert error.value.filename == str(tmp_path / ("n" * 300))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> int:
        with open("/dev/full", "wb", buffering=0) as device:
            return device.write(content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device") as error:
        write_bytes(tmp_path / "a.jpg", b"x")
    assert error.value.filename == str(tmp_path / "a.jpg")


def test_functions_are_compiled_where_no_folder_takes_a_cache() -> None:
    """As in a container, where the package is another user's and there is no home."""
    program = (
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import numpy as np, augkit\n"
        "from augkit import steps\n"
        "aug = augkit.Pipeline([steps.brightness(factor=0.5)], {'image': 'image'})\n"
        "print(int(aug(image=np.full((4, 4, 3), 100, np.uint8), key='a')['image'][0, 0, 0]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "50", done.stderr
