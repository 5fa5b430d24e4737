"""``augkit pack``: what comes out is the same data set, smaller."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import augkit
from augkit.data import open_recipe
from augkit.data.divided import divide, open_data
from augkit.recipe import read_recipe
from augkit_image.files import read_image
from tests.cli.conftest import Run
from tests.cli.packed import originals, smooth

SIZES = {"big.jpg": (300, 400), "tall.png": (411, 133), "small.jpg": (60, 80)}
COCO = """augkit: 1
seed: 3
source: {coco: {annotations: data/instances.json, images: data/img}}
sample:
  image: image
  boxes: {boxes: {min_size: 2}}
  keypoints: {keypoints: {outside: hide, pairs: [[left, right]]}}
  labels: labels
steps: [hflip: {p: 0.5}, random_crop: {size: 40, pad_if_needed: true}]
split: {val: 0.34}
"""


@pytest.fixture
def coco(tmp_path: Path, run: Run) -> Path:
    """Three pictures with two objects each, and r.yaml."""
    (tmp_path / "data" / "img").mkdir(parents=True)
    images, objects = [], []
    for number, (name, (h, w)) in enumerate(SIZES.items()):
        Image.fromarray(smooth(h, w)).save(tmp_path / "data" / "img" / name)
        images.append({"id": number, "file_name": name, "height": h, "width": w})
        for again in range(2):
            box = [w * 0.1 + again * 7, h * 0.2, w / 2, h / 3 + again]
            points = [w * 0.2, h * 0.3, 2, w * 0.7 + again, h * 0.6, 1]
            objects.append(
                {
                    "id": 2**40 + 2 * number + again,
                    "image_id": number,
                    "category_id": 5,
                    "bbox": box,
                    "keypoints": points,
                }
            )
    objects.append({"id": 1, "image_id": 0, "category_id": 5, "bbox": [10, 10, 3, 3]})
    whole = {
        "images": images,
        "annotations": objects,
        "categories": [{"id": 5, "name": "hand", "keypoints": ["left", "right"]}],
    }
    (tmp_path / "data" / "instances.json").write_text(json.dumps(whole))
    (tmp_path / "r.yaml").write_text(COCO)
    return tmp_path


def test_annotations_are_where_resizing_puts_them(coco: Path, run: Run) -> None:
    result = run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    assert result.exit_code == 0, result.output
    assert "3 samples, 2 of them made smaller" in result.output and "wrote small/r.yaml" in result.output
    assert run("check", "small/r.yaml").exit_code == 0
    without = augkit.Pipeline(
        [augkit.steps.resize(long_side=100, enlarge=False, interpolation="area")], read_recipe("r.yaml").sample
    )
    before, after = originals("r.yaml"), originals("small/r.yaml", **{"sample.boxes.boxes.min_size": 0})
    assert list(before) == list(after) == list(SIZES)
    for key, packed in after.items():
        wanted, _ = without.plan(augkit.sample.Sample(before[key], key))
        image = packed["image"].pixels
        assert image.shape == wanted.targets["image"].pixels.shape and max(image.shape) <= 100
        assert np.abs(image.astype(int) - wanted.targets["image"].pixels).mean() < 3
        boxes, same = packed["boxes"], wanted.targets["boxes"]
        kept = boxes.only(np.isin(boxes.columns["id"], same.columns["id"]))
        assert np.abs(kept.xyxy - same.xyxy).max() < 1e-9
        assert kept.columns["id"].tolist() == same.columns["id"].tolist() and kept.columns["label"] == ["hand"] * 2
        assert boxes.columns["id"].dtype == np.int64 and boxes.columns["category_id"].dtype == np.int64
        points, moved = packed["keypoints"], wanted.targets["keypoints"]
        assert np.abs(points.xy - moved.xy).max() < 1e-9
        assert points.visibility.tolist() == moved.visibility.tolist() == [2, 1, 2, 1]
        assert points.visibility.dtype == np.int64 and points.columns["label"] == ["left", "right"] * 2
    # what has become smaller than the recipe's min_size is still in the pack
    assert after["big.jpg"]["boxes"].columns["id"].tolist()[-1] == 1
    assert 1 not in originals("small/r.yaml")["big.jpg"]["boxes"].columns["id"].tolist()


def test_keys_draws_and_splits_are_as_before(coco: Path, run: Run) -> None:
    assert run("pack", "r.yaml", "--long-side", "100", "-o", "small").exit_code == 0
    first, second = (read_recipe(path) for path in ("r.yaml", "small/r.yaml"))
    assert divide(first, open_data(first)) == divide(second, open_data(second))
    steps = [
        [open_recipe(path).dataset("train").traced((epoch, 0))[1].steps[0][0] for epoch in range(6)]
        for path in ("r.yaml", "small/r.yaml")
    ]
    assert steps[0] == steps[1] and len(set(steps[0])) == 2  # flipped in some epochs and not in others
    batch = next(iter(augkit.loader("small/r.yaml")))
    assert batch["image"].shape[1:] == (3, 40, 40) and batch["boxes"][0]["id"].dtype.is_floating_point is False
    assert open_data(second).meta("big.jpg")["id"] == 0


def test_small_pictures_are_copied_byte_for_byte(coco: Path, run: Run) -> None:
    run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    assert (coco / "small/image/small.jpg").read_bytes() == (coco / "data/img/small.jpg").read_bytes()
    assert sorted(path.name for path in (coco / "small/image").iterdir()) == ["big.jpg", "small.jpg", "tall.jpg"]
    assert not list((coco / "small").rglob("*.part"))


def test_the_report_as_json(coco: Path, run: Run) -> None:
    result = run("pack", "r.yaml", "--long-side", "100", "-o", "small", "--json")
    report = json.loads(result.stdout)
    files = [path.stat().st_size for path in (coco / "data/img").iterdir()]
    packed = [path.stat().st_size for path in (coco / "small/image").iterdir()]
    assert (report["bytes_before"], report["bytes_after"]) == (sum(files), sum(packed))
    assert (report["samples"], report["scaled"], report["skipped"], report["same_splits"]) == (3, 2, [], True)
    assert report["decode_ms_before"] > 0 and report["decode_ms_after"] > 0
    again = run("pack", "r.yaml", "--long-side", "100", "-o", "small", "--json")
    assert json.loads(again.stdout) == report  # nothing was done anew


def test_outlines_and_instance_masks(coco: Path, run: Run) -> None:
    file = coco / "data/instances.json"
    whole = json.loads(file.read_text())
    for one in whole["annotations"]:
        x, y, w, h = one["bbox"]
        one["segmentation"] = [[x, y, x + w, y + h / 3, x + w / 2, y + h], [x + w, y, x + w + 9, y, x + w + 5, y + 6]]
    file.write_text(json.dumps(whole))
    (coco / "r.yaml").write_text(COCO.replace("labels: labels\n", "polygons: polygons\n  masks: masks\n"))
    result = run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    assert result.exit_code == 0, result.output
    loose = {"polygons": {"min_size": 0}}, {"masks": {"min_size": 0}}
    shrink = augkit.steps.resize(long_side=100, enlarge=False)
    without = augkit.Pipeline([shrink], {"image": "image", "polygons": loose[0], "masks": loose[1]})
    fields = ("image", "polygons", "masks")
    given = {key: {name: targets[name] for name in fields} for key, targets in originals("r.yaml").items()}
    packed = originals("small/r.yaml", **{"sample.polygons": loose[0], "sample.masks": loose[1]})
    for key, targets in packed.items():
        wanted = without(**given[key], key=key)
        masks, polygons = targets["masks"], targets["polygons"]
        assert np.array_equal(masks.masks, wanted["masks"].masks) and masks.masks.any()
        assert masks.columns["id"].tolist() == wanted["masks"].columns["id"].tolist()
        assert masks.columns["id"].dtype == np.int64 and masks.columns["label"] == wanted["masks"].columns["label"]
        assert polygons.columns["id"].tolist() == wanted["polygons"].columns["id"].tolist()
        for mine, theirs in zip(polygons.rings, wanted["polygons"].rings, strict=True):
            assert (
                len(mine) == len(theirs) and max(np.abs(a - b).max() for a, b in zip(mine, theirs, strict=True)) < 1e-9
            )
    batch = next(iter(augkit.loader("small/r.yaml")))
    assert batch["masks"][0]["masks"].shape[1:] == (40, 40)


@pytest.mark.parametrize("decoder", ["pillow", "opencv", "simplejpeg"])
def test_a_broken_picture_is_told_whoever_decodes_it_and_however_small_it_is(
    coco: Path, run: Run, decoder: str
) -> None:
    (coco / "r.yaml").write_text(f"{COCO}decoder: {decoder}\n")
    whole = (coco / "data/img/small.jpg").read_bytes()
    (coco / "data/img/small.jpg").write_bytes(whole[: whole.index(b"\xff\xda") + 20])
    result = run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    assert result.exit_code == 2 and "small.jpg: " in result.stderr and "instances.json, image 2" in result.stderr
    (coco / "data/img/small.jpg").write_bytes(whole)
    report = json.loads(run("pack", "r.yaml", "--long-side", "100", "-o", "small", "--json").stdout)
    assert report["decode_ms_before"] > 0 and (coco / "small/image/small.jpg").read_bytes() == whole


def test_a_stopped_run_goes_on(coco: Path, run: Run) -> None:
    (coco / "data/img/tall.png").rename(coco / "tall.png")
    stopped = run("pack", "r.yaml", "--long-side", "100", "-o", "small", "--workers", "1")
    assert stopped.exit_code == 2 and "tall.png: " in stopped.stderr and "instances.json, image 1" in stopped.stderr
    assert not (coco / "small/manifest.jsonl").exists() and not (coco / "small/r.yaml").exists()
    with open(coco / "small/rows.part", "a") as notes:
        notes.write('{"key": "small.jpg", "ro')  # as a kill leaves it
    mark = (coco / "data/img/small.jpg").read_bytes()
    (coco / "small/image/big.jpg").write_bytes(mark)
    (coco / "tall.png").rename(coco / "data/img/tall.png")
    assert run("pack", "r.yaml", "--long-side", "100", "-o", "small").exit_code == 0
    assert (coco / "small/image/big.jpg").read_bytes() == mark  # not written again
    rows = [json.loads(line) for line in (coco / "small/manifest.jsonl").read_text().splitlines()]
    assert [row["key"] for row in rows] == list(SIZES) and not (coco / "small/rows.part").exists()


def test_a_noted_file_that_is_gone_is_made_again(coco: Path, run: Run) -> None:
    (coco / "data/img/tall.png").rename(coco / "tall.png")
    run("pack", "r.yaml", "--long-side", "100", "-o", "small", "--workers", "1")
    (coco / "small/image/big.jpg").unlink()
    (coco / "tall.png").rename(coco / "data/img/tall.png")
    assert run("pack", "r.yaml", "--long-side", "100", "-o", "small").exit_code == 0
    assert read_image("small/image/big.jpg").shape == (75, 100, 3)


def test_the_same_whatever_the_workers(coco: Path, run: Run) -> None:
    for workers in ("1", "3"):
        run("pack", "r.yaml", "--long-side", "100", "-o", f"w{workers}", "--workers", workers)
    one, three = (
        {
            path.relative_to(f"w{n}"): path.read_bytes()
            for path in [*Path(f"w{n}/image").iterdir(), Path(f"w{n}/manifest.jsonl")]
        }
        for n in (1, 3)
    )
    assert one == three and len(one) == 4


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda folder: ("r.yaml", "50"), r"holds another pack \(long_side 100, here 50\)"),
        (lambda folder: (_other(folder), "100"), r"holds another pack \(recipe 'r.yaml', here 'other.yaml'"),
    ],
)
def test_another_pack_is_left_alone(coco: Path, run: Run, change: Any, complaint: str) -> None:
    run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    before = {path: path.read_bytes() for path in Path("small").rglob("*.*")}
    recipe, side = change(coco)
    result = run("pack", recipe, "--long-side", side, "-o", "small")
    assert result.exit_code == 2 and re.search(complaint, result.stderr)
    assert {path: path.read_bytes() for path in Path("small").rglob("*.*")} == before


def _other(folder: Path) -> str:
    (folder / "other.yaml").write_text(COCO.replace("  labels: labels\n", ""))
    return "other.yaml"


def test_steps_may_change_without_packing_anew(coco: Path, run: Run) -> None:
    run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    (coco / "r.yaml").write_text(COCO.replace("hflip", "vflip"))
    assert run("pack", "r.yaml", "--long-side", "100", "-o", "small").exit_code == 0
    assert read_recipe("small/r.yaml").steps[0].name == "image/vflip"


def test_a_folder_that_holds_anything_else_is_left_alone(coco: Path, run: Run) -> None:
    result = run("pack", "r.yaml", "-o", "data")
    assert result.exit_code == 2 and "data is not empty and no pack; name another folder (-o)." in result.stderr


def test_what_cannot_be_read_is_left_out_where_the_recipe_says_so(coco: Path, run: Run) -> None:
    (coco / "data/img/tall.png").write_bytes(b"no picture")
    (coco / "r.yaml").write_text(COCO + "loader: {on_error: skip}\n")
    result = run("pack", "r.yaml", "--long-side", "100", "-o", "small")
    assert result.exit_code == 1 and "2 samples, 1 of them" in result.output
    assert re.search(r"left out: .*tall.png", result.output)
    assert list(originals("small/r.yaml")) == ["big.jpg", "small.jpg"]


def test_kinds_that_no_file_holds_are_refused_before_anything_is_written(coco: Path, run: Run) -> None:
    (coco / "clips.csv").write_text("audio,label\na.wav,x\n")
    (coco / "a.yaml").write_text("augkit: 1\nsource: {manifest: clips.csv}\nsample: {audio: audio, label: label}\n")
    result = run("pack", "a.yaml")
    assert result.exit_code == 2 and "'audio' is of kind 'audio', which a pack cannot hold" in result.stderr
    (coco / "l.yaml").write_text("augkit: 1\nsource: {manifest: clips.csv}\nsample: {label: label}\n")
    assert "there is no picture in it" in run("pack", "l.yaml").stderr
    assert not (coco / "a-500").exists() and not (coco / "l-500").exists()
