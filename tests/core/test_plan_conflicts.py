"""What a plan does when following would break an annotation: skip the step, drop what breaks, draw anew."""

import numpy as np

from augkit import Pipeline
from augkit.errors import Conflict
from augkit.transform import Transform
from tests.core.test_plan import replays
from tests.core.tiny import IMAGE, MASK, Roll, Rolled, step

ROLLING = {"image": "image", "boxes": "boxes", "mask": "mask"}
EDGE = {"image": IMAGE, "mask": MASK, "boxes": {"xyxy": np.array([[0, 0, 1, 1.0], [2, 0, 3, 1]]), "id": [1, 2]}}


def rolled(on_conflict, by=None, fields=EDGE, visits=1, sample=ROLLING):
    transform = Roll() if by is None else Roll(by=by)
    pipeline = Pipeline([step(transform, on_conflict=on_conflict)], sample=sample)
    return [replays(pipeline, fields, key=f"{visit}") for visit in range(visits)]


def test_skip_step_leaves_everything_as_it_was():
    [(out, trace)] = rolled("skip_step", 2)
    assert out["image"] is IMAGE and out["mask"] is MASK and out["boxes"]["id"] == [1, 2]
    assert trace.skipped == [("tiny/roll", "conflict: a box would be cut in two")]


def test_drop_lets_go_of_what_would_break_and_says_so():
    [(out, trace)] = rolled("drop", 2)
    assert (out["image"] == np.roll(IMAGE, 2, axis=1)).all() and (out["mask"] == np.roll(MASK, 2, axis=1)).all()
    assert out["boxes"]["id"] == [1] and out["boxes"]["xyxy"].tolist() == [[2, 0, 3, 1]]
    assert trace.entries[0].dropped == "a box would be cut in two"


def test_redraw_draws_until_it_fits():
    traces = [trace for _, trace in rolled("redraw", visits=60)]
    ran = [params["by"] for trace in traces for _, _, params in trace.steps]
    nothing = [reason for trace in traces for _, reason in trace.skipped]
    assert set(ran) == {1} and set(nothing) == {"rolled by nothing"} and len(ran) + len(nothing) == 60


def test_redraw_gives_up_at_last_and_says_so():
    [(out, trace)] = rolled("redraw", 2)
    assert out["image"] is IMAGE
    assert trace.skipped == [("tiny/roll", "100 draws in a row were in conflict")]


def test_drop_works_where_a_field_of_the_sample_is_left_out():
    fields = {name: value for name, value in EDGE.items() if name != "mask"}
    [(out, _)] = rolled("drop", 2, fields)
    assert out["boxes"]["id"] == [1]


class Stubborn(Transform[Rolled]):
    """Its masks object too, and offer nothing instead."""

    def draw(self, rng, frame, content=None):
        return Rolled(2)

    def apply_mask(self, mask, params):
        raise Conflict("the mask would break")


def test_drop_is_a_skip_where_nothing_is_offered_instead():
    pipeline = Pipeline([step(Stubborn(), on_conflict="drop")], sample={**ROLLING})
    out, trace = pipeline.traced(**EDGE, key="a")
    assert out["image"] is IMAGE and out["boxes"]["id"] == [1, 2]
    assert trace.skipped == [("tiny/stubborn", "conflict: the mask would break")]
