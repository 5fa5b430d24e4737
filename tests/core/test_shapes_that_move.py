"""How polygons, oriented boxes and instances follow maps, where the laws' own samples do not look."""

import numpy as np
import pytest

from augkit.fields import Size
from augkit.transform import kernel_for
from augkit.vocab.space import (
    Affine2D,
    Boxes,
    BoxOptions,
    ClipOptions,
    Elastic,
    Erase,
    Homography,
    KeypointOptions,
    Keypoints,
    OrientedBoxes,
    Polygons,
    outlines,
)

SIZE = Size(60, 80)
ALL = ClipOptions(min_visible=0.0, min_size=0.0)
TILTED = Homography(((1.0, 0.1, 2.0), (0.05, 1.1, -3.0), (0.001, -0.0005, 1.0)), SIZE, SIZE)


def follow(target, params):
    return kernel_for(type(params), type(target))(target, params)


def test_a_ring_within_the_frame_is_the_same_object():
    ring = np.array([[0.0, 0.0], [80.0, 0.0], [80.0, 60.0]])
    assert outlines.clipped(ring, SIZE) is ring


@pytest.mark.parametrize(
    ("ring", "area"),
    [
        ([[-10, -10], [90, -10], [90, 70], [-10, 70]], 80 * 60),
        ([[70, 10], [90, 10], [90, 20], [70, 20]], 100),
        ([[-40, 30], [40, -50], [120, 30], [40, 110]], 80 * 60),
        ([[-5, -5], [-1, -5], [-1, -1]], 0),
        ([[20, -20], [40, 20], [60, -20]], 200),
    ],
)
def test_what_the_frame_leaves_of_a_ring(ring, area):
    left = outlines.clipped(np.array(ring, dtype=float), SIZE)
    assert (left >= 0).all() and (left <= (80, 60)).all()
    assert (outlines.area(left) if len(left) else 0) == pytest.approx(area)


def test_a_dented_ring_loses_what_is_outside_and_no_more():
    comb = np.array([[10.0, -20], [70, -20], [70, 30], [50, 30], [50, -10], [30, -10], [30, 30], [10, 30]])
    assert outlines.area(outlines.clipped(comb, SIZE)) == pytest.approx(2 * 20 * 30)


@pytest.mark.parametrize("seed", range(20))
def test_clipping_agrees_with_pixels(seed):
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    reach = rng.uniform(10, 60, 9)
    ring = np.stack([40 + reach * np.cos(angles), 30 + reach * np.sin(angles)], axis=1)
    cv2 = pytest.importorskip("cv2")
    drawn = np.zeros((600, 800), np.uint8)
    cv2.fillPoly(drawn, [np.rint((ring * 10 - 0.5) * 16).astype(np.int32)], 1, shift=4)
    assert outlines.area_within(ring, SIZE) == pytest.approx(drawn.sum() / 100, rel=0.02, abs=2)


def test_many_rings_at_once_are_clipped_as_one_by_one():
    rings = np.random.default_rng(3).uniform(-60, 140, (300, 7, 2))
    rings[:5] -= 400
    parts, left = outlines.clipped_all(rings, SIZE)
    assert not left[:5].any() and left[5:].any()
    for ring, part, there in zip(rings, parts, left, strict=True):
        alone = outlines.clipped(ring, SIZE)
        assert there == bool(len(alone))
        if there:
            assert abs(abs(outlines.signed_area(part[None])[0]) - outlines.area(alone)) < 1e-9
            assert np.array_equal(part.min(axis=0), alone.min(axis=0))
            assert np.array_equal(part.max(axis=0), alone.max(axis=0))


def test_outlines_gain_corners_only_where_lines_bend():
    square = np.array([[10.0, 10], [50, 10], [50, 50], [10, 50]])
    polygons = Polygons(((square,),), options=ALL)
    assert len(follow(polygons, TILTED).rings[0][0]) == 4
    bent = Elastic.drawn(2.0, (3, 4), 7, SIZE)
    [[ring]] = follow(polygons, bent).rings
    assert len(ring) > 20
    fine = bent.points(outlines.densified(square, 0.5))
    gaps = np.linalg.norm(fine[:, None] - ring[None], axis=2).min(axis=1)
    assert gaps.max() < 8 and abs(outlines.area(ring) - outlines.area(fine)) < 2


def test_a_part_that_leaves_goes_and_the_object_stays_with_its_columns():
    near, far = np.array([[5.0, 5], [25, 5], [25, 25]]), np.array([[60.0, 40], [78, 40], [78, 58]])
    polygons = Polygons(((near, far), (far,)), {"label": ["both", "far"]}, np.ones(2), options=ALL)
    left = follow(polygons, Affine2D.window(SIZE, 0, 0, Size(30, 30)))
    assert left.columns == {"label": ["both"]} and [len(rings) for rings in left.rings] == [1]
    assert left.visible[0] == pytest.approx(200 / (200 + 162))


def test_degrees_are_clockwise_as_seen_as_in_opencv():
    cv2 = pytest.importorskip("cv2")
    boxes = OrientedBoxes(np.array([[40.0, 30, 20, 8, 25]]))
    points = cv2.boxPoints(((40.0, 30.0), (20.0, 8.0), 25.0))
    got = boxes.corners()[0]
    assert np.abs(np.sort(points, axis=0) - np.sort(got, axis=0)).max() < 1e-4
    along = got[1] - got[0]
    assert along[0] > 0 and along[1] > 0  # to the right and down


@pytest.mark.parametrize("degrees", [0.0, 30.125, 90.0, -89.875])
def test_turning_the_picture_counter_clockwise_takes_from_the_degrees(degrees):
    boxes = OrientedBoxes(np.array([[40.0, 30, 20, 8, degrees]]), options=ALL)
    turned = follow(boxes, Affine2D.about_centre(SIZE, 10.0)).xywha[0]
    expected = degrees - 10 if degrees - 10 > -90 else degrees + 170
    assert turned.tolist() == pytest.approx([40, 30, 20, 8, expected])


@pytest.mark.parametrize("space", [TILTED, Affine2D.about_centre(SIZE, 10, (1.3, 0.7), (20, 0))])
def test_elsewhere_it_is_the_smallest_rectangle_round_the_outline(space):
    cv2 = pytest.importorskip("cv2")
    boxes = OrientedBoxes(np.array([[40.0, 30, 20, 8, 25], [30, 20, 10, 12, -70]]), options=ALL)
    for before, after in zip(boxes.corners(), follow(boxes, space).xywha, strict=True):
        _, (w, h), _ = cv2.minAreaRect(space.points(before).astype(np.float32))
        assert after[2] * after[3] == pytest.approx(w * h, rel=1e-3)


def test_under_a_bent_map_the_oriented_box_contains_the_moved_outline():
    boxes = OrientedBoxes(np.array([[40.0, 30, 30, 20, 25]]), options=ALL)
    bent = Elastic.drawn(2.0, (3, 4), 7, SIZE)
    cx, cy, w, h, degrees = follow(boxes, bent).xywha[0]
    angle = np.radians(degrees)
    off = bent.points(outlines.densified(boxes.corners()[0], 0.5)) - (cx, cy)
    u, v = off @ (np.cos(angle), np.sin(angle)), off @ (-np.sin(angle), np.cos(angle))
    assert np.abs(u).max() <= w / 2 + 0.1 and np.abs(v).max() <= h / 2 + 0.1
    assert w * h < 2 * 30 * 20


def test_an_oriented_box_is_not_cut_and_a_pad_after_a_crop_shows_no_more_of_it():
    boxes = OrientedBoxes(np.array([[10.0, 30, 20, 8, 0]]), options=ALL)
    cropped = follow(boxes, Affine2D.window(SIZE, 0, 15, SIZE))
    assert cropped.xywha[0].tolist() == [-5, 30, 20, 8, 0] and cropped.visible[0] == pytest.approx(0.25)
    padded = follow(cropped, Affine2D.window(SIZE, 0, -15, SIZE))
    assert padded.visible[0] == pytest.approx(0.25)


def test_rectangles_that_overlap_hide_once():
    ring = np.array([[0.0, 0.0], [10, 0], [10, 10], [0, 10]])
    rects = ((0, 0, 6, 10), (4, 0, 8, 10), (20, 20, 30, 30))
    assert outlines.covered_area(ring, rects) == pytest.approx(80)
    erase = Erase(rects, policy="ignore", max_hidden=0.79)
    assert len(follow(Polygons(((ring,),)), erase)) == 0
    assert len(follow(Polygons(((ring,),)), Erase(rects, policy="ignore", max_hidden=0.81))) == 1


@pytest.mark.parametrize("seed", range(8))
def test_the_quick_way_of_boxes_is_the_envelope_of_the_moved_corners(seed):
    rng = np.random.default_rng(seed)
    start = rng.uniform(0, 40, (50, 2))
    boxes = Boxes(np.concatenate([start, start + rng.uniform(0, 40, (50, 2))], axis=1), {"row": list(range(50))})
    maps = [
        Affine2D.hflip(SIZE),
        Affine2D.transpose(SIZE),
        Affine2D.rot90(SIZE, 1),
        Affine2D.about_centre(SIZE, rng.uniform(-180, 180), (1.2, 0.8), (10, -5), (3, 4)),
    ]
    free = Boxes(boxes.xyxy, boxes.columns, options=BoxOptions(min_visible=1.0, min_size=0.0))
    for space in maps:
        corners = space.points(boxes.xyxy[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)).reshape(-1, 4, 2)
        limits = np.tile([space.size_out.w, space.size_out.h], 2)
        expected = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        moved = follow(free, space)
        whole = ((expected >= 0) & (expected <= limits)).all(axis=1)
        assert moved.columns["row"] == np.flatnonzero(whole).tolist() and whole.any()
        assert np.allclose(moved.xyxy, expected[whole], atol=1e-12)


MIRRORS = [Affine2D.hflip(SIZE), Affine2D.vflip(SIZE), Affine2D.transpose(SIZE)]
OTHERS = [Affine2D.rot90(SIZE, 1), Affine2D.rot90(SIZE, 2), Affine2D.about_centre(SIZE, 30), TILTED]
BACKWARDS = Homography(((-1.0, 0.0, 80.0), (0.0, 1.0, 0.0), (0.0005, 0.0, 1.0)), SIZE, SIZE)


@pytest.mark.parametrize("space", [*MIRRORS, BACKWARDS, *OTHERS, Elastic.drawn(2.0, (3, 4), 7, SIZE)])
def test_pairs_change_names_under_every_mirror_and_under_nothing_else(space):
    options = KeypointOptions(pairs=(("left", "right"),))
    points = Keypoints(np.array([[30.0, 30], [50, 30]]), None, {"label": ["left", "right"]}, options=options)
    mirrors = space in (*MIRRORS, BACKWARDS)
    assert space.mirrors() == mirrors
    assert follow(points, space).columns["label"] == (["right", "left"] if mirrors else ["left", "right"])
