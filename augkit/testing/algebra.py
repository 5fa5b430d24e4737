"""Laws of composition: flips, quarter turns and scalings combine as geometry says, on every target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from augkit.distributions import Range
from augkit.errors import FieldError
from augkit.fields import Size, fields_of
from augkit.sample import Sample, Target
from augkit.testing import markers
from augkit.testing.compare import difference
from augkit.testing.laws import law
from augkit.testing.subject import NotApplicable, Subject, Visit
from augkit.transform import Params, kernel_for
from augkit.vocab.space import Affine2D, PlanarMap

Pixels = tuple[int, int]

_FACTORS = (2, 3, 5, 16)
_LINEAR = {"interpolation": "linear", "border": "constant", "fill": 0}


@law("L5", "algebra on every target: flip∘flip = id, rot90⁴ = id, rot180 = hflip∘vflip", "exact")
def algebra(subject: Subject) -> int:
    """Whatever flip or quarter turn was drawn: applied until it is the identity, taken apart into flips, undone by its
    inverse; and whatever crop or pad: fused with a flip. Each must give the same targets."""
    if not issubclass(subject.transform.params_type, PlanarMap):
        raise NotApplicable("does not draw planar maps")
    if not subject.worlds:
        raise NotApplicable("acts on nothing in space")

    acted = 0

    def holds(visit: Visit) -> int:
        nonlocal acted
        acted += 1
        [drawn] = visit.params
        assert isinstance(drawn, PlanarMap)
        if markers.shape_of(drawn) != "lattice":
            return 0
        flips, fused = _as_flips(drawn), _fuses(visit, drawn)
        if flips is None:
            return fused
        before, after = visit.before.targets, visit.after.targets
        _expect(visit, _moved(before, flips), after, "taken apart into flips")
        _expect(visit, _moved(after, [drawn.inverse()]), before, "undone by its inverse")
        return 2 + _closes(visit) + fused

    ran = subject.each(holds)
    if not ran and acted:
        raise NotApplicable("drew nothing that moves whole pixels")
    return ran


def _as_flips(drawn: PlanarMap) -> list[Affine2D] | None:
    """The transpose, left-right and up-down flips that make up the drawn map, or None when it is no such thing."""
    for transposed in (False, True):
        for across in (False, True):
            for down in (False, True):
                flips, size = [], Size(*drawn.size_in)
                if transposed:
                    flips.append(Affine2D.transpose(size))
                    size = Size(size.w, size.h)
                flips += [Affine2D.hflip(size)] * across + [Affine2D.vflip(size)] * down
                product = np.eye(3)
                for flip in flips:
                    product = flip.array() @ product
                if (product == drawn.array()).all() and tuple(size) == tuple(drawn.size_out):
                    return flips
    return None


def _moved(targets: Mapping[str, Target], maps: Sequence[Params]) -> dict[str, Target]:
    moved = dict(targets)
    for each in maps:
        for name, target in moved.items():
            kernel = kernel_for(type(each), type(target))
            moved[name] = kernel(target, each) if kernel else target
    return moved


def _expect(visit: Visit, got: Mapping[str, Target], expected: Mapping[str, Target], what: str) -> None:
    for name, target in expected.items():
        if found := difference(target, got[name], name):
            raise visit.broken(f"{what}, it does something else: {found}")


def _closes(visit: Visit) -> int:
    """Applied up to four times over, until the drawn maps multiply to the identity."""
    sample, product = visit.before, np.eye(3)
    for times in range(1, 5):
        sample, trace = visit.plan(Sample(sample.targets, visit.before.key, visit.before.epoch))
        for _, _, logged in trace.steps:
            product = np.array(logged["matrix"]) @ product
        same_frame = all(target.frame() == visit.before.targets[n].frame() for n, target in sample.targets.items())
        if (product == np.eye(3)).all() and same_frame:
            _expect(visit, sample.targets, visit.before.targets, f"applied {times} times, which is the identity")
            return 1
    return 0


def _fuses(visit: Visit, drawn: PlanarMap) -> int:
    alike: dict[str, Any] = {"interpolation": drawn.interpolation, "border": drawn.border, "fill": drawn.fill}
    later = replace(Affine2D.hflip(Size(*drawn.size_out)), **alike)
    fused = drawn.then(later)
    if fused is None:
        return 0
    expected = _moved(visit.after.targets, [later])
    _expect(visit, _moved(visit.before.targets, [fused]), expected, "fused with a flip")
    return 1


@law("L6", "resize and affine scale agree at 2 to 16 times", "0.1 px")
def scaling(subject: Subject) -> int:
    """Enlarged and reduced 2, 3, 5 and 16 times, by ``size`` or by ``scale``: pixels, keypoints and the Params' map
    agree on where everything is, so that any two steps that scale agree with each other."""
    subject.require("image", "keypoints")
    markers.require_a_map(subject)
    if not {"size", "scale"} & fields_of(type(subject.transform)).keys():
        raise NotApplicable("has no field `size` or `scale`")
    ran = 0
    for factor in _FACTORS:
        for scaled, size, region, sigma in _variants(subject, factor):
            case = markers.blob_case(size, sigma, factor, region)
            for visit in scaled.acted(case):
                ran += _agrees(visit)
    if not ran:
        raise NotApplicable("drew no scaling of the whole image")
    return ran


def _variants(subject: Subject, factor: int) -> Iterator[tuple[Subject, Pixels, Pixels | None, float]]:
    """The step set to enlarge and to reduce by ``factor``; the image's size, where to put blobs, and their radius."""
    small, large = (20, 24), (20 * factor, 24 * factor)
    plain = subject.neutral()
    tries: list[tuple[Subject, dict[str, Any], Pixels, Pixels | None, float]] = [
        (subject, {"size": Size(*large)}, small, None, 1.5),
        (subject, {"size": Size(*small)}, large, None, 1.5 * factor),
        (plain, {"scale": Range(factor)}, large, small, 1.5),
        (plain, {"scale": Range(1 / factor)}, large, None, 1.5 * factor),
    ]
    for base, fields, size, region, sigma in tries:
        if fields.keys() <= fields_of(type(subject.transform)).keys():
            try:
                yield base.with_fields(**fields), size, region, sigma
            except FieldError:
                continue


def _agrees(visit: Visit) -> int:
    [drawn] = visit.params
    if not isinstance(drawn, PlanarMap) or markers.shape_of(drawn) != "straight":
        return 0
    if not 2 <= max(_factors(drawn)) <= 17:
        return 0
    moved = visit.replayed(**_LINEAR)
    image, left = markers.pixels(moved), markers.points(moved)
    told = drawn.points(np.asarray(visit.case.fields["keypoints"]["xy"]))
    ran = 0
    for channel in range(3):
        if not markers.whole_within(image[:, :, channel]):
            continue
        at = markers.centroid(image[:, :, channel])
        for what, place in (("keypoint", left.get(channel + 1)), ("the Params", told[channel])):
            if place is None or math.hypot(place[0] - at[0], place[1] - at[1]) > 0.1:
                raise moved.broken(
                    f"scaled {max(_factors(drawn)):g} times, a marker is at ({at[0]:.2f}, {at[1]:.2f}), {what} says "
                    f"{'nothing' if place is None else place.round(2).tolist()}"
                )
        ran += 2
    return ran


def _factors(drawn: Params) -> list[float]:
    assert isinstance(drawn, PlanarMap)
    scales = np.abs(drawn.array()[:2, :2]).max(axis=0)
    return [max(float(scale), 1 / float(scale)) for scale in scales]
