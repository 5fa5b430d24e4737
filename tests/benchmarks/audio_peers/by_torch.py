"""torchaudio's functional, with chance and files by hand; and torch-audiomentations where it runs.

torchaudio shifts pitch, and changes speed, by filters as long as the ratio asks for, which takes seconds and gigabytes
for one clip: these are not asked of it. Backgrounds and impulse responses of torch-audiomentations 0.12 end in errors
with torchaudio 2.11.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import soundfile
import torch
import torchaudio.functional as F
from torchaudio.transforms import Resample

from tests.benchmarks.audio_peers import work as w
from tests.benchmarks.audio_peers.work import Change, Setting
from tests.benchmarks.forms import installed


def torchaudio_changes(setting: Setting) -> list[tuple[str, Change]]:
    """One way."""
    made = {
        "stretch": _stretch,
        "noise": _noise,
        "background": _background,
        "background 48k": _background,
        "reverb": _reverb,
        "chain": _chain,
    }.get(setting.work.task)
    return [("functional", made(setting))] if made else []


def torch_audiomentations_changes(setting: Setting) -> list[tuple[str, Change]]:
    """Noise and the chain, on a batch of one."""
    if not installed("torch_audiomentations") or setting.work.task not in ("noise", "chain"):
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch_audiomentations as T
    rate = setting.rate
    # It wants the higher end to be higher.
    snr, gain = setting.drawn("snr_db", w.SNR_DB), np.add(setting.drawn("gain_db", w.GAIN_DB), (0.0, 1e-5))
    about = {"sample_rate": rate, "output_type": "tensor"}
    noise = T.AddColoredNoise(*snr, min_f_decay=0.0, max_f_decay=0.0, p=1.0, **about)
    steps: Any = noise
    if setting.work.task == "chain":
        flip = T.PolarityInversion(p=0.0 if setting.fixed else 0.5, **about)
        steps = T.Compose([T.Gain(*gain, p=1.0, **about), flip, noise], output_type="tensor")
    return [("a batch of one", lambda samples, n: steps(torch.from_numpy(samples)[None, None], rate)[0, 0].numpy())]


def _stretch(setting: Setting) -> Change:
    size = 1024 if setting.rate == 16000 else 2048
    window, hop = torch.hann_window(size), size // 4
    advance = torch.linspace(0, torch.pi * hop, size // 2 + 1)[:, None]
    ends = setting.drawn("speed", w.SPEEDS)

    def change(samples: np.ndarray, n: int) -> np.ndarray:
        speed = float(np.random.default_rng(n).uniform(*ends))
        spectrum = torch.stft(torch.from_numpy(samples), size, hop, window=window, return_complex=True)
        moved = F.phase_vocoder(spectrum, speed, advance)
        return torch.istft(moved, size, hop, window=window, length=round(len(samples) / speed)).numpy()

    return change


def _noise(setting: Setting) -> Change:
    ends = setting.drawn("snr_db", w.SNR_DB)

    def change(samples: np.ndarray, n: int) -> np.ndarray:
        snr = torch.empty(()).uniform_(*ends)
        return F.add_noise(torch.from_numpy(samples), torch.randn(len(samples)), snr).numpy()

    return change


def _background(setting: Setting) -> Change:
    files = sorted(setting.noises.glob("*.wav"))
    native = soundfile.info(files[0]).samplerate
    resample = Resample(native, setting.rate)
    ends = setting.drawn("snr_db", w.SNR_DB)

    def change(samples: np.ndarray, n: int) -> np.ndarray:
        numbers = np.random.default_rng(n)
        count = -(-len(samples) * native // setting.rate)
        with soundfile.SoundFile(files[numbers.integers(len(files))]) as file:
            file.seek(int(numbers.integers(file.frames - count)))
            noise = torch.from_numpy(file.read(count, dtype="float32"))
        noise = noise if native == setting.rate else resample(noise)[: len(samples)]
        return F.add_noise(torch.from_numpy(samples), noise, torch.empty(()).uniform_(*ends)).numpy()

    return change


def _reverb(setting: Setting) -> Change:
    files = sorted(setting.responses.glob("*.wav"))
    read = lru_cache(len(files))(lambda place: torch.from_numpy(soundfile.read(files[place], dtype="float32")[0]))

    def change(samples: np.ndarray, n: int) -> np.ndarray:
        response = read(n % len(files))
        return F.fftconvolve(torch.from_numpy(samples), response)[: len(samples)].numpy()

    return change


def _chain(setting: Setting) -> Change:
    noise, ends = _noise(setting), setting.drawn("gain_db", w.GAIN_DB)

    def change(samples: np.ndarray, n: int) -> np.ndarray:
        numbers = np.random.default_rng(n)
        made = F.gain(torch.from_numpy(samples), float(numbers.uniform(*ends)))
        made = -made if not setting.fixed and numbers.random() < 0.5 else made
        return noise(made.numpy(), n)

    return change
