"""JPEG files that are decoded when the plan has been drawn: the same pictures, at the scale that is seen of them."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from skimage import data

import augkit
from augkit import Pipeline, steps
from augkit.errors import DataError, RecipeError
from augkit_image import jpeg_file
from augkit_image.encoded import EncodedImage, open_image
from augkit_image.files import read_image

PHOTO = cv2.resize(data.astronaut(), (1203, 899), interpolation=cv2.INTER_AREA)


def saved(folder, pixels=PHOTO, orientation=1, name="a.jpg", **options):
    exif = Pillow.Exif()
    exif[0x112] = orientation
    file = folder / name
    Pillow.fromarray(pixels).save(file, quality=92, exif=exif, **options)
    return file


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_waiting_picture_is_the_one_that_pillow_reads(tmp_path, orientation):
    file = saved(tmp_path, orientation=orientation)
    picture, expected = open_image(file, "simplejpeg"), read_image(file, "pillow")
    assert isinstance(picture, EncodedImage)
    assert tuple(picture.frame()["space"]) == expected.shape[:2]
    assert (picture.pixels == expected).all()
    assert (read_image(file, "simplejpeg") == expected).all()


def shift(one, other):
    """How far ``other`` lies from ``one``, (y, x) in pixels: least squares over the gradients."""
    inner = (slice(4, -4), slice(4, -4))
    slopes = np.stack([slope[inner].ravel() for slope in np.gradient((one + other) / 2)], axis=1)
    return np.linalg.lstsq(slopes, (one - other)[inner].ravel(), rcond=None)[0]


def test_the_ruler_itself():
    soft = cv2.GaussianBlur(PHOTO.mean(axis=2), (0, 0), 3)
    assert np.allclose(shift(soft, np.roll(soft, (0, 1), (0, 1))), [0, 1], atol=0.1)


def lists():
    crop = {"scale": [0.5, 1.0]}
    return {
        "crop": [steps.random_resized_crop(size=100, **crop), steps.hflip(p=0.5)],
        "resize": [steps.resize(size=[90, 121])],
        "turned": [steps.rotate(degrees=[-30, 30]), steps.resize(long_side=140)],
        "window": [steps.random_crop(size=300), steps.resize(size=100)],
    }


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("name", lists())
def test_a_reduced_decode_shows_the_same_picture_in_the_same_place(tmp_path, name, orientation):
    """Shifted by a quarter of a pixel, a photo would differ by more than the reduced decode does."""
    file = saved(tmp_path, orientation=orientation)
    exact, fast = (Pipeline(lists()[name], {"image": "image"}, seed=2, plan=plan) for plan in ("exact", "fast"))
    for epoch in range(6):
        given = (open_image(file, "simplejpeg") for _ in range(2))
        one, other = (p(image=next(given), epoch=epoch, key="k")["image"].pixels.astype(float) for p in (exact, fast))
        assert one.shape == other.shape
        assert np.abs(one - other)[4:-4, 4:-4].mean() < 6
        assert np.abs(shift(one.mean(axis=2), other.mean(axis=2))).max() < 0.1


def test_the_decoder_is_asked_for_no_more_than_is_seen(tmp_path, monkeypatch):
    asked = []
    decode = jpeg_file.decode
    monkeypatch.setattr(jpeg_file, "decode", lambda *a, **k: asked.append(a[2] if len(a) > 2 else 1) or decode(*a, **k))
    picture = open_image(saved(tmp_path), "simplejpeg")
    for size, expected in ((110, 8), (113, 4), (300, 2), (500, 1), (1000, 1)):
        asked.clear()
        Pipeline([steps.resize(size=[size, size])], {"image": "image"}, plan="fast")(image=picture, key="k")
        assert asked == [expected], size
        picture.__dict__.pop("pixels", None)
    asked.clear()
    Pipeline([steps.resize(size=[110, 110])], {"image": "image"}, plan="exact")(image=picture, key="k")
    assert asked == [1]


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_gray_and_print_colours(tmp_path, mode):
    file = tmp_path / "a.jpg"
    Pillow.fromarray(PHOTO).convert(mode).save(file, quality=92)
    picture = open_image(file, "simplejpeg")
    assert isinstance(picture, EncodedImage) == (mode == "L")
    pixels = picture.pixels if mode == "L" else picture
    assert (pixels == read_image(file, "pillow")).all()


def test_other_formats_are_read_by_pillow(tmp_path):
    file = tmp_path / "a.png"
    Pillow.fromarray(PHOTO[:50, :60]).save(file)
    assert (open_image(file, "simplejpeg") == PHOTO[:50, :60]).all()


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda raw: raw[: len(raw) // 2], id="cut short"),
        pytest.param(lambda raw: raw[:20], id="no header"),
        pytest.param(lambda raw: raw[:3], id="three bytes"),
        pytest.param(lambda raw: raw[:600] + bytes(2000) + raw[2600:], id="overwritten"),
    ],
)
@pytest.mark.parametrize("plan", ["exact", "fast"])
def test_a_broken_file_is_named(tmp_path, broken, plan):
    file = saved(tmp_path)
    file.write_bytes(broken(file.read_bytes()))
    pipeline = Pipeline([steps.resize(size=50)], {"image": "image"}, plan=plan)
    with pytest.raises(DataError, match="broken or cut short") as caught:
        pipeline(image=open_image(file, "simplejpeg"), key="a.jpg")
    assert caught.value.file == str(file)


@pytest.mark.parametrize("block", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x09"])
def test_a_broken_exif_block_leaves_the_picture_upright(block):
    raw = io.BytesIO()
    Pillow.fromarray(PHOTO[:40, :50]).save(raw, "JPEG")
    with_block = raw.getvalue()[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + raw.getvalue()[2:]
    assert jpeg_file.orientation(with_block) == 1
    assert jpeg_file.read_header(with_block).upright == (40, 50)


RECIPE = """augkit: 1
source: {{image_folder: {{root: photos}}}}
sample: {{image: image, label: label}}
decoder: simplejpeg
plan: {plan}
steps: {steps}
eval_steps: []
split: {{val: 0}}
loader: {{batch_size: 2, shuffle: false{rest}}}
"""


def recipe(folder, plan="fast", steps_="[{random_resized_crop: {size: 32}}]", rest=""):
    for name in "ab":
        (folder / "photos" / name).mkdir(parents=True, exist_ok=True)
        saved(folder / "photos" / name, PHOTO[:200, :300])
    file = folder / "r.yaml"
    file.write_text(RECIPE.format(plan=plan, steps=steps_, rest=rest))
    return file


def test_a_loader_decodes_in_its_workers_and_gives_the_same_bytes(tmp_path):
    first, second = (
        [batch["image"] for batch in augkit.loader(recipe(tmp_path), overrides={"loader.workers": n})] for n in (0, 2)
    )
    assert [tuple(batch.shape) for batch in first] == [(2, 3, 32, 32)]
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_a_file_that_cannot_be_decoded_is_skipped_also_where_no_step_looks_at_it(tmp_path):
    file = recipe(tmp_path, steps_="[]", rest=", on_error: skip")
    broken = tmp_path / "photos" / "a" / "a.jpg"
    broken.write_bytes(broken.read_bytes()[:-3000])
    with pytest.warns(UserWarning, match=r"a/a\.jpg"):
        [batch] = list(augkit.loader(file))
    assert batch["key"] == ["b/a.jpg"]


def test_the_plan_is_part_of_the_hash(tmp_path):
    read = augkit.recipe.read_recipe
    hashes = {
        read(recipe(tmp_path, plan)).hash
        for plan in ("exact", "fast", "{mode: fast, fuse: full}", "{mode: fast, costs: {warp: 0.01}}")
    }
    assert len(hashes) == 4
    assert read(recipe(tmp_path, "fast")).hash == read(recipe(tmp_path, "{mode: fast, fuse: strict}")).hash


@pytest.mark.parametrize("plan", ["fsat", "{mode: fast, fuze: full}", "[fast]", "{costs: 3}"])
def test_a_plan_that_is_none_is_refused_with_its_place(tmp_path, plan):
    with pytest.raises(RecipeError, match=r"r\.yaml:5:\d+: plan: "):
        augkit.recipe.read_recipe(recipe(tmp_path, plan))


def test_bytes_do_not_depend_on_who_looked_at_the_picture_before(tmp_path):
    pipeline = Pipeline([steps.resize(size=[110, 110])], {"image": "image"}, plan="fast")
    picture = open_image(saved(tmp_path), "simplejpeg")
    before = pipeline(image=picture, key="k")["image"].pixels
    assert picture.pixels.shape == PHOTO.shape
    assert (pipeline(image=picture, key="k")["image"].pixels == before).all()


def test_a_nearest_pixel_is_one_of_the_picture(tmp_path):
    file, recipe = saved(tmp_path), [steps.resize(size=[110, 110], interpolation="nearest")]
    exact, fast = (
        Pipeline(recipe, {"image": "image"}, plan=plan)(image=open_image(file, "simplejpeg"), key="k")["image"].pixels
        for plan in ("exact", "fast")
    )
    assert (exact == fast).all()


def told(segment):
    """A small JPEG with that APP1 segment."""
    raw = io.BytesIO()
    Pillow.fromarray(PHOTO[:40, :50]).save(raw, "JPEG")
    return raw.getvalue()[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + raw.getvalue()[2:]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [1, 3, 4, 9, 99])
def test_orientation_is_read_in_the_type_that_exif_says(kind, order):
    value = {3: struct.pack(order + "HH", 6, 0)}.get(kind, struct.pack(order + "I", 6))
    entry = struct.pack(order + "HHHI", 1, 0x0112, kind, 1) + value
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    data = told(b"Exif\0\0" + head + entry + bytes(4))
    assert jpeg_file.orientation(data) == (6 if kind in (3, 4, 9) else 1)
    assert open_image(data, "simplejpeg").pixels.shape == read_image(data, "pillow").shape


@pytest.mark.parametrize("said", ['tiff:Orientation="6"', "<tiff:Orientation>6</tiff:Orientation>", "nothing"])
def test_orientation_may_be_told_by_xmp(said):
    data = told(b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + said.encode() + b"</x:xmpmeta>")
    assert jpeg_file.orientation(data) == (1 if said == "nothing" else 6)
    assert open_image(data, "simplejpeg").pixels.shape == read_image(data, "pillow").shape


def test_a_picture_that_pillow_calls_unsafely_large_is_refused_before_it_is_decoded():
    raw = told(b"none")
    size = raw.index(b"\xff\xc0") + 5
    with pytest.raises(DataError, match=r"unsafely large: 900000000 pixels.*MAX_IMAGE_PIXELS"):
        open_image(raw[:size] + struct.pack(">HH", 30000, 30000) + raw[size + 4 :], "simplejpeg")
