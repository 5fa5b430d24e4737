"""What a plan does at once against one step at a time: exact plans to the byte, fast ones within what is stated."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from skimage import data

from augkit import Pipeline, steps
from augkit.combine import Step
from augkit.errors import CompileError, Conflict, DataError, FieldError, SkipStep
from augkit.trace import Trace
from augkit.transform import Params, Transform, moves
from augkit.vocab.space import Image
from augkit_image.colour_steps import Recolor
from augkit_image.solid import solid
from augkit_image.tone_steps import Inverted

SAMPLE = {"image": "image", "mask": "mask", "boxes": "boxes", "points": "keypoints"}
JITTER = {"brightness": [0.6, 1.4], "contrast": [0.6, 1.4], "saturation": [0.6, 1.4], "hue": [-0.1, 0.1]}


def photo(channels=3, dtype=np.uint8):
    image = data.astronaut()[100:340, 60:380]
    image = {1: image[:, :, :1], 3: image, 4: np.dstack([image, image[:, :, :1]])}[channels]
    return image if dtype is np.uint8 else image.astype(np.float32) / 255


def fields(image):
    boxes = np.array([[30.0, 40, 90, 100], [100, 10, 300, 200], [0, 0, 320, 240]])
    return {
        "image": image,
        "mask": (np.indices(image.shape[:2]).sum(axis=0) // 16 % 7).astype(np.uint8),
        "boxes": {"xyxy": boxes, "label": ["a", "b", "c"]},
        "points": np.array([[10.0, 20], [200, 100], [319, 239]]),
    }


def lists():
    crop = steps.random_resized_crop(size=96, scale=[0.3, 1.0])
    colours = [steps.color_jitter(**JITTER), steps.gamma(p=0.5)]
    end = steps.normalize(mean=0.4, std=0.3)
    return {
        "usual": [crop, steps.hflip(p=0.5), *colours, end],
        "turned": [steps.rot90(), steps.transpose(p=0.5), crop, steps.vflip(p=0.5), colours[0]],
        "colours around": [colours[0], steps.rotate(), colours[1], steps.grayscale(p=0.3), steps.channel_shuffle()],
        "affine": [steps.affine(degrees=[-40, 40]), steps.random_crop(size=100), steps.hflip(p=0.5), end],
        "crop first": [steps.random_crop(size=[150, 200]), steps.rotate(degrees=[-30, 30]), crop, steps.to_tensor()],
        "barriers": [crop, steps.gaussian_blur(sigma=1), colours[0], steps.gaussian_noise(), steps.hflip(), end],
        "perspective": [steps.perspective(), steps.hflip(), steps.resize(size=80), colours[0]],
        "erased": [steps.rotate(), steps.erase(policy="ignore"), steps.hflip(), colours[0], end],
        "curves": [
            steps.posterize(bits=4),
            steps.solarize(),
            colours[1],
            steps.tone_curve(per_channel=True),
            crop,
            end,
        ],
        "tables": [steps.invert(p=0.5), steps.gamma(), steps.tone_curve(), steps.posterize(bits=6), colours[0], end],
        "twice": [colours[0], steps.to_tensor(), steps.normalize(mean=0.1, std=0.2)],
    }


def both(recipe, image, how, **sample):
    """Outputs of a plan, and of the same steps one by one."""
    fast = Pipeline(recipe, SAMPLE, seed=3, plan=how)
    plain = Pipeline(recipe, SAMPLE, seed=3)
    plain.plan.runners = {}
    given = fields(image)
    for epoch in range(12):
        yield fast(**given, key="a", epoch=epoch), plain(**given, key="a", epoch=epoch)


@pytest.mark.parametrize("kind", [(3, np.uint8), (3, np.float32), (4, np.uint8), (1, np.uint8)], ids=str)
@pytest.mark.parametrize("name", lists())
def test_exact_is_one_step_at_a_time_to_the_byte(name, kind):
    for ours, plain in both(lists()[name], photo(*kind), "exact"):
        assert ours["image"].dtype == plain["image"].dtype
        assert (ours["image"] == plain["image"]).all()
        assert (ours["mask"] == plain["mask"]).all()


@pytest.mark.parametrize("name", lists())
def test_fast_stays_within_its_bound(name):
    """On a photo: 3 levels over many draws, 8 in the worst; masks differ at the edges of classes only.

    A joint warp blurs once, not twice; joint colours are not clipped in between.
    """
    levels = {"crop first": 255, "twice": 255 * 0.2, "turned": 1, "colours around": 1, "perspective": 1}
    scale = levels.get(name, 255 * 0.3)
    means = []
    for fast, exact in both(lists()[name], photo(), "fast"):
        difference = np.abs(fast["image"].astype(float) - exact["image"].astype(float)) * scale
        means.append(difference.mean())
        assert (fast["mask"] != exact["mask"]).mean() < 0.06
    assert np.mean(means) < 3
    assert max(means) < 8


@pytest.mark.parametrize("how", ["fast", {"mode": "fast", "fuse": "full"}, {"mode": "fast", "fuse": "off"}], ids=str)
@pytest.mark.parametrize("name", lists())
def test_annotations_do_not_depend_on_the_plan(name, how):
    for fast, exact in both(lists()[name], photo(), how):
        assert (fast["boxes"]["xyxy"] == exact["boxes"]["xyxy"]).all()
        assert fast["boxes"]["label"] == exact["boxes"]["label"]
        assert (fast["points"] == exact["points"]).all()


def test_a_replay_runs_the_same_plan():
    recipe = lists()["affine"]
    for how in ("exact", "fast"):
        pipeline = Pipeline(recipe, SAMPLE, seed=1, plan=how)
        out, trace = pipeline.traced(**fields(photo()), key="k")
        again = pipeline.replay(trace, **fields(photo()))
        assert (again["image"] == out["image"]).all()
        assert (again["mask"] == out["mask"]).all()


def test_a_complaint_names_its_step():
    pipeline = Pipeline([steps.hflip(), steps.rotate(fill=[1, 2])], {"image": "image"})
    with pytest.raises(DataError, match=r"image/rotate: .*2 numbers for an image of 3 channels"):
        pipeline(image=photo(), key="a.jpg")


def test_a_cost_that_no_runner_knows_is_refused():
    with pytest.raises(CompileError, match=r"costs: unknown cost 'wrap'\. Did you mean 'warp'"):
        Pipeline([steps.hflip()], {"image": "image"}, plan={"mode": "fast", "costs": {"wrap": 1}})


def test_a_plan_of_another_name_is_refused():
    with pytest.raises(FieldError, match="Did you mean 'fast'"):
        Pipeline([steps.hflip()], {"image": "image"}, plan="fats")


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7, 1), (5, 7), (1, 7, 3), (5, 1, 3), (1, 1, 4)])
def test_solid_memory_holds_the_same_picture(shape, dtype):
    whole = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    views = [whole, whole[::-1], whole[:, ::-1], whole[::-1, ::-1], whole[1:, 1:][::-1], whole.swapaxes(0, 1)[:, ::-1]]
    for view in views:
        if 0 in view.shape:
            continue
        made = solid(view)
        assert (made == view).all()
        assert min(made.strides[:2]) >= 0


def stranger(of, kernel):
    """A step whose Params are a kind of ``of`` and bring a kernel of their own."""
    drawn = dataclass(frozen=True)(type("Odd", (of,), {}))
    moves(drawn, Image)(kernel)
    given = {"ops": (("brightness", 0.5),)} if of is Recolor else {}

    class Odd(Transform[drawn]):
        changes = frozenset({"colour", "brightness"})

        def draw(self, rng, frame, content=None):
            return drawn(**given)

    return Step(transform=Odd(), id="odd", name="odd")


@pytest.mark.parametrize("how", ["exact", "fast"])
@pytest.mark.parametrize("of", [Recolor, Inverted])
def test_a_kernel_of_its_own_is_run_though_the_params_inherit_a_program(of, how):
    step = stranger(of, lambda image, _: dataclasses.replace(image, pixels=np.full_like(image.pixels, 7)))
    out = Pipeline([step, steps.invert()], {"image": "image"}, plan=how)(image=photo(), key="k")["image"]
    assert (out == 255 - 7).all()


def test_kernels_of_other_moves_are_given_flips_in_the_order_of_memory():
    seen = []

    @dataclass(frozen=True)
    class Looked(Params):
        pass

    @moves(Looked, Image)
    def looks(image, looked):
        seen.append(image.pixels.strides)
        return image

    class Look(Transform[Looked]):
        def draw(self, rng, frame, content=None):
            return Looked()

    pipeline = Pipeline([steps.hflip(p=1), steps.rot90(quarter_turns=1), Step(Look(), "look")], {"image": "image"})
    pipeline(image=photo(), key="k")
    assert seen == [(240 * 3, 3, 1)]


def test_gray_is_not_shifted_by_pca_color():
    for how in ("exact", "fast"):
        pipeline = Pipeline([steps.pca_color(std=3.0), steps.posterize(bits=8)], {"image": "image"}, plan=how)
        assert (pipeline(image=photo(1), key="k")["image"] == photo(1)).all()


def objecting(image, _):
    raise Conflict("always")


LOOKS = {
    "needs": steps.crop_near_mask(size=150),
    "left out": steps.crop_near_mask(size=150, classes=[99]),
    "conflict": dataclasses.replace(stranger(Inverted, objecting), on_conflict="skip_step"),
}


@pytest.mark.parametrize("looks", LOOKS)
def test_a_replay_joins_what_was_joined_around_a_step_that_looks(looks):
    recipe = [steps.rotate(degrees=[20, 20]), LOOKS[looks], steps.random_crop(size=120)]
    pipeline = Pipeline(recipe, SAMPLE, seed=1, plan="fast")
    out, trace = pipeline.traced(**fields(photo()), key="k")
    again = pipeline.replay(Trace.from_json(trace.to_json()), **fields(photo()))
    assert (again["image"] == out["image"]).all()
    assert (again["mask"] == out["mask"]).all()


def test_a_kernel_that_skips_too_late_is_named():
    def kernel(image, _):
        raise SkipStep("nothing to do")

    with pytest.raises(DataError, match=r"k: odd: skips itself \(nothing to do\).*raise SkipStep in draw"):
        Pipeline([stranger(Inverted, kernel)], {"image": "image"})(image=photo(), key="k")


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (1, 1)])
def test_a_tensor_of_one_row_or_column_comes_back_flipped(shape):
    count = shape[0] * shape[1]
    given = {"image": torch.zeros(1, *shape), "depth": torch.arange(1, count + 1, dtype=torch.float32).reshape(shape)}
    pipeline = Pipeline([steps.vflip(), steps.hflip()], {"image": "image", "depth": "depth"})
    assert torch.equal(pipeline(**given, key="k")["depth"], given["depth"].flip(0, 1))
