"""Laws of annotations as things: their counts, their place in the frame, what erasing does to them; and the frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from augkit.fields import fields_of
from augkit.sample import Axis, Frame, Target, common_frame
from augkit.testing import markers
from augkit.testing.compare import arrays, difference
from augkit.testing.laws import law
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.vocab.space import Boxes, Depth, Erase, InstanceMasks, Keypoints, OrientedBoxes, Polygons, outlines
from augkit.vocab.text import Spans
from augkit.vocab.timeline import Events


@law("L7", "counts of boxes, masks, keypoints, labels agree; a drop is explicit and applies to all", "exact")
def counts(subject: Subject) -> int:
    """Every column keeps one value a row, in its type; what a mask shows has its box, and no box is of nothing."""
    if not any(hasattr(target, "columns") for case in subject.read_examples() for target in case.values()):
        raise NotApplicable("no kind with columns beside")

    def holds(visit: Visit) -> int:
        named = [name for name, target in visit.before.targets.items() if hasattr(target, "columns")]
        for name in named:
            _rows_agree(visit, name)
        return len(named)

    return subject.each(holds) + _things_agree(subject)


def _rows_agree(visit: Visit, name: str) -> None:
    before, after = visit.before.targets[name], visit.after.targets[name]
    rows = {id: row for row, id in enumerate(_plain(_columns(before).get("id", [])))}
    columns = _columns(after)
    if columns.keys() != _columns(before).keys():
        raise visit.broken(f"{name}: columns {list(_columns(before))} became {list(columns)}")
    for column, values in columns.items():
        given = _columns(before)[column]
        if len(values) != len(after):  # type: ignore[arg-type]
            raise visit.broken(f"{name}: {len(after)} rows, but column {column!r} has {len(values)}")  # type: ignore[arg-type]
        if type(values) is not type(given) or getattr(values, "dtype", None) != getattr(given, "dtype", None):
            raise visit.broken(f"{name}: column {column!r} of {_type(given)} became {_type(values)}")
        for id, value in zip(_plain(columns.get("id", [])), _plain(values), strict=False):
            if id not in rows:
                raise visit.broken(f"{name}: a row with id {id} appeared that was not there")
            if value != _plain(given)[rows[id]]:
                raise visit.broken(f"{name}: {column!r} of row {id} was {_plain(given)[rows[id]]!r}, now {value!r}")


def _columns(target: Target) -> Mapping[str, Any]:
    columns: Mapping[str, Any] = target.columns  # type: ignore[attr-defined]
    return columns


def _plain(values: Any) -> list[Any]:
    return list(values.tolist()) if isinstance(values, np.ndarray) else list(values)


def _type(values: Any) -> str:
    return str(getattr(values, "dtype", type(values).__name__))


def _things_agree(subject: Subject) -> int:
    if not all(subject.carried(kind) for kind in ("mask", "boxes")) or not subject.follows("image"):
        return 0
    ran = 0
    for turn in range(max(2, subject.examples // 2)):
        for size in markers.SIZES:
            for visit in subject.acted(markers.object_case(size, turn), turn):
                ran += _thing_by_thing(visit)
    return ran


def _thing_by_thing(visit: Visit) -> int:
    before, after = visit.case.fields["mask"], markers.classes(visit)
    left = markers.boxes(visit)
    shapes = {markers.shape_of(params) for params in visit.params}
    ids = visit.case.fields["boxes"]["id"].tolist()
    if not set(left) <= set(ids):
        raise visit.broken(f"boxes {ids} became {list(left)}")
    for id in ids:
        seen = int((after == id).sum())
        if id in left and not seen and shapes <= {"lattice"}:
            raise visit.broken(f"box {id} is kept at {left[id].tolist()}, but nothing of its mask is left")
        if id not in left and seen > 0.5 * int((before == id).sum()):
            raise visit.broken(f"box {id} was dropped, but {seen} pixels of its mask are left")
    return len(ids)


@law("L8", "no zero-area, NaN or out-of-frame boxes come out", "0")
def sound(subject: Subject) -> int:
    """Whatever went in (whole-frame, one-pixel, hairline, cut and flat boxes among it), numbers are finite, boxes have
    an area inside the frame, visible keypoints lie in it, events and spans have a length within it."""

    def holds(visit: Visit) -> int:
        frame = common_frame(visit.after.targets)
        ran = 0
        for name, target in visit.after.targets.items():
            for array in arrays(target):
                if array.dtype.kind == "f" and not np.isfinite(array).all():
                    raise visit.broken(f"{name}: {int((~np.isfinite(array)).sum())} numbers are not finite")
            if found := next(_astray(target, frame), None):
                raise visit.broken(f"{name}: {found}")
            ran += 1
        return ran

    return subject.each(holds)


def _astray(target: Target, frame: Frame) -> Iterator[str]:
    """What is wrong with an annotation that came out."""
    if isinstance(target, Boxes):
        size = frame[Axis.SPACE]
        for x0, y0, x1, y1 in target.xyxy.tolist():
            if not (x0 < x1 and y0 < y1):
                yield f"box {[x0, y0, x1, y1]} has no area"
            if not (x0 >= 0 and y0 >= 0 and x1 <= size[1] and y1 <= size[0]):
                yield f"box {[x0, y0, x1, y1]} leaves the frame of {tuple(size)} (h, w)"
    yield from _shapes_astray(target, frame)
    if isinstance(target, Keypoints):
        size = frame[Axis.SPACE]
        seen = np.ones(len(target), dtype=bool) if target.visibility is None else target.visibility > 0
        for x, y in target.xy[seen].tolist():
            if not (0 <= x <= size[1] and 0 <= y <= size[0]):
                yield f"visible keypoint {[x, y]} lies outside the frame of {tuple(size)} (h, w)"
    if isinstance(target, Events):
        samples, rate = frame[Axis.TIME]
        for onset, offset in zip(target.onset.tolist(), target.offset.tolist(), strict=True):
            if not 0 <= onset <= offset <= samples / rate:
                yield f"event from {onset:g} to {offset:g} s does not lie in the clip of {samples / rate:g} s"
    if isinstance(target, Spans):
        for start, end in target.ranges():
            if not 0 <= start < end <= frame[Axis.TEXT]:
                yield f"span from {start} to {end} does not lie in the text of {int(frame[Axis.TEXT])}"


def _shapes_astray(target: Target, frame: Frame) -> Iterator[str]:
    if isinstance(target, InstanceMasks) and not target.masks.any(axis=(1, 2)).all():
        yield "an instance without a pixel is left"
    if isinstance(target, OrientedBoxes) and not (target.xywha[:, 2:4] > 0).all():
        yield f"an oriented box without area is left: {target.xywha.tolist()}"
    if isinstance(target, Polygons):
        size = frame[Axis.SPACE]
        for ring in [ring for rings in target.rings for ring in rings]:
            if len(ring) < 3 or not outlines.area(ring) > 0:
                yield f"a ring without area is left: {ring.tolist()}"
            if (ring < 0).any() or (ring > (size[1], size[0])).any():
                yield f"the outline {ring.tolist()} leaves the frame of {tuple(size)} (h, w)"


@law("L9", "erasing follows its policy on all targets or none", "exact")
def erasing(subject: Subject) -> int:
    """For each policy: pixels outside the rectangles are untouched; masks, boxes and keypoints all follow it."""
    if not issubclass(subject.transform.params_type, Erase):
        raise NotApplicable("erases nothing")
    policies = ("keep", "ignore", "background")
    settable = "policy" in fields_of(type(subject.transform))
    ran = 0
    for policy in policies if settable else (None,):
        chosen = subject.with_fields(policy=policy) if policy else subject
        for turn in range(max(3, subject.examples // 2)):
            for size in markers.SIZES:
                for visit in chosen.acted(markers.object_case(size, turn), turn):
                    ran += _erased(visit)
    return ran


def _erased(visit: Visit) -> int:
    for drawn in visit.params:
        assert isinstance(drawn, Erase)
        covered = np.zeros(visit.case.fields["image"].shape[:2], dtype=bool)
        for x0, y0, x1, y1 in drawn.rects:
            covered[y0:y1, x0:x1] = True
        _pixels_erased(visit, covered, drawn.fill != "noise")
        if drawn.policy == "keep":
            _all_kept(visit)
        else:
            _mask_erased(visit, covered, 255 if drawn.policy == "ignore" else 0)
            _boxes_erased(visit, covered, drawn.max_hidden)
            _points_erased(visit, covered)
            _shapes_erased(visit, covered, drawn.policy)
    return len(visit.params)


def _pixels_erased(visit: Visit, covered: np.ndarray, even: bool) -> None:
    before, after = visit.case.fields["image"], markers.pixels(visit)
    if (before[~covered] != after[~covered]).any():
        raise visit.broken("pixels outside the erased rectangles changed")
    if even and covered.any() and len(np.unique(after[covered].reshape(-1, after.shape[2]), axis=0)) > 1:
        raise visit.broken("pixels inside the erased rectangles do not all have one fill")


def _all_kept(visit: Visit) -> None:
    for name in visit.before.targets.keys() - {"image", "film"}:
        if found := difference(visit.before.targets[name], visit.after.targets[name], name):
            raise visit.broken(f"policy `keep` changed {found}")


def _mask_erased(visit: Visit, covered: np.ndarray, expected: int) -> None:
    before, after = visit.case.fields["mask"], markers.classes(visit)
    if (after != np.where(covered, expected, before)).any():
        raise visit.broken(f"the mask should be {expected} where erased and untouched elsewhere")


def _boxes_erased(visit: Visit, covered: np.ndarray, max_hidden: float) -> None:
    left = markers.boxes(visit)
    for id, box in enumerate(visit.case.fields["boxes"]["xyxy"], 1):
        x0, y0, x1, y1 = box.astype(int)
        hidden = float(covered[y0:y1, x0:x1].mean())
        if abs(hidden - max_hidden) > 1e-9 and (id in left) != (hidden < max_hidden):
            fate = "kept" if id in left else "dropped"
            raise visit.broken(f"box {id} is {hidden:.0%} hidden, max_hidden is {max_hidden:.0%}, yet it was {fate}")
        if id in left and (left[id] != box).any():
            raise visit.broken(f"box {id} {box.tolist()} became {left[id].tolist()}")


def _shapes_erased(visit: Visit, covered: np.ndarray, policy: str) -> None:
    """Rectangles: what holds for the box of a thing holds for its instance, its outline and its oriented box."""
    left = set(markers.boxes(visit))
    for name in ("instances", "outlines", "oriented"):
        target: Any = visit.after.targets.get(name)
        if target is None:
            continue
        if (found := {int(id) for id in target.columns["id"]}) != left:
            raise visit.broken(f"{name}: {sorted(found)} are left, of the boxes {sorted(left)}")
        if isinstance(target, InstanceMasks) and (target.masks & covered).any():
            raise visit.broken("instances: erased pixels still belong to an object")
    depth = visit.after.targets.get("depth")
    expected = np.where(covered, 0.0, visit.case.fields["depth"])
    if isinstance(depth, Depth) and (depth.values[:, :, 0] != expected).any():
        raise visit.broken(f"depth should be 0 where erased by policy {policy!r}, and untouched elsewhere")


def _points_erased(visit: Visit, covered: np.ndarray) -> None:
    left = markers.points(visit)
    for id, (x, y) in enumerate(visit.case.fields["keypoints"]["xy"].tolist(), 1):
        if (id in left) == bool(covered[int(y), int(x)]):
            fate = "kept" if id in left else "gone"
            raise visit.broken(f"keypoint {id} at {[x, y]} is {fate}, against the policy")
        if id in left and left[id].tolist() != [x, y]:
            raise visit.broken(f"keypoint {id} at {[x, y]} went to {left[id].tolist()}")


@law("L18", "the frame told by the Params = the frame measured", "exact")
def frame_told(subject: Subject) -> int:
    """``Params.frame`` of the frame before, and ``keeps_frame``, against the carriers that came out, group by group."""
    silent = False

    def holds(visit: Visit) -> int:
        nonlocal silent
        ran = 0
        for group in visit.plan.schema.groups:
            told: Frame | None = common_frame({name: visit.before.targets[name] for name in group.fields})
            for entry in visit.trace.entries:
                if entry.params is not None and entry.group == (group.suffix or None) and told:
                    told = subject.transform.params_type.from_log(entry.params).frame(told)
            if told is None:
                silent = True
                continue
            for name in group.fields:
                measured = visit.after.targets[name].frame()
                if measured != {axis: told[axis] for axis in measured}:
                    raise visit.broken(f"the Params tell the frame {dict(told)}, but {name!r} has {dict(measured)}")
                if subject.transform.keeps_frame() and measured != visit.before.targets[name].frame():
                    raise visit.broken(f"says that it keeps the frame, but {name!r} came out as {dict(measured)}")
                ran += bool(measured)
        return ran

    ran = subject.each(holds)
    if not ran and silent:
        raise NotApplicable("the frame is known only once applied")
    return ran
