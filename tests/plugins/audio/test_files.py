"""Sound files: read as they are, and named when they are not what they say."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

import augkit
from augkit import steps
from augkit.errors import DataError
from augkit.plugins import catalogue

RATE = 16000


@pytest.fixture
def read():
    return catalogue().load("reader", "audio")


def stereo(count=16000):
    return np.random.default_rng(0).uniform(-0.5, 0.5, (count, 2)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "subtype", "close"),
    [("a.wav", "PCM_16", 1e-4), ("a.wav", "FLOAT", 0), ("a.wav", "PCM_24", 1e-6), ("a.flac", "PCM_16", 1e-4)],
)
def test_files_are_channels_by_samples_float32(tmp_path, read, name, subtype, close):
    soundfile.write(tmp_path / name, stereo(), RATE, subtype=subtype)
    samples, rate = read(tmp_path / name)
    assert (samples.shape, samples.dtype, rate) == ((2, 16000), np.float32, RATE)
    assert np.abs(samples - stereo().T).max() <= close
    aug = augkit.Pipeline([steps.audio.gain(db=6)], sample={"audio": "audio"}, seed=1)
    assert aug(audio=read(tmp_path / name), key="a")["audio"][0].shape == (2, 16000)


@pytest.mark.parametrize("name", ["a.ogg", "a.mp3"])
def test_lossy_files_have_their_length(tmp_path, read, name):
    soundfile.write(tmp_path / name, stereo(), RATE)
    assert read(tmp_path / name)[0].shape == (2, 16000)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff"])
@pytest.mark.parametrize("left", [0.6, 0.01])
def test_files_that_are_cut_short_are_named(tmp_path, read, name, left):
    soundfile.write(tmp_path / name, stereo(), RATE)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(DataError, match=r"cut short|cannot be read as sound") as error:
        read(tmp_path / name)
    assert error.value.file == str(tmp_path / name)
    assert name in str(error.value)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"hello, this is a text" * 20])
def test_files_that_are_no_sound_are_named(tmp_path, read, content):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.wav: cannot be read as sound"):
        read(tmp_path / "a.wav")


def test_an_empty_recording_is_named(tmp_path, read):
    soundfile.write(tmp_path / "a.wav", stereo(0), RATE)
    with pytest.raises(DataError, match=r"a\.wav: holds no samples"):
        read(tmp_path / "a.wav")


def test_a_recording_from_a_pipe_has_no_size_in_its_header(tmp_path, read):
    soundfile.write(tmp_path / "a.wav", stereo(), RATE)
    content = bytearray((tmp_path / "a.wav").read_bytes())
    data = content.find(b"data")
    content[4:8] = content[data + 4 : data + 8] = b"\xff" * 4
    (tmp_path / "a.wav").write_bytes(content)
    assert read(tmp_path / "a.wav")[0].shape == (2, 16000)


def test_a_missing_file_is_missing(tmp_path, read):
    with pytest.raises(FileNotFoundError, match=r"a\.wav"):
        read(tmp_path / "a.wav")


def test_registering_loads_no_sound_library():
    script = "import sys, augkit_audio; print({'numpy', 'soundfile', 'python_stretch'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "set()"
