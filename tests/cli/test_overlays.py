"""What the preview draws over a picture beside masks, boxes and keypoints."""

import base64
import io
import re

import numpy as np
from PIL import Image as Pillow

from augkit.report.palette import Palette
from augkit.report.pictures import pictures
from augkit.vocab.space import Depth, Heatmap, Image, ImageSequence, InstanceMasks, OrientedBoxes, Polygons

PIXELS = np.zeros((20, 40, 3), np.uint8)
RING = np.array([[1.0, 2.0], [30.0, 2.0], [30.0, 18.0]])


def layers(html):
    encoded = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return [np.asarray(Pillow.open(io.BytesIO(base64.b64decode(each)))) for each in encoded]


def test_outlines_are_drawn_in_pixels_of_the_picture_with_their_labels():
    polygons = Polygons(((RING,), (RING, RING + 1)), {"label": ["<cat>", "dog"]})
    html = pictures({"image": Image(PIXELS), "polygons": polygons}, None, Palette())
    assert 'viewBox="0 0 40 20"' in html and html.count("<polygon") == 3
    assert 'points="1.00,2.00 30.00,2.00 30.00,18.00"' in html
    assert "<title>&lt;cat&gt;</title>" in html and "<title>dog</title>" in html


def test_an_oriented_box_shows_its_first_side():
    boxes = OrientedBoxes(np.array([[20.0, 10, 10, 4, 90]]))
    html = pictures({"image": Image(PIXELS), "boxes": boxes}, None, Palette())
    assert 'class="outline oriented_boxes"' in html
    assert '<polyline points="22.00,5.00 22.00,15.00"/>' in html


def test_instances_take_the_colour_of_their_label():
    masks = np.zeros((3, 20, 40), bool)
    masks[0, :, :10] = masks[1, :, 20:30] = masks[2, :, 30:] = True
    instances = InstanceMasks(masks, {"label": ["cat", "dog", "cat"]})
    [_, veil] = layers(pictures({"image": Image(PIXELS), "masks": instances}, None, Palette()))
    assert veil[0, 15, 3] == 0 and veil[0, 5, 3] > 0
    assert (veil[0, 5] == veil[0, 35]).all() and (veil[0, 5] != veil[0, 25]).any()


def test_heat_is_as_dense_as_it_is_strong_and_depth_that_is_not_known_is_clear():
    values = np.zeros((20, 40, 2), np.float32)
    values[:, 20:, 1], values[:, 30:, 1] = 0.5, 1.0
    [_, veil] = layers(pictures({"image": Image(PIXELS), "heat": Heatmap(values)}, None, Palette()))
    assert veil[0, 0, 3] == 0 < veil[0, 25, 3] < veil[0, 35, 3]
    metres = np.full((20, 40, 1), np.nan, np.float32)
    metres[:, :10], metres[:, 10:20] = 1.0, 9.0
    [_, veil] = layers(pictures({"image": Image(PIXELS), "depth": Depth(metres)}, None, Palette()))
    assert veil[0, 30, 3] == 0 and veil[0, 5, 3] > 0
    assert veil[0, 5, 0] > veil[0, 15, 0] and veil[0, 5, 2] < veil[0, 15, 2]


def test_depth_without_any_known_number_is_drawn_too():
    unknown = Depth(np.full((20, 40, 1), np.nan, np.float32))
    [ground, veil] = layers(pictures({"depth": unknown}, None, Palette()))
    assert (ground == 128).all() and (veil[:, :, 3] == 0).all()


def test_a_film_shows_its_first_its_middle_and_its_last_frame():
    frames = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 20, 40, 3), np.uint8)
    html = pictures({"film": ImageSequence(frames)}, None, Palette())
    assert [int(each[0, 0, 0]) for each in layers(html)] == [0, 2, 4]
    assert 'title="film 3/5, 20 × 40 px"' in html
