"""The kit itself: what it reports, what it refuses to pass over in silence, and what strangers use of it."""

import dataclasses
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from augkit import testing
from augkit.errors import DataError, FieldError, PluginError, SkipStep
from augkit.sample import SPACE, Axis, Target
from augkit.transform import Transform, moves
from augkit.vocab.space import Affine2D, PlanarMap
from tests.laws.faults_space import HFlip, PointsFlippedAsIndices, Rotate
from tests.laws.faults_streams import Brightness


def test_all_eighteen_laws_are_there_in_order():
    assert [law.id for law in testing.laws()] == [f"L{number}" for number in range(1, 19)]
    assert all(law.title and law.tolerance and law.doc for law in testing.laws())


def test_an_unknown_law_is_refused():
    with pytest.raises(FieldError, match=r"unknown law 'L77'\. .*Laws: L1, L2"):
        testing.check(HFlip(), ["L77"])


def test_a_report_reads_law_by_law():
    report = testing.check(PointsFlippedAsIndices(), ["L2", "L3", "L6"])
    assert not report.ok and [outcome.law.id for outcome in report.broken] == ["L3"]
    lines = str(report).splitlines()
    assert lines[0] == f"PointsFlippedAsIndices: {report.ran} checks" and report.ran > 8
    assert lines[1].startswith("L2   holds") and lines[2].startswith("L3   BROKEN")
    assert lines[3].strip().startswith("keypoint 1 is at [38.5, 0.5], its 1x1 dot at (39.5, 0.5)")
    assert lines[-1] == "L6   -       not applicable: has no field `size` or `scale`"


def test_it_finds_the_same_every_time():
    reports = [str(testing.check(PointsFlippedAsIndices(), ["L3", "L5", "L8"])) for _ in range(2)]
    assert reports[0] == reports[1]


class RefusesAll(HFlip):
    def draw(self, rng, frame, content=None):
        raise DataError("too blue")


class SkipsAll(HFlip):
    def draw(self, rng, frame, content=None):
        raise SkipStep("nothing to do")


class Crashes(HFlip):
    def apply_image(self, image, params):
        return image.pixels.nothing_of_the_kind


@pytest.mark.parametrize("law", ["L2", "L3", "L4", "L5", "L7", "L8", "L13", "L15", "L17", "L18"])
def test_a_law_that_made_no_check_is_broken(law):
    [refused] = testing.check(RefusesAll(), [law]).outcomes
    assert not refused.ok and "were refused, the last with" in refused.failures[0] and "too blue" in refused.failures[0]
    [skipped] = testing.check(SkipsAll(), [law]).outcomes
    assert not skipped.ok and "the step never acted" in skipped.failures[0]


def test_a_crash_breaks_the_law_that_met_it():
    [outcome] = testing.check(Crashes(), ["L8"]).outcomes
    assert "crashed with AttributeError" in outcome.failures[0]


# pytest


def checks(*steps, **options):
    return {param.id: param.values[0] for param in testing.parametrize_with_checks(steps, **options).args[1]}


def step(transform):
    return testing.suite.Step(transform, f"tiny/{type(transform).__name__.lower()}")


def test_each_law_of_each_step_is_a_test():
    named = checks(step(HFlip()), step(Rotate()), step(Rotate(degrees=30)))
    assert len(named) == 3 * 18 and {"tiny/hflip-L1", "tiny/rotate-L18", "tiny/rotate~2-L3"} <= named.keys()


def test_a_check_passes_fails_or_says_why_it_does_not_apply():
    named = checks(step(HFlip()), step(PointsFlippedAsIndices()))
    named["tiny/hflip-L3"]()
    with pytest.raises(testing.LawBroken, match="tiny/pointsflippedasindices breaks L3, a keypoint"):
        named["tiny/pointsflippedasindices-L3"]()
    with pytest.raises(pytest.skip.Exception, match="L9 not applicable: erases nothing"):
        named["tiny/hflip-L9"]()


def test_an_expected_failure_must_fail():
    reason = {"tiny/pointsflippedasindices-L3": "known", "tiny/pointsflippedasindices-L2": "thought so"}
    named = checks(step(PointsFlippedAsIndices()), expected_failures=reason)
    with pytest.raises(pytest.xfail.Exception, match="known"):
        named["tiny/pointsflippedasindices-L3"]()
    with pytest.raises(pytest.fail.Exception, match=r"was expected to break L2 \(thought so\), but did not"):
        named["tiny/pointsflippedasindices-L2"]()


def test_an_expected_failure_of_no_test_is_refused():
    with pytest.raises(FieldError, match="'tiny/hflip-L99', which is no test here"):
        checks(step(HFlip()), expected_failures={"tiny/hflip-L99": "typo"})


def test_no_steps_is_refused():
    with pytest.raises(FieldError, match="no steps"):
        checks()


STRANGERS_SUITE = """
from augkit import testing
from augkit.testing import pytest_terminal_summary
import dataclasses
from augkit import Params, Transform
from augkit.combine import Step

@dataclasses.dataclass(frozen=True)
class Nothing(Params):
    pass

class Negative(Transform[Nothing]):
    changes = {"colour"}

    def draw(self, rng, frame, content=None):
        return Nothing()

    def apply_image(self, image, params):
        top = 255 if image.pixels.dtype == "uint8" else 1
        return dataclasses.replace(image, pixels=(top - image.pixels).astype(image.pixels.dtype))

@testing.parametrize_with_checks([Step(Negative(), "acme/negative")], laws=["L12", "L13", "L9"])
def test_laws(check):
    check()
"""


def test_a_strangers_suite_says_how_many_checks_ran(tmp_path, request):
    (tmp_path / "test_acme.py").write_text(STRANGERS_SUITE)
    (tmp_path / "conftest.py").write_text("from augkit.testing import pytest_terminal_summary\n")
    root = request.config.rootpath
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "checks of 1 steps; 1 (step, law) pairs not applicable" in told.stdout
    assert "2 passed, 1 skipped" in told.stdout


# Registered steps


def test_examples_come_from_the_class_or_are_the_defaults():
    assert [step.name for step in testing.examples_of("hflip")] == ["image/hflip"]
    assert len(testing.examples_of("image/resize")) > 1
    with pytest.raises(PluginError, match="Did you mean"):
        testing.examples_of("image/hfilp")


def test_a_step_without_examples_says_what_to_offer(monkeypatch):
    from augkit_image.crops import Crop

    monkeypatch.delattr(Crop, "law_examples")
    with pytest.raises(PluginError, match="Offer a classmethod law_examples"):
        testing.examples_of("image/crop")


def test_augkit_itself_needs_neither_pytest_nor_hypothesis():
    code = (
        "import sys, augkit, augkit.pipeline, augkit.recipe, augkit.data, augkit.cli, augkit.plugins\n"
        "augkit.plugins.catalogue()\n"
        "print(sorted({'pytest', 'hypothesis', '_pytest'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


# A new kind of target


@dataclass(frozen=True, eq=False)
class Polygon(Target):
    kind = "polygon_of_test_kit"
    axes = SPACE
    xy: np.ndarray


@moves(PlanarMap, Polygon)
def polygon_follows(polygon, planar):
    return dataclasses.replace(polygon, xy=planar.points(polygon.xy))


@dataclass(frozen=True, eq=False)
class LazyPolygon(Target):
    kind = "lazy_polygon_of_test_kit"
    axes = SPACE
    xy: np.ndarray


@moves(PlanarMap, LazyPolygon)
def lazy_polygon_follows(polygon, planar):
    return dataclasses.replace(polygon, xy=polygon.xy + planar.array()[:2, 2])


class Shear(Transform[Affine2D]):
    def draw(self, rng, frame, content=None):
        return Affine2D.about_centre(frame[Axis.SPACE], shear_degrees=(rng.uniform(-20, 20), 0))


@pytest.mark.parametrize("moving", [HFlip(), Rotate(), Shear()])
def test_a_new_kind_agrees_with_the_pixels(moving):
    compared = testing.assert_targets_agree(moving, make=lambda xy, size: Polygon(xy), points=lambda p: p.xy)
    assert compared >= 8


@pytest.mark.parametrize("moving", [Rotate(), Shear()])
def test_a_new_kind_that_does_not_is_found_out(moving):
    with pytest.raises(testing.LawBroken, match=r"lazy_polygon_of_test_kit: a point is at .* px away"):
        testing.assert_targets_agree(moving, make=lambda xy, size: LazyPolygon(xy), points=lambda p: p.xy)


def test_a_new_kind_that_loses_points_is_found_out():
    with pytest.raises(testing.LawBroken, match=r"3 points became \(2, 2\)"):
        testing.assert_targets_agree(HFlip(), make=lambda xy, size: Polygon(xy), points=lambda p: p.xy[1:])


def test_a_new_kind_cannot_be_judged_by_a_step_that_moves_nothing():
    compared = testing.assert_targets_agree(Brightness(), make=lambda xy, size: Polygon(xy), points=lambda p: p.xy)
    assert compared >= 8  # it stays, and so do the pixels
