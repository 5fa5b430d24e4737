"""Average precision is COCO's own, digit by digit, and what a detector found is measured by it."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from augkit_image.tasks.average_precision import Marked, average_precisions, iou, matched
from augkit_image.tasks.found_boxes import FoundBoxes, usual_boxes

NONE = np.zeros((0, 4))


def scene(random: np.random.Generator) -> tuple[Marked, Marked]:
    """A few true boxes of three classes, one of them a crowd at times, and found ones: shaken, double or elsewhere."""
    count = int(random.integers(0, 6))
    corner, side = random.uniform(0, 60, (count, 2)), random.uniform(10, 40, (count, 2))
    true = Marked.true(
        np.concatenate([corner, corner + side], 1), random.integers(0, 3, count), random.random(count) < 0.15
    )
    again = np.repeat(np.arange(count), 2)
    shaken = true.xyxy[again] + random.normal(0, 2.5, (2 * count, 4))
    corner = random.uniform(0, 60, (4, 2))
    xyxy = np.concatenate([shaken, np.concatenate([corner, corner + random.uniform(10, 40, (4, 2))], 1)])
    numbers = np.concatenate([true.numbers[again], random.integers(0, 3, 4)])
    return Marked.told(xyxy, numbers, random.random(len(xyxy)).round(2)), true


def by_pycocotools(found: list[Marked], true: list[Marked]) -> np.ndarray:
    """(classes, 10) of pycocotools' own evaluation."""
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is the oracle here; pip install pycocotools")
    from pycocotools.cocoeval import COCOeval

    def listed(many: list[Marked]) -> list[dict[str, object]]:
        made = []
        for image, marked in enumerate(many, 1):
            rows = zip(marked.xyxy, marked.numbers, marked.scores, marked.crowd, strict=True)
            for (x0, y0, x1, y1), number, score, crowd in rows:
                box = [float(side) for side in (x0, y0, x1 - x0, y1 - y0)]
                about = {"id": len(made) + 1, "image_id": image, "category_id": int(number) + 1, "bbox": box}
                made.append(about | {"area": box[2] * box[3], "iscrowd": int(crowd), "score": float(score)})
        return made

    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO()
        truth.dataset = {
            "images": [{"id": image} for image in range(1, len(true) + 1)],
            "categories": [{"id": number} for number in (1, 2, 3)],
            "annotations": listed(true),
        }
        truth.createIndex()
        told = coco.COCO()
        told.dataset = truth.dataset | {"annotations": listed(found)}
        told.createIndex()
        judge = COCOeval(truth, told, "bbox")
        judge.evaluate()
        judge.accumulate()
    return np.asarray(judge.eval["precision"][:, :, :, 0, 2].mean(axis=1).T)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_pycocotools_measures(seed: int) -> None:
    random = np.random.default_rng(seed)
    found, true = (list(each) for each in zip(*(scene(random) for _ in range(25)), strict=True))
    assert any(marked.crowd.any() for marked in true) and any(not len(marked.xyxy) for marked in true)
    ours = average_precisions(found, true, 3)
    assert 0.05 < ours.mean() < 0.95
    np.testing.assert_allclose(ours, by_pycocotools(found, true), rtol=0, atol=1e-12)


def test_a_case_by_hand() -> None:
    """Two objects: the best guess finds one, the second finds nothing, the third the other. Precision is 1 up to a
    recall of one half (51 of the 101 places), and 2/3 beyond.
    """
    true = Marked.true(np.array([[0, 0, 10, 10], [20, 20, 30, 30.0]]), np.zeros(2, int), np.zeros(2, bool))
    told = np.array([[0, 0, 10, 10], [50, 50, 60, 60], [20, 20, 30, 30.0]])
    found = Marked.told(told, np.zeros(3, int), np.array([0.9, 0.8, 0.7]))
    assert average_precisions([found], [true], 1)[0] == pytest.approx([(51 + 50 * 2 / 3) / 101] * 10)


def test_an_object_is_found_once_and_what_lies_in_a_crowd_counts_nowhere() -> None:
    true, crowd = np.array([[0.0, 0, 10, 10]]), np.array([[40.0, 40, 90, 90]])
    hits, counted = matched(np.array([[0, 0, 10, 10], [0, 0, 10, 9.9], [50, 50, 60, 60]]), true, crowd)
    assert hits.tolist() == [[True, False, False]] * 10
    assert counted.tolist() == [[True, True, False]] * 10


def test_iou_of_what_has_no_area_is_nothing() -> None:
    assert iou(np.array([[1.0, 1, 1, 5]]), np.array([[1.0, 1, 1, 5]])).tolist() == [[0.0]]
    assert iou(np.array([[0.0, 0, 4, 4]]), np.array([[2.0, 0, 6, 4]]))[0, 0] == pytest.approx(1 / 3)


def test_an_epoch_tells_each_class_that_is_there_and_the_floor() -> None:
    same = Marked.true(np.array([[10.0, 10, 30, 30]]), np.array([1]), np.array([False]))
    nothing = Marked.told(NONE, np.zeros(0, int), np.zeros(0))
    seen = FoundBoxes(["cat", "dog", "owl"])
    seen.add(2.0, [nothing, same], [same, same])
    metrics = seen.metrics("val")
    half = 51 / 101
    assert metrics["per_class"] == {"dog": pytest.approx(half)} and metrics["val_map50"] == pytest.approx(half)
    assert metrics["val_map"] == pytest.approx(half) and metrics["val_loss"] == 2.0
    assert metrics["val_usual_map50"] == 1.0  # both pictures are alike, so that the median box is right
    assert set(seen.metrics("train")) == {"train_loss", "train_map50", "train_map"}
    assert FoundBoxes(["cat"]).metrics("val")["val_map50"] == 0.0


def test_the_usual_boxes_are_medians_without_crowds() -> None:
    xyxy = np.array([[0, 0, 10, 10], [2, 2, 14, 14], [4, 4, 20, 20], [0, 0, 99, 99.0]])
    true = Marked.true(xyxy, np.array([0, 0, 0, 0]), np.array([False, False, False, True]))
    usual = usual_boxes([true], 2)
    assert usual.xyxy.tolist() == [[2, 2, 14, 14]] and usual.numbers.tolist() == [0] and usual.scores.tolist() == [3]
