"""Files made on the spot by Pillow and OpenCV come back as they were meant, or are refused by name."""

import io
import struct
import sys
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps

from augkit.errors import DataError, MissingDependency
from augkit_image.files import read_image, read_mask, write_png

DECODERS = ("pillow", "opencv")
WHITE = 255


def scene(height=24, width=36):
    y, x = np.mgrid[:height, :width]
    planes = [x * 255 // width, y * 255 // height, 255 - (x + y) * 255 // (height + width)]
    return np.stack(planes, axis=2).astype(np.uint8)


def encoded(picture, form="PNG", **options):
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def png(width, height, depth, colour_type, rows):
    """A PNG written by hand, for what Pillow cannot save."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP", "PPM"])
def test_lossless_files_come_back_bit_by_bit(form, decoder, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(encoded(scene(), form, **({"lossless": True} if form == "WEBP" else {})))
    pixels = read_image(path, decoder)
    assert pixels.dtype == np.uint8 and pixels.flags.c_contiguous and pixels.flags.writeable
    assert np.array_equal(pixels, scene())
    assert np.array_equal(read_image(str(path), decoder), read_image(path.read_bytes(), decoder))


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_upright_whatever_their_orientation(orientation, form, decoder):
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}
    data = encoded(scene(), form, exif=exif, **lossless[form])
    stored = Image.fromarray(scene())
    stored.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(stored)).astype(int)
    assert np.abs(read_image(data, decoder) - upright).max() <= (4 if form == "JPEG" else 0)
    if form == "PNG":
        labels = encoded(Image.fromarray(scene()[:, :, 0]), form, exif=exif)
        assert np.array_equal(read_mask(labels), upright[:, :, 0])


def test_an_impossible_orientation_is_ignored():
    exif = Image.Exif()
    exif[0x0112] = 77
    assert np.array_equal(read_image(encoded(scene(), exif=exif)), scene())


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("mode", ["rgb", "gray", "rgba", "keep"])
def test_gray_and_one_bit(mode, decoder):
    gray = scene()[:, :, :1]
    for levels, data in (
        (gray, encoded(gray[:, :, 0])),
        ((gray > 99) * WHITE, encoded(Image.fromarray(gray[:, :, 0] > 99))),
    ):
        pixels = read_image(data, decoder, mode)
        expected = {"rgb": [levels] * 3, "rgba": [levels] * 3 + [np.full_like(levels, WHITE)]}.get(mode, [levels])
        assert pixels.dtype == np.uint8 and np.array_equal(pixels, np.concatenate(expected, axis=2))


@pytest.mark.parametrize("decoder", DECODERS)
def test_palettes_become_their_colours(decoder):
    palette = Image.fromarray(scene()).quantize(7)
    assert np.array_equal(read_image(encoded(palette), decoder), np.asarray(palette.convert("RGB")))
    clear = read_image(encoded(palette, transparency=3), decoder, "rgba")
    assert np.array_equal(clear[:, :, 3] == 0, np.asarray(palette) == 3)
    assert read_image(encoded(palette), decoder, "keep").shape[2] == 3


@pytest.mark.parametrize("decoder", DECODERS)
def test_transparency_shows_white_or_is_kept(decoder):
    alpha = np.tile(np.linspace(0, WHITE, 36).astype(np.uint8), (24, 1))
    pixels = np.dstack([scene(), alpha])
    data = encoded(pixels)
    assert np.array_equal(read_image(data, decoder, "rgba"), pixels)
    assert np.array_equal(read_image(data, decoder, "keep"), pixels)
    share = alpha[:, :, None] / WHITE
    on_white = scene() * share + WHITE * (1 - share)
    assert np.abs(read_image(data, decoder) - on_white).max() <= 0.51
    assert np.abs(read_image(data, decoder, "gray")[:, :, 0] - on_white @ [0.299, 0.587, 0.114]).max() <= 1.1


@pytest.mark.parametrize("decoder", DECODERS)
def test_gray_with_alpha(decoder):
    pixels = scene()[:, :, :2]
    data = encoded(pixels)
    kept = read_image(data, decoder, "keep")
    assert np.array_equal(kept if decoder == "pillow" else kept[:, :, [0, 3]], pixels)
    assert read_image(data, decoder).shape[2] == 3


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(form, decoder):
    deep = (np.arange(24 * 36, dtype=np.uint32) * 65535 // (24 * 36 - 1)).astype(np.uint16).reshape(24, 36)
    data = encoded(Image.fromarray(deep), form)
    assert np.abs(read_image(data, decoder, "gray")[:, :, 0] - deep / 257).max() <= 0.501
    assert np.array_equal(read_image(data, decoder), np.repeat(read_image(data, decoder, "gray"), 3, axis=2))
    kept = read_image(data, decoder, "keep")
    assert kept.dtype == np.float32 and np.abs(kept[:, :, 0] - deep / 65535).max() < 1e-6
    assert read_mask(data).dtype == np.uint16 and np.array_equal(read_mask(data), deep)


@pytest.mark.parametrize("decoder", DECODERS)
def test_sixteen_bit_colours(decoder):
    _, data = cv2.imencode(".png", scene()[:, :, ::-1].astype(np.uint16) * 257)
    assert np.array_equal(read_image(data.tobytes(), decoder), scene())


@pytest.mark.parametrize("decoder", DECODERS)
def test_floats_are_pictures_between_0_and_1_only(decoder):
    values = np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)
    assert np.array_equal(read_image(encoded(values, "TIFF"), decoder, "keep")[:, :, 0], values)
    with pytest.raises(DataError, match="values from 0 to 300 are no picture"):
        read_image(encoded(values * 300, "TIFF"), decoder)


@pytest.mark.parametrize("decoder", DECODERS)
def test_printing_colours_become_rgb(decoder):
    bands = {"cyan": (255, 0, 0, 0), "yellow": (0, 0, 255, 0), "black": (0, 0, 0, 255), "paper": (0, 0, 0, 0)}
    expected = {"cyan": (0, 255, 255), "yellow": (255, 255, 0), "black": (0, 0, 0), "paper": (255, 255, 255)}
    for name, ink in bands.items():
        data = encoded(Image.new("CMYK", (16, 16), ink), "JPEG", quality=95)
        assert b"Adobe" in data
        assert np.abs(read_image(data, decoder)[8, 8].astype(int) - expected[name]).max() <= 3, name


def test_of_a_film_the_first_picture_is_read():
    frames = [Image.new("RGB", (8, 6), colour) for colour in ((255, 0, 0), (0, 255, 0))]
    for form in ("GIF", "TIFF", "WEBP", "PNG"):
        options = {"lossless": True} if form == "WEBP" else {}
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
        assert read_image(data)[3, 4].tolist() == [255, 0, 0]


def noisy():
    return np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("form", ["JPEG", "progressive", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_a_file_cut_short_is_named(form, decoder, lenient, tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    whole = encoded(noisy(), "JPEG", progressive=True) if form == "progressive" else encoded(noisy(), form)
    assert read_image(whole, decoder).shape == (120, 160, 3)
    for kept in (0.98, 0.5, 0.1):
        path = tmp_path / f"holiday-{kept}.img"
        path.write_bytes(whole[: int(len(whole) * kept)])
        with pytest.raises(DataError, match=r"broken|cut short|not an image") as caught:
            read_image(path, decoder)
        assert str(path) in str(caught.value) and caught.value.file == str(path)
    assert lenient == ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_download_that_stopped_in_a_file_of_full_length_is_named(decoder):
    for form in ("JPEG", "PNG"):
        whole = encoded(noisy(), form)
        half = len(whole) // 2
        with pytest.raises(DataError, match=r"broken|cut short"):
            read_image(whole[:half] + bytes(len(whole) - half), decoder)


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_thumbnail_does_not_hide_that_a_jpeg_is_cut(decoder):
    exif = Image.Exif()
    exif[0x010E] = "x\xff\xd9x"
    whole = encoded(noisy(), "JPEG", exif=b"Exif\0\0" + exif.tobytes()[6:] + b"\xff\xd8\xff\xd9")
    assert read_image(whole, decoder).shape == (120, 160, 3)
    with pytest.raises(DataError, match=r"it ends after \d+ bytes without an end marker"):
        read_image(whole[: len(whole) // 2], decoder)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("read", [read_image, read_mask])
def test_what_is_no_image_is_said_plainly(read, decoder, tmp_path):
    arguments = (decoder,) if read is read_image else ()
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "notes.png").write_text("dear diary")
    for name, complaint in (
        ("gone.png", "no such file"),
        ("", "is a folder"),
        ("empty.png", "empty"),
        ("notes.png", "not an image that Pillow knows; it begins with b'dear dia'"),
    ):
        with pytest.raises(DataError, match=complaint) as caught:
            read(tmp_path / name, *arguments)
        assert caught.value.file == str(tmp_path / name)
    with pytest.raises(DataError, match="not an image"):
        read(b"dear diary", *arguments)


@pytest.mark.parametrize("decoder", DECODERS)
def test_unsafely_large_pictures_are_refused_before_they_are_decoded(decoder):
    with pytest.raises(DataError, match="unsafely large"):
        read_image(png(50_000, 50_000, 8, 2, []), decoder)


def test_wrong_words_and_missing_libraries_are_said_plainly(monkeypatch):
    with pytest.raises(ValueError, match="'RGB'; one of rgb, gray"):
        read_image(encoded(scene()), mode="RGB")
    with pytest.raises(ValueError, match="'cv2'; one of pillow, opencv"):
        read_image(encoded(scene()), "cv2")
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingDependency, match="'opencv' needs OpenCV"):
        read_image(encoded(scene()), "opencv")


def test_masks_keep_their_numbers():
    classes = (np.arange(24 * 36) % 5).astype(np.uint8).reshape(24, 36)
    palette = Image.fromarray(classes)
    palette.putpalette([255, 0, 0, 255, 0, 0, 9, 9, 9, 0, 255, 0, 1, 2, 3])
    assert np.array_equal(read_mask(encoded(palette)), classes)
    assert np.array_equal(read_mask(encoded(classes)), classes)
    assert np.array_equal(read_mask(encoded(Image.fromarray(classes > 2))), classes > 2)
    assert np.array_equal(read_mask(encoded(classes.astype(np.int32) * 100_000, "TIFF")), classes.astype(int) * 100_000)


@pytest.mark.parametrize(("depth", "rows"), [(2, [b"\x1b"]), (4, [b"\x01\x2f"])])
def test_masks_of_few_bits_keep_their_numbers(depth, rows):
    expected = [[0, 1, 2, 3]] if depth == 2 else [[0, 1, 2, 15]]
    assert read_mask(png(4, 1, depth, 0, rows)).tolist() == expected


def test_masks_that_hold_no_labels_are_refused(tmp_path):
    path = tmp_path / "colours.png"
    path.write_bytes(encoded(scene()))
    with pytest.raises(DataError, match="this is a RGB picture; save the class numbers") as caught:
        read_mask(path)
    assert str(path) in str(caught.value)
    with pytest.raises(DataError, match="cannot be a JPEG"):
        read_mask(encoded(scene()[:, :, 0], "JPEG"))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_previews_are_written_bit_by_bit(channels):
    pixels = np.dstack([scene(), scene()[:, :, 0]])[:, :, :channels]
    assert np.array_equal(read_image(write_png(pixels), mode="keep"), pixels)
    assert np.array_equal(read_image(write_png(pixels / np.float32(255)), mode="keep"), pixels)
    assert np.array_equal(read_image(write_png(pixels[:, :, 0]), mode="keep")[:, :, 0], pixels[:, :, 0])
