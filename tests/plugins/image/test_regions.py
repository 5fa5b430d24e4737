"""A part of a JPEG decoded alone: the bytes of the whole picture's part, in the same recipe's samples."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image as Pillow
from skimage import data

from augkit import Pipeline, steps
from augkit.errors import DataError, MissingDependency
from augkit.fields import Size
from augkit.vocab.space import Affine2D
from augkit_image import jpeg_file, jpeg_region
from augkit_image.encoded import EncodedInParts, open_image
from augkit_image.files import read_image
from augkit_image.rectangle import shown_alone

pytest.importorskip("nvidia.nvimgcodec", reason="nvImageCodec is made for Linux only")

PHOTO = cv2.resize(data.astronaut(), (611, 459), interpolation=cv2.INTER_AREA)


def saved(folder, orientation=1, pixels=PHOTO, **options):
    exif = Pillow.Exif()
    exif[0x112] = orientation
    file = folder / "a.jpg"
    Pillow.fromarray(pixels).save(file, quality=91, exif=exif, **options)
    return file


def region(file, part):
    raw = file.read_bytes()
    return jpeg_region.decode_region(raw, jpeg_file.read_header(raw), part)


PARTS = [
    (slice(0, 1), slice(0, 1)),
    (slice(458, 459), slice(610, 611)),
    (slice(3, 120), slice(7, 244)),
    (slice(200, 459), slice(301, 611)),
    (slice(0, 459), slice(17, 18)),
    (slice(15, 17), slice(0, 611)),
]


@pytest.mark.parametrize(
    "options",
    [
        {"subsampling": "4:4:4"},
        {"subsampling": "4:2:2"},
        {"subsampling": "4:2:0"},
        {"progressive": True},
        {"restart_marker_blocks": 5},
        {"optimize": True},
    ],
    ids=str,
)
def test_a_part_has_the_bytes_of_the_whole(tmp_path, options):
    file = saved(tmp_path, **options)
    whole = read_image(file, "simplejpeg")
    for part in PARTS:
        assert np.array_equal(region(file, part), whole[part]), part


def test_gray_and_rows_of_chroma(tmp_path):
    file = tmp_path / "a.jpg"
    Pillow.fromarray(PHOTO).convert("L").save(file)
    assert np.array_equal(region(file, PARTS[2]), read_image(file)[PARTS[2]])
    for subsampling in ("440", "411"):
        file.write_bytes(simplejpeg.encode_jpeg(PHOTO, colorsubsampling=subsampling))
        assert np.array_equal(region(file, PARTS[3]), read_image(file, "simplejpeg")[PARTS[3]])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_parts_of_turned_pictures(tmp_path, orientation):
    file = saved(tmp_path, orientation)
    whole = read_image(file)
    part = (slice(30, 200), slice(11, 95))
    assert np.array_equal(region(file, part), whole[part])


LISTS = {
    "small crop": [steps.random_crop(size=100), steps.hflip(p=0.5)],
    "resized crop": [steps.random_resized_crop(size=96, scale=[0.05, 0.6]), steps.color_jitter(brightness=[0.5, 1.5])],
    "turned first": [steps.rot90(), steps.transpose(p=0.5), steps.random_crop(size=[150, 90]), steps.rotate()],
    "padded": [steps.image.pad(size=700), steps.random_crop(size=200)],
    "far away": [steps.image.center_crop(size=[400, 300]), steps.resize(size=20)],
    "nearest": [steps.image.center_crop(size=200), steps.resize(size=90, interpolation="nearest")],
    "area": [steps.random_crop(size=200), steps.resize(size=90, interpolation="area")],
}


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("plan", ["exact", "fast"])
@pytest.mark.parametrize("name", LISTS)
def test_samples_are_those_of_the_other_decoder(tmp_path, name, plan, orientation):
    file = saved(tmp_path, orientation)
    pipeline = Pipeline(LISTS[name], {"image": "image"}, seed=3, plan=plan)
    for epoch in range(8):
        one, other = (
            pipeline(image=open_image(file, decoder), epoch=epoch, key="k")["image"]
            for decoder in ("nvimgcodec", "simplejpeg")
        )
        assert np.array_equal(one.pixels, other.pixels)


def test_no_more_is_decoded_than_the_crop(tmp_path, monkeypatch):
    parts = []
    decode = jpeg_region.decode_region
    monkeypatch.setattr(jpeg_region, "decode_region", lambda *given: parts.append(given[2]) or decode(*given))
    file = saved(tmp_path)
    for size, asked in ((100, 1), (450, 0)):  # the larger is most of the picture, which is quicker as a whole
        picture = open_image(file, "nvimgcodec")
        assert isinstance(picture, EncodedInParts)
        Pipeline([steps.image.center_crop(size=size)], {"image": "image"})(image=picture, key="k")
        assert len(parts) == asked
        assert ("pixels" in picture.__dict__) is (asked == 0)
        parts.clear()


def test_a_map_that_looks_beside_its_rectangle_gets_the_whole():
    size = Size(459, 611)
    crop = Affine2D.window(size, 5, 9, Size(200, 301))
    assert shown_alone(crop) == (slice(5, 205), slice(9, 310))
    assert shown_alone(Affine2D.about_centre(size, 3)) is None
    assert shown_alone(Affine2D.window(size, -1, 9, Size(200, 301))) is None
    smaller = crop.then(Affine2D.resize(Size(200, 301), Size(20, 30)))
    assert shown_alone(smaller) is None  # halved in twos, 301 columns take the one beside them


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda raw: raw[: len(raw) * 3 // 4], id="cut short"),
        pytest.param(lambda raw: raw[:30], id="no header"),
    ],
)
def test_a_broken_file_is_named(tmp_path, broken):
    file = saved(tmp_path)
    file.write_bytes(broken(file.read_bytes()))
    pipeline = Pipeline([steps.image.center_crop(size=300)], {"image": "image"})
    with pytest.raises(DataError, match="cut short") as caught:
        pipeline(image=open_image(file, "nvimgcodec"), key="a.jpg")
    assert caught.value.file == str(file)


def _bytes_of(file):
    crop = Pipeline([steps.image.center_crop(size=80)], {"image": "image"})
    return crop(image=open_image(file, "nvimgcodec"), key="k")["image"].pixels.tobytes()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_in_workers_and_threads(tmp_path, method):
    file = saved(tmp_path)
    expected = _bytes_of(file)
    with multiprocessing.get_context(method).Pool(2) as workers:
        assert workers.map_async(_bytes_of, [file] * 4).get(timeout=60) == [expected] * 4
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(_bytes_of, [file] * 16)) == [expected] * 16


def test_nothing_is_said_on_standard_error(tmp_path):
    file = saved(tmp_path)
    look = "from augkit_image import encoded; from augkit import Pipeline, steps"
    look += "; crop = Pipeline([steps.image.center_crop(size=9)], {'image': 'image'})"
    look += f"; crop(image=encoded.open_image({str(file)!r}, 'nvimgcodec'))"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=120)
    assert (told.returncode, told.stderr) == (0, "")


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    file = saved(tmp_path)
    monkeypatch.setitem(sys.modules, "nvidia", None)
    with pytest.raises(MissingDependency, match=r"pip install 'augkit\[nvimgcodec\]'"):
        open_image(file, "nvimgcodec")
