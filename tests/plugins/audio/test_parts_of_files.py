"""Parts of files, other rates, one channel: what is read is the whole's."""

import struct

import numpy as np
import pytest
import soundfile
import soxr

import augkit
from augkit.errors import DataError
from augkit_audio.files import read_audio, read_header
from augkit_audio.resampling import resampled

RATE = 16000
FORMATS = [
    ("a.wav", "PCM_U8"), ("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "PCM_32"), ("a.wav", "FLOAT"),
    ("a.wav", "DOUBLE"), ("a.aiff", "PCM_16"), ("a.w64", "PCM_16"), ("a.flac", "PCM_16"), ("a.flac", "PCM_24"),
]  # fmt: skip


def noise(seconds=3.0, channels=2, rate=RATE):
    return np.random.default_rng(1).uniform(-0.9, 0.9, (round(seconds * rate), channels)).astype(np.float32)


@pytest.mark.parametrize(("name", "subtype"), FORMATS)
def test_samples_are_those_of_libsndfile_to_the_bit(tmp_path, name, subtype):
    samples = noise()
    samples[:4] = [[1, -1], [-1, 1], [0, 0], [0.99999, -0.99999]]
    soundfile.write(tmp_path / name, samples, RATE, subtype=subtype)
    expected, _ = soundfile.read(tmp_path / name, dtype="float32")
    read, rate = read_audio(tmp_path / name)
    assert rate == RATE and read.dtype == np.float32 and read.flags.c_contiguous
    assert np.array_equal(read, expected.T)
    part, _ = read_audio(tmp_path / name, offset=0.5, seconds=0.25)
    assert np.array_equal(part, expected.T[:, 8000:12000])
    assert np.array_equal(read_audio((tmp_path / name).read_bytes())[0], read)


@pytest.mark.parametrize("options", [{}, {"bitrate_mode": "VARIABLE", "compression_level": 0.3}])
@pytest.mark.parametrize(("name", "close"), [("a.mp3", 1e-6), ("a.ogg", 1e-6)])
@pytest.mark.parametrize("rate", [16000, 44100])
def test_parts_of_compressed_files_are_not_late(tmp_path, name, close, rate, options):
    if options and name == "a.ogg":
        options = {"compression_level": 0.3}
    samples = np.cumsum(noise(8.0, 1, rate), axis=0)
    soundfile.write(tmp_path / name, samples / np.abs(samples).max() / 1.2, rate, **options)
    whole, _ = read_audio(tmp_path / name)
    for offset in (0.0, 1 / rate, 0.1234, 1.0, 2.5, 4.999, 7.4):
        part, _ = read_audio(tmp_path / name, offset=offset, seconds=0.5)
        first = round(offset * rate)
        assert part.shape == (1, round(0.5 * rate))
        assert np.abs(part - whole[:, first : first + part.shape[1]]).max() <= close


@pytest.mark.parametrize(("rate", "wanted"), [(44100, 16000), (16000, 44100), (8000, 16000), (48000, 44100)])
@pytest.mark.parametrize("offset", [0.0, 0.01, 0.37, 1.5, 2.5])
def test_a_part_is_resampled_as_in_the_whole(tmp_path, rate, wanted, offset):
    soundfile.write(tmp_path / "a.wav", noise(3.0, 1, rate), rate)
    whole, found = read_audio(tmp_path / "a.wav", rate=wanted)
    assert found == wanted and whole.shape == (1, 3 * wanted)
    oracle = soxr.resample(soundfile.read(tmp_path / "a.wav", dtype="float32")[0], rate, wanted)
    assert np.abs(whole[0] - oracle).max() < 1e-6
    part, _ = read_audio(tmp_path / "a.wav", offset=offset, seconds=0.5, rate=wanted)
    first = round(offset * rate) * wanted / rate
    if first == round(first):
        assert np.abs(part - whole[:, round(first) : round(first) + part.shape[1]]).max() < 2e-5


def test_resampling_keeps_a_click_in_its_place_and_the_length():
    for rate, wanted in ((44100, 16000), (8000, 48000), (16000, 11025)):
        samples = np.zeros((1, rate + 7), np.float32)
        samples[0, rate // 2] = 1
        made = resampled(samples, rate, wanted)
        assert made.shape == (1, -(-(rate + 7) * wanted // rate))
        assert abs(np.abs(made[0]).argmax() / wanted - (rate // 2) / rate) <= 0.5 / wanted + 1e-9


def test_channels_are_averaged_before_resampling(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(), RATE, subtype="FLOAT")
    mono, _ = read_audio(tmp_path / "a.wav", mono=True)
    assert mono.shape == (1, 48000) and np.allclose(mono[0], noise().mean(axis=1), atol=1e-7)
    both, rate = read_audio(tmp_path / "a.wav", mono=True, rate=8000)
    assert (both.shape, rate) == ((1, 24000), 8000)


def test_headers_tell_without_decoding(tmp_path):
    soundfile.write(tmp_path / "a.flac", noise(1.5), RATE)
    header = read_header(tmp_path / "a.flac")
    assert (header.frames, header.rate, header.channels, header.seconds) == (24000, RATE, 2, 1.5)


@pytest.mark.parametrize(
    ("offset", "seconds", "complaint"),
    [
        (3.5, None, r"lasts 3 s; 3\.5 s to the end is asked for"),
        (2.0, 1.5, r"lasts 3 s; 2 s to 3\.5 s is asked for"),
        (-1.0, 1.0, "cannot be read from -1"),
        (0.0, 0.0, "cannot be read from 0"),
        (float("nan"), 1.0, "cannot be read from nan"),
    ],
)
def test_parts_beyond_the_end_are_refused(tmp_path, offset, seconds, complaint):
    soundfile.write(tmp_path / "a.wav", noise(), RATE)
    with pytest.raises(DataError, match=rf"a\.wav.*{complaint}"):
        read_audio(tmp_path / "a.wav", offset=offset, seconds=seconds)


def test_a_part_may_end_a_rounding_after_the_file(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(2.996), RATE)
    assert read_audio(tmp_path / "a.wav", offset=2.0, seconds=1.0)[0].shape == (2, 15936)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg"])
def test_a_part_of_a_file_that_is_cut_short_is_refused(tmp_path, name):
    soundfile.write(tmp_path / name, noise(8.0), RATE)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=rf"{name}.*(cut short|cannot be read as sound|lasts)"):
        read_audio(tmp_path / name, offset=7.0, seconds=0.5)


@pytest.mark.parametrize(("at", "value"), [(24, 0), (22, 0), (34, 0)])
def test_headers_that_cannot_be_are_named(tmp_path, at, value):
    soundfile.write(tmp_path / "a.wav", noise(), RATE)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[at : at + 2] = struct.pack("<H", value)
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.wav: cannot be read as sound"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_samples_that_are_no_numbers_are_named_with_file_and_second(tmp_path, value, subtype):
    samples = noise()
    samples[24000:24003, 1] = value
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype=subtype)
    with pytest.raises(DataError, match=r"a\.wav: holds 3 samples that are not finite numbers, the first at 1\.5 s"):
        read_audio(tmp_path / "a.wav")
    assert read_audio(tmp_path / "a.wav", seconds=1.0)[0].shape == (2, 16000)


def test_a_folder_is_no_sound(tmp_path):
    with pytest.raises(DataError, match="is a folder, and no sound"):
        read_audio(tmp_path)


def test_only_files_are_resampled_and_averaged():
    aug = augkit.Pipeline([], sample={"audio": {"audio": {"rate": 8000}}}, seed=1)
    with pytest.raises(DataError, match="the rate is 16000 Hz, and `sample` says 8000; only files are resampled"):
        aug(audio=(noise().T.copy(), RATE), key="a")
    aug = augkit.Pipeline([], sample={"audio": {"audio": {"mono": True}}}, seed=1)
    with pytest.raises(DataError, match=r"got 2 channels, and `sample` says mono.*samples.mean\(axis=0\)"):
        aug(audio=(noise().T.copy(), RATE), key="a")
    assert aug(audio=(noise()[:, 0].copy(), RATE), key="a")["audio"][0].shape == (48000,)
