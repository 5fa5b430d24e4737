"""Heatmaps, depth, instances and films under the image plugin's steps; images of 16 bits and of one pixel."""

import numpy as np
import pytest
from PIL import Image as Pillow

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8)
HEAT = RNG.standard_normal((30, 40, 5)).astype(np.float32)
LEVELS = RNG.integers(0, 65536, (30, 40), dtype=np.uint16)


def through(given, *made, seed=0, plan="exact", **kinds):
    return augkit.Pipeline(list(made), sample=kinds, seed=seed, plan=plan)(**given, key="a")


def test_every_channel_of_a_heatmap_moves_as_a_gray_picture():
    gray = (HEAT[:, :, 4:] - HEAT.min()) / (HEAT.max() - HEAT.min())
    step = steps.rotate(degrees=20, border="reflect")
    out = through({"heat": HEAT, "image": gray}, step, heat="heatmap", image="image")
    back = out["image"] * (HEAT.max() - HEAT.min()) + HEAT.min()
    assert np.abs(out["heat"][:, :, 4:] - back).max() < 1e-5


def test_what_comes_in_from_outside_is_outside_and_not_blended():
    depth = np.full((30, 40), 7.0, np.float32)
    for outside, same in ((-1.0, lambda v: v == -1), ("nan", np.isnan)):
        out = through({"d": depth}, steps.rotate(degrees=30), d={"depth": {"outside": outside}})["d"]
        assert (same(out) | (np.abs(out - 7) < 1e-5)).all() and same(out).any() and same(out[0, 0])


def test_a_border_that_continues_the_picture_continues_the_depth():
    depth = np.full((30, 40), 7.0, np.float32)
    out = through({"d": depth}, steps.rotate(degrees=30, border="replicate"), d="depth")["d"]
    assert np.abs(out - 7).max() < 1e-5


def test_nearest_mixes_no_two_depths():
    depth = np.where(np.arange(40) < 20, 1.0, 9.0) * np.ones((30, 1))
    options = {"interpolation": "nearest", "outside": 1}
    out = through({"d": depth}, steps.rotate(degrees=20), d={"depth": options})["d"]
    assert out.dtype == np.float64 and set(np.unique(out)) == {1.0, 9.0}
    mixed = through({"d": depth}, steps.rotate(degrees=20), d={"depth": {"outside": 1}})["d"]
    assert len(np.unique(mixed)) > 2


def test_millimetres_in_whole_numbers_come_back_as_they_were():
    out = through({"d": LEVELS}, steps.hflip(), d="depth")["d"]
    assert out.dtype == np.uint16 and (out == LEVELS[:, ::-1]).all()
    with pytest.raises(DataError, match="uint16 cannot hold `outside: nan`"):
        through({"d": LEVELS}, steps.hflip(), d={"depth": {"outside": "nan"}})


def test_left_and_right_channels_change_places_under_a_mirror_alone():
    pairs = {"heatmap": {"pairs": [[0, 1], [2, 3]]}}
    flipped = through({"h": HEAT}, steps.hflip(), h=pairs)["h"]
    assert (flipped == HEAT[:, ::-1, [1, 0, 3, 2, 4]]).all()
    assert (through({"h": HEAT}, steps.rot90(quarter_turns=2), h=pairs)["h"] == HEAT[::-1, ::-1]).all()
    with pytest.raises(DataError, match="`pairs` names channels 0 and 9 of 5"):
        through({"h": HEAT}, steps.hflip(), h={"heatmap": {"pairs": [[0, 9]]}})


def test_colours_leave_dense_numbers_alone():
    given = {"image": IMAGE, "h": HEAT, "d": LEVELS}
    plan = augkit.Pipeline(
        [steps.color_jitter(), steps.gaussian_noise()], sample={"image": "image", "h": "heatmap", "d": "depth"}
    ).plan
    targets = augkit.Pipeline.of(plan).read(given)[0]
    moved = plan(augkit.Sample(targets, "a"))[0].targets
    assert moved["h"] is targets["h"] and moved["d"] is targets["d"] and moved["image"] is not targets["image"]


@pytest.mark.parametrize(("policy", "inside"), [("keep", None), ("ignore", -2.0), ("background", 0.0)])
def test_erasing_follows_its_policy(policy, inside):
    step = steps.erase(size=0.5, policy=policy, fill=9)
    given = {"image": np.zeros_like(IMAGE), "h": HEAT}
    out = through(given, step, image="image", h={"heatmap": {"outside": -2}})
    erased = (out["image"] == 9).all(axis=2)
    assert erased.any() and (out["h"][~erased] == HEAT[~erased]).all()
    assert (out["h"][erased] == (HEAT[erased] if inside is None else inside)).all()


def test_dense_numbers_are_refused_where_the_library_would_leave_them_behind():
    pytest.importorskip("albumentations")
    with pytest.raises(CompileError, match="'heatmap'"):
        augkit.Pipeline([steps.albumentations(name="Rotate")], sample={"image": "image", "h": "heatmap"})


STEPS = [
    steps.random_resized_crop(size=[16, 20]),
    steps.rotate(degrees=[-30, 30]),
    steps.perspective(),
    steps.elastic(),
    steps.color_jitter(),
    steps.gaussian_blur(),
    steps.gaussian_noise(),
    steps.jpeg(),
    steps.erase(fill="noise"),
    steps.equalize(),
    steps.to_tensor(),
    steps.normalize(mean=0.5, std=0.2),
]


@pytest.mark.parametrize("plan", ["exact", "fast"])
@pytest.mark.parametrize("made", [[step] for step in STEPS] + [[*STEPS[:2], *STEPS[4:5], STEPS[-1]]], ids=str)
def test_every_frame_of_a_film_comes_out_as_it_would_alone(made, plan):
    other = IMAGE[::-1].copy()
    film = through({"f": np.stack([IMAGE, other])}, *made, f="image_sequence", plan=plan)["f"]
    for frame, alone in zip(film, (IMAGE, other), strict=True):
        expected = through({"f": alone}, *made, f="image", plan=plan)["f"]
        assert frame.dtype == expected.dtype and (frame == expected).all()


def test_a_step_of_the_bridge_takes_a_film_frame_by_frame():
    pytest.importorskip("albumentations")
    step = steps.albumentations(name="RandomBrightnessContrast")
    out = through({"image": IMAGE, "f": np.stack([IMAGE] * 2)}, step, image="image", f="image_sequence")
    assert (out["image"] != IMAGE).any() and (out["f"] == out["image"]).all()


def test_films_do_not_mix():
    with pytest.raises(CompileError, match="finds nothing to mix in a sample of f: image_sequence"):
        augkit.Pipeline([steps.image.mixup(alpha=1)], sample={"f": "image_sequence"})


@pytest.mark.parametrize(
    "given",
    [np.stack([IMAGE] * 2), [IMAGE, IMAGE], np.stack([IMAGE[:, :, 0]] * 3), np.stack([LEVELS, LEVELS])],
    ids=["array", "list", "gray", "16 bits"],
)
def test_films_come_back_in_their_form(given):
    out = through({"f": given}, steps.hflip(), f="image_sequence")["f"]
    assert type(out) is type(given) and (np.asarray(out) == np.asarray(given)[:, :, ::-1]).all()
    assert np.asarray(out).dtype == np.asarray(given).dtype


def test_film_tensors_are_t_c_h_w():
    torch = pytest.importorskip("torch")
    film = torch.zeros((2, 3, 8, 6), dtype=torch.uint8)
    out = through({"f": film}, steps.transpose(), f="image_sequence")["f"]
    assert out.dtype == torch.uint8 and tuple(out.shape) == (2, 3, 6, 8)


@pytest.mark.parametrize("bad", [np.zeros((0, 4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), [IMAGE, IMAGE[:5]], []])
def test_what_is_no_film_is_refused(bad):
    with pytest.raises(DataError, match="image_sequence: "):
        through({"f": bad}, steps.hflip(), f="image_sequence")


def test_every_one_of_65536_levels_comes_back():
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    out = through({"i": levels}, steps.hflip(), i="image")["i"]
    assert out.dtype == np.uint16 and (out == levels[:, ::-1]).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_colours_of_16_bits_are_those_of_8_but_finer(channels):
    eight = RNG.integers(0, 256, (9, 7, channels), dtype=np.uint8)
    made = [steps.brightness(factor=0.7), steps.gamma(gamma=1.3)]
    deep = through({"i": eight.astype(np.uint16) * 257}, *made, i="image")["i"]
    flat = through({"i": eight}, *made, i="image")["i"]
    assert deep.dtype == np.uint16 and np.abs(deep / 257 - flat).max() <= 1.5


def test_pictures_of_16_bits_from_pillow_and_torch_come_back_as_such():
    out = through({"i": Pillow.fromarray(LEVELS)}, steps.hflip(), i="image")["i"]
    assert out.mode == "I;16" and (np.asarray(out) == LEVELS[:, ::-1]).all()
    torch = pytest.importorskip("torch")
    out = through({"i": torch.from_numpy(LEVELS[None].copy())}, steps.hflip(), i="image")["i"]
    assert out.dtype == torch.uint16 and (out[0].numpy() == LEVELS[:, ::-1]).all()


def test_a_network_gets_floats_of_16_bits():
    out = through({"i": LEVELS}, steps.to_tensor(), i="image")["i"]
    assert out.dtype == np.float32 and np.abs(out[0] - LEVELS / 65535).max() < 1e-6


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("step", STEPS[:-2], ids=lambda step: step.name)
def test_a_picture_of_one_pixel_with_everything_on_it(step, channels, dtype):
    given = {
        "i": np.ones((1, 1, channels), dtype),
        "m": np.ones((1, 1), np.uint8),
        "b": np.array([[0.0, 0, 1, 1]]),
        "n": np.ones((1, 1, 1), bool),
        "p": [[[0.0, 0], [1, 0], [1, 1], [0, 1]]],
        "o": np.array([[0.5, 0.5, 1, 1, 0]]),
        "d": np.ones((1, 1), np.float32),
    }
    kinds = {
        "i": "image",
        "m": "mask",
        "b": "boxes",
        "n": "masks",
        "p": "polygons",
        "o": "oriented_boxes",
        "d": "depth",
    }
    out = through(given, step, **kinds)
    assert out["i"].dtype == dtype and out["i"].shape[2] == channels
    assert out["m"].shape == out["i"].shape[:2] == out["d"].shape == out["n"].shape[1:]


def test_two_masks_have_an_ignore_index_each():
    given = {"image": IMAGE, "a": np.ones((30, 40), np.uint8), "b": np.ones((30, 40), np.int64)}
    kinds = {"image": "image", "a": {"mask": {"ignore_index": 7}}, "b": {"mask": {"ignore_index": -100}}}
    out = through(given, steps.rotate(degrees=30), **kinds)
    assert set(np.unique(out["a"])) == {1, 7} and set(np.unique(out["b"])) == {1, -100}
    assert ((out["a"] == 7) == (out["b"] == -100)).all()


@pytest.mark.parametrize("count", [1, 7, 8, 9, 20])
def test_instances_move_as_masks_whatever_their_number(count):
    masks = RNG.random((count, 30, 40)) < 0.5
    options = {"min_visible": 0, "min_size": 0}
    out = through({"m": masks}, steps.rotate(degrees=33), m={"masks": options})["m"]
    for mask, moved in zip(masks, out, strict=True):
        alone = through({"m": mask}, steps.rotate(degrees=33), m="mask")["m"]
        assert (moved == alone).all()


def test_an_instance_of_which_too_little_is_left_goes_with_its_columns():
    masks = np.zeros((2, 30, 40), bool)
    masks[0, 5:15, 0:20] = masks[1, 5:15, 15:25] = True
    crop = steps.crop(size=[30, 20], top=0, left=18)
    given = {"m": {"masks": masks, "label": ["cut", "whole"]}}
    for least, left in ((0.05, ["cut", "whole"]), (0.15, ["whole"])):
        assert through(given, crop, m={"masks": {"min_visible": least}})["m"]["label"] == left
    assert through(given, crop, m={"masks": {"min_visible": 0, "min_size": 3}})["m"]["label"] == ["whole"]


def test_batches_of_all_kinds():
    torch = pytest.importorskip("torch")
    from augkit.data.collate import Collate

    sample = {"n": "masks", "p": "polygons", "o": "oriented_boxes", "h": "heatmap", "d": "depth", "f": "image_sequence"}
    aug = augkit.Pipeline([steps.hflip()], sample=sample)
    given = {
        "n": {"masks": np.ones((2, 30, 40), bool), "label": [1, 2]},
        "p": {"polygons": [[[[1, 1, 9, 1, 9, 9]]][0]], "label": ["a"]},
        "o": np.array([[10.0, 10, 5, 5, 0]]),
        "h": HEAT,
        "d": LEVELS,
        "f": np.stack([IMAGE] * 2),
    }
    targets = aug.read(given)[0]
    batch = Collate(aug.schema)([augkit.Sample(targets, "a"), augkit.Sample(targets, "b")])
    assert batch["n"][0]["masks"].dtype == torch.uint8 and batch["n"][0]["label"].tolist() == [1, 2]
    assert batch["p"][1]["polygons"][0][0].shape == (3, 2) and batch["o"][0]["xywha"].shape == (1, 5)
    assert batch["h"].shape == (2, 5, 30, 40) and batch["d"].shape == (2, 1, 30, 40)
    assert batch["f"].shape == (2, 2, 3, 30, 40)
