"""Boxes that reach beyond their picture are told once, with file, row and count, by ``check`` and by a training."""

import io
import json

import pytest
from click.testing import CliRunner
from PIL import Image

from augkit.cli import main
from augkit.data.source import open_source
from augkit.train.progress import Progress

ROWS = """image,label,xmin,ymin,xmax,ymax
a.png,x,3,4,20,20
b.png,y,50,10,70,30
c.png,x,-4,2,10,40
c.png,y,0,0,64.3,40
"""
TABLE = "augkit: 1\nsource: {box_table: {file: boxes.csv}}\nsample: {image: image, boxes: boxes}\nsteps: [hflip]\n"
BOXES = {7: [1, 2, 30, 30], 8: [50, 2, 30, 30], 9: [33.6, 0, 30.8, 48.2]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "abc":
        Image.new("RGB", (64, 48)).save(f"{name}.png")
    (tmp_path / "boxes.csv").write_text(ROWS)
    (tmp_path / "r.yaml").write_text(TABLE)
    return tmp_path


def coco(folder, size, **beside):
    image = {"id": 1, "file_name": "a.png", **size}
    objects = [{"id": id_, "image_id": 1, "category_id": id_ % 2, "bbox": box} for id_, box in BOXES.items()]
    classes = [{"id": 0, "name": "even"}, {"id": 1, "name": "odd"}]
    (folder / "coco.json").write_text(json.dumps({"images": [image], "annotations": objects, "categories": classes}))
    return open_source({"coco": {"annotations": "coco.json", **beside}}, folder)


def test_check_warns_of_them_and_is_content(folder):
    result = CliRunner().invoke(main, ["check", "r.yaml"])
    assert result.exit_code == 0, result.output
    assert result.stderr == (
        f"r.yaml:2:1: warning: {folder}/boxes.csv: 2 boxes reach beyond the picture and will be cut there: "
        "the first is row 3, in b.png of 48 × 64 px (h × w). Is it the same picture and unit?\n"
    )
    [told] = json.loads(CliRunner().invoke(main, ["check", "r.yaml", "--json"]).stdout)
    assert (told["line"], told["kind"]) == (2, "Remark") and "2 boxes" in told["message"]


def test_preview_says_it_too(folder):
    result = CliRunner().invoke(main, ["preview", "r.yaml", "--samples", "1", "--draws", "1"])
    assert result.exit_code == 0 and "2 boxes reach beyond" in result.stderr


def test_half_a_pixel_is_rounding_and_a_picture_that_is_not_there_is_no_concern_of_this(folder):
    (folder / "boxes.csv").write_text("image,xmin,ymin,xmax,ymax\na.png,-0.5,0,64.5,48\nlost.png,0,0,1000,1000\n")
    assert open_source({"box_table": "boxes.csv"}, folder).remarks(["boxes"]) == []


def test_fractions_are_measured_on_the_picture(folder):
    (folder / "boxes.csv").write_text("image,xmin,ymin,xmax,ymax\na.png,0,0,1.005,1\nb.png,0.5,0.5,1,1.1\n")
    [told] = open_source({"box_table": {"file": "boxes.csv", "units": "fraction"}}, folder).remarks(["boxes"])
    assert "1 box reaches" in told and "row 3, in b.png" in told


def test_what_the_recipe_does_not_use_is_not_remarked_on(folder):
    assert open_source({"box_table": "boxes.csv"}, folder).remarks(["image"]) == []


def test_coco_states_the_size_and_the_annotation(folder):
    [told] = coco(folder, {"width": 64, "height": 48}).remarks(["boxes"])
    assert told.startswith(f"{folder}/coco.json: 1 box reaches") and "annotation 8, in a.png" in told
    assert coco(folder, {"width": 64, "height": 48}).remarks(["image"]) == []


def test_of_the_categories_that_are_asked_for(folder):
    assert coco(folder, {"width": 64, "height": 48}, categories=["odd"]).remarks(["boxes"]) == []


def test_a_coco_file_without_sizes_has_nothing_to_measure_by(folder):
    assert coco(folder, {}).remarks(["boxes"]) == []


def test_runs_that_share_a_progress_say_it_once():
    stream = io.StringIO()
    progress = Progress(stream)
    for _ in range(3):
        progress.warn("warning: odd")
    assert stream.getvalue() == "warning: odd\n"
