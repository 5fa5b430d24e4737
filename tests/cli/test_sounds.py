"""Sounds on a page: a spectrogram with events over it, a wave, and a file to listen to."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from augkit.report.palette import Palette
from augkit.report.sounds import sounds
from augkit.report.spectra import shades, spectra
from augkit.report.spectrogram import COLUMNS, ROWS, spectrogram, wav_uri
from augkit.vocab.timeline import Audio, Beats, Contour, Events, FrameLabels, Spectrogram, Words
from tests.cli.conftest import Run


def tone(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_tone_is_a_dark_line_at_its_frequency(rate: int, share: float) -> None:
    picture = spectrogram(tone(share * rate / 2, rate), rate)[:, :, 0]
    assert picture.dtype == np.uint8 and len(picture) == ROWS and picture.shape[1] <= COLUMNS
    darkest = np.argmin(picture[:, picture.shape[1] // 2])
    assert abs(darkest - (1 - share) * ROWS) <= 1.5
    assert picture[:10, picture.shape[1] // 2].min() > 150 or share == 0.9


def test_a_click_is_a_dark_column_where_it_is() -> None:
    samples = np.zeros(32000, np.float32)
    samples[8000] = 1
    picture = spectrogram(samples, 16000)[:, :, 0]
    dark = np.flatnonzero((picture < 100).all(axis=0))
    assert len(dark) and abs(dark.mean() / picture.shape[1] - 0.25) < 0.01


def test_silence_is_white_and_one_sample_is_enough() -> None:
    assert (spectrogram(np.zeros(4000, np.float32), 8000) == 255).all()
    assert spectrogram(np.ones(1, np.float32), 8000).shape == (ROWS, 1, 1)


@pytest.mark.parametrize(("rate", "heard"), [(8000, 8000), (16000, 16000), (44100, 16000)])
def test_what_is_heard_is_the_clip(rate: int, heard: int) -> None:
    file = io.BytesIO(base64.b64decode(wav_uri(0.5 * tone(1000, rate, 12), rate).partition(",")[2]))
    samples, found = soundfile.read(file)
    assert found == heard and len(samples) == 10 * heard
    assert np.abs(samples - 0.5 * tone(1000, heard, 10)).max() < 1e-3


def test_events_stand_at_their_times_and_frequencies() -> None:
    columns = {"label": ["owl", "<fox>"], "low_hz": [1000.0, None], "high_hz": [2000.0, None]}
    events = Events(np.array([0.25, 0.5]), np.array([0.75, 0.5]), columns)
    html = sounds({"clip": Audio(tone(1500, 8000)[None], 8000), "events": events}, Palette())
    boxes = re.findall(r'<i class="event" style="([^"]*)" title="([^"]*)"><b class="(\w+)">([^<]*)', html)
    assert boxes[0][0].startswith("left:25.00%;width:50.00%;top:50.00%;height:25.00%")
    assert boxes[1][0].startswith("left:50.00%;width:0.00%;top:0.00%;height:100.00%")
    assert [box[1:] for box in boxes] == [
        ("owl 0.250 to 0.750 s", "above", "owl"),
        ("&lt;fox&gt; 0.500 to 0.500 s", "inside", "&lt;fox&gt;"),
    ]


def test_names_of_events_that_are_near_stand_below_each_other_and_within_the_picture() -> None:
    events = Events(np.array([0.1, 0.12, 0.5, 0.99]), np.array([0.1, 0.13, 0.6, 1.0]), {"label": ["click"] * 4})
    html = sounds({"clip": Audio(tone(1500, 8000)[None], 8000), "events": events}, Palette())
    styles = re.findall(r'<b class="inside"(?: style="([^"]*)")?>click', html)
    assert styles[:3] == ["", "top:12px", ""]
    pushed = re.fullmatch(r"margin-left:-(\d+)px", styles[3])
    assert pushed and 20 < int(pushed[1]) < 40


def test_beats_words_contours_and_frames_are_drawn() -> None:
    voiced = np.array([True, True, False, True, True])
    targets = {
        "clip": Audio(tone(1500, 8000)[None], 8000),
        "beats": Beats(np.array([0.25, 0.75])),
        "contour": Contour(np.arange(5) / 5, np.full(5, 1000.0), voiced),
        "words": Words(("oh", "<no>"), np.array([0.1, 0.5]), np.array([0.2, 0.9])),
        "frames": FrameLabels(np.array([0, 0, 1, 1]), 0.25),
    }
    html = sounds(targets, Palette())
    assert re.findall(r'class="beat" style="left:([\d.]+)%', html) == ["25.00", "75.00"]
    curves = re.findall(r'<polyline points="([^"]*)"', html)
    assert curves == ["0.0000,0.7500 0.2000,0.7500", "0.6000,0.7500 0.8000,0.7500"]
    stretches = re.findall(r'class="word" style="left:([\d.]+)%;width:([\d.]+)%[^>]*>([^<]*)<', html)
    assert stretches == [
        ("10.00", "10.00", "oh"),
        ("50.00", "40.00", "&lt;no&gt;"),
        ("0.00", "50.00", "0"),
        ("50.00", "50.00", "1"),
    ]


def spectrum(values: np.ndarray, hop: int = 80) -> Spectrogram:
    return Spectrogram(values[None].astype(np.float32), hop, hop * (values.shape[1] - 1), 8000)


def test_a_spectrogram_shows_its_highest_values_black_and_its_first_bin_at_the_bottom() -> None:
    values = np.full((10, 101), -80.0)
    values[2, 25:75] = 0
    picture = shades(spectrum(values))[:, :, 0]
    assert picture.shape == (10, 101) and picture.dtype == np.uint8
    assert (picture[7, 25:75] == 0).all() and (picture == 0).sum() == 50 and (picture == 255).sum() == 10 * 101 - 50
    assert (shades(spectrum(np.zeros((3, 5)))) == 255).all()


def test_a_short_peak_is_seen_in_a_long_spectrogram() -> None:
    values = np.zeros((4, 5000))
    values[:, 2500] = 1
    picture = shades(spectrum(values))[:, :, 0]
    dark = np.flatnonzero((picture == 0).all(axis=0))
    assert picture.shape[1] <= COLUMNS and len(dark) == 1 and abs(dark[0] / picture.shape[1] - 0.5) < 0.01


def test_events_and_words_lie_along_a_spectrogram() -> None:
    columns = {"label": ["owl"], "low_hz": [1000.0], "high_hz": [2000.0]}
    words = Words(("oh",), np.array([0.1]), np.array([0.2]))
    targets = {"events": Events(np.array([0.25]), np.array([0.75]), columns), "words": words}
    html = spectra(targets | {"audio": spectrum(np.eye(10, 101))}, Palette())
    assert re.findall(r'class="event" style="([^"]*?);--c', html) == [
        "left:25.00%;width:50.00%;top:0.00%;height:100.00%"
    ]
    assert 'class="word" style="left:10.00%' in html and "10 bins, 101 frames" in html and "<audio" not in html


@pytest.mark.parametrize("steps", ["[gain, log_mel]", "[gain, log_mel, picture: {like: pkg/efficientnet_lite0}]"])
def test_a_page_shows_the_spectrograms_that_training_sees(run: Run, steps: str) -> None:
    Path("r.yaml").write_text(
        "augkit: 1\nsource: {demo: {name: sound_scenes, count: 4, seconds: 1}}\n"
        f"sample: {{audio: audio, events: events}}\nsteps: {steps}\nsplit: {{val: 0.25}}\n"
    )
    assert run("preview", "r.yaml", "-o", "p.html", "--samples", "1", "--draws", "2").exit_code == 0
    html = Path("p.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<img alt="" src="data:image/png;base64,', html)) == 4
    assert len(re.findall("<audio", html)) == 1 and html.count('<div class="clip"') == 4


def test_a_page_holds_pictures_and_sounds(run: Run) -> None:
    Path("r.yaml").write_text(
        "augkit: 1\nsource: {demo: {name: sound_scenes, count: 4, seconds: 1}}\n"
        "sample: {audio: audio, events: events}\nsteps: [gain]\nsplit: {val: 0.25}\n"
    )
    assert run("preview", "r.yaml", "-o", "p.html", "--samples", "1", "--draws", "1").exit_code == 0
    html = Path("p.html").read_text(encoding="utf-8")
    pictures = re.findall(r'<img alt="" src="data:image/png;base64,([^"]+)"', html)
    assert len(pictures) == 3 and 'id="show-events"' in html
    assert Image.open(io.BytesIO(base64.b64decode(pictures[0]))).size[1] == ROWS
    assert len(re.findall(r'<audio controls preload="metadata" src="data:audio/wav;base64,', html)) == 3
