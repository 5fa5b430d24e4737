"""What the door does to annotations of space that do not fit their image."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from augkit import Pipeline, Trace
from augkit.errors import DataError, FieldError
from tests.core.tiny import IMAGE, Add, Flip, step

XY = np.array([[0.0, 0.0], [-1.0, 0.5], [3.5, 1.5], [4.5, 1.0]])


def read(coords="continuous", outside="drop", visibility=None, xy=XY):
    pipeline = Pipeline(
        [step(Add(number=1))],
        sample={"image": "image", "points": {"keypoints": {"coords": coords, "outside": outside}}},
    )
    points = {"xy": xy, "id": list(range(len(xy)))}
    if visibility is not None:
        points["visibility"] = visibility
    return pipeline(image=IMAGE, points=points, key="a")["points"]


def test_points_outside_are_dropped_even_by_a_step_that_moves_nothing():
    assert read()["id"] == [0, 2]


def test_or_hidden_where_the_recipe_says_so():
    points = read(outside="hide", visibility=np.array([2, 2, 1, 2]))
    assert points["id"] == [0, 1, 2, 3] and points["visibility"].tolist() == [2, 0, 1, 0]


def test_hiding_needs_visibilities():
    with pytest.raises(DataError, match="needs visibilities"):
        read(outside="hide")


def test_pixel_indices_are_centres_of_pixels():
    xy = np.array([[-0.5, 0.0], [-0.75, 0.0], [3.5, 1.5], [3.75, 1.0]])
    points = read("pixel", xy=xy)
    assert points["id"] == [0, 2] and points["xy"].tolist() == [[-0.5, 0.0], [3.5, 1.5]]


def test_what_lies_inside_comes_back_as_it_was():
    points = read(xy=XY[[0, 2]])
    assert points["xy"].tolist() == XY[[0, 2]].tolist()


def test_boxes_are_cut_and_dropped_at_the_door_too():
    pipeline = Pipeline([step(Add(number=1))], sample={"image": "image", "boxes": "boxes"})
    boxes = {"xyxy": np.array([[-1.0, 0, 2, 1], [5, 0, 6, 1], [1, 1, 1, 2]]), "id": [0, 1, 2]}
    out = pipeline(image=IMAGE, boxes=boxes, key="a")["boxes"]
    assert out["id"] == [0] and out["xyxy"].tolist() == [[0, 0, 2, 1]]


FRACTIONS = np.array([[0.1, 0.25, 0.5, 0.75], [0, 0, 1, 1]])


@pytest.mark.parametrize("format", ["xyxy", "xywh"])
def test_fractions_that_are_said_to_be_pixels_are_refused_since_they_would_fall_away(format):
    pipeline = Pipeline([], sample={"image": "image", "boxes": {"boxes": {"format": format}}})
    with pytest.raises(DataError, match=f"^a: field 'boxes': .* {format} is in pixels.*cxcywh_norm.*min_size: 0"):
        pipeline(image=IMAGE, boxes=FRACTIONS if format == "xyxy" else FRACTIONS * (1, 1, 0.5, 0.5), key="a")


def test_boxes_of_whole_pixels_or_less_by_wish_are_no_such_fractions():
    def read(boxes, **options):
        pipeline = Pipeline([], sample={"image": "image", "boxes": {"boxes": options}})
        return pipeline(image=IMAGE, boxes=np.array(boxes, dtype=float), key="a")["boxes"].tolist()

    assert read([[0, 0, 1, 1], [1, 1, 1, 1]]) == [[0, 0, 1, 1]]
    assert read(FRACTIONS, min_size=0) == FRACTIONS.tolist()
    assert read([[0.25, 0.25, 0.75, 0.75], [1, 1, 3, 2]]) == [[1, 1, 3, 2]]
    assert read(FRACTIONS, format="cxcywh_norm", min_visible=0, min_size=0) != []


def test_carriers_of_different_sizes_are_refused_whatever_the_steps_are():
    pipeline = Pipeline([step(Flip(), p=0.0)], sample={"image": "image", "mask": "mask"})
    with pytest.raises(DataError, match=r"^b: 'mask' reaches \(9, 9\) in space but 'image'"):
        pipeline.read({"image": IMAGE, "mask": np.zeros((9, 9), np.uint8)}, "b")


@pytest.mark.parametrize("index", [-100, 300])
def test_an_ignore_index_that_the_mask_cannot_hold_becomes_no_class(index):
    pipeline = Pipeline([step(Flip())], sample={"mask": {"mask": {"ignore_index": index}}})
    with pytest.raises(DataError, match=f"^a: field 'mask': mask: uint8 cannot hold the `ignore_index` {index}"):
        pipeline(mask=np.ones((2, 3), np.uint8), key="a")
    assert pipeline(mask=np.ones((2, 3), np.int64), key="a")["mask"].dtype == np.int64


def test_boxes_and_keypoints_as_tensors_come_back_as_tensors():
    torch = pytest.importorskip("torch")
    pipeline = Pipeline([step(Flip())], sample={"image": "image", "boxes": "boxes", "points": "keypoints"})
    out = pipeline(image=IMAGE, boxes=torch.tensor([[0.0, 0, 1, 1]]), points={"xy": torch.tensor([[0, 0]])}, key="a")
    width = IMAGE.shape[1]
    assert out["boxes"].dtype == torch.float32 and out["boxes"].tolist() == [[width - 1, 0, width, 1]]
    assert out["points"]["xy"].dtype == torch.float64 and out["points"]["xy"].tolist() == [[width - 1, 0]]


def test_a_picture_that_breaks_only_when_it_is_decoded_is_refused_by_name():
    file = io.BytesIO()
    Pillow.fromarray(np.random.default_rng(0).integers(0, 255, (50, 50, 3), dtype=np.uint8)).save(file, "PNG")
    cut = Pillow.open(io.BytesIO(file.getvalue()[:900]))
    with pytest.raises(DataError, match=r"^a: field 'image' of kind 'image' cannot be read: image file is truncated"):
        Pipeline([step(Flip())], sample={"image": "image"})(image=cut, key="a")


@pytest.mark.parametrize(("mode", "kept"), [("PA", "RGBA"), ("RGBa", "RGBA"), ("La", "LA")])
def test_alpha_stays_whatever_the_mode(mode, kept):
    out = Pipeline([step(Flip())], sample={"image": "image"})(image=Pillow.new(mode, (4, 3)), key="a")
    assert out["image"].mode == kept


@pytest.mark.parametrize("name", ["key", "epoch", "copy", "view", "meta"])
def test_a_field_cannot_take_the_name_of_what_names_the_visit(name):
    with pytest.raises(FieldError, match=f"a field cannot be called '{name}'"):
        Pipeline([step(Flip())], sample={"image": "image", name: "label"})


def test_what_names_the_visit_is_a_text_and_whole_numbers():
    pipeline = Pipeline([step(Flip())], sample={"image": "image"})
    _, trace = pipeline.traced(image=IMAGE, key="a", epoch=np.int64(3))
    assert Trace.from_json(trace.to_json()) == trace
    with pytest.raises(DataError, match=r"^key: got 5; expected a text"):
        pipeline(image=IMAGE, key=5)
    with pytest.raises(DataError, match=r"^epoch: got 1\.5; expected a whole number"):
        pipeline(image=IMAGE, key="a", epoch=1.5)


@pytest.mark.parametrize("name", ["epoch", "copy", "view"])
def test_visits_are_counted_from_zero(name):
    with pytest.raises(DataError, match=rf"^{name}: got -1; they are counted from 0 on"):
        Pipeline([], sample={"image": "image"})(image=IMAGE, key="a", **{name: -1})
