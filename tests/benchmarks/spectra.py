"""Log-mel spectrograms and MFCC beside torchaudio's: how many times as fast, on one thread, and how far apart they are.

python tests/benchmarks/spectra.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # read on import
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

import numpy as np
import torch
import torchaudio

from augkit.sample import Axis
from augkit.vocab.timeline import Audio
from augkit_audio.spectra import LogMel, Mfcc

CASES = [(8000, 25, 40), (16000, 25, 64), (16000, 32, 80), (44100, 46, 64)]
"""Hz, milliseconds of a frame, bands."""
SECONDS = 4.0


def forms(rate: int, fft_ms: float, bands: int, cepstra: int | None) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """What torchaudio does and what augkit does, to one clip of noise."""
    sound = (0.1 * np.random.default_rng(0).standard_normal((1, round(SECONDS * rate)))).astype(np.float32)
    given = {"n_mels": bands, "fft_ms": fft_ms, "scale": "slaney"}
    step = LogMel(**given) if cepstra is None else Mfcc(**given, n_mfcc=cepstra)
    params = step.draw(None, {Axis.TIME: (sound.shape[1], rate)})  # type: ignore[arg-type]
    named = {"n_fft": params.n_fft, "hop_length": params.hop, "n_mels": bands, "mel_scale": "slaney"}
    tensor, audio, kernel = torch.from_numpy(sound), Audio(sound, rate), step.kernel(Audio)
    if cepstra is None:
        mel = torchaudio.transforms.MelSpectrogram(rate, **named)
        decibels = torchaudio.transforms.AmplitudeToDB("power", 80.0)
        return lambda: decibels(mel(tensor)).numpy(), lambda: kernel(audio, params).values
    mfcc = torchaudio.transforms.MFCC(rate, cepstra, melkwargs=named)
    return lambda: mfcc(tensor).numpy(), lambda: kernel(audio, params).values


def times(ways: tuple[Callable[[], Any], ...], rounds: int) -> list[float]:
    """Median seconds of processor time of each; they take turns."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, own in zip(ways, taken, strict=True):
            start = time.process_time()
            way()
            own.append(time.process_time() - start)
    return [median(own[len(own) // 5 :]) for own in taken]


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    print(f"{SECONDS:g} s of one channel; ratio: times as fast as torchaudio {torchaudio.__version__}\n")
    print(f"{'Hz':>6} {'frame ms':>9} {'bands':>6} {'what':>8} {'ratio':>6} {'apart':>9}")
    with torch.inference_mode():
        for rate, fft_ms, bands in CASES:
            for what, cepstra in (("log_mel", None), ("mfcc", 20)):
                theirs, ours = forms(rate, fft_ms, bands, cepstra)
                apart = float(np.abs(theirs() - ours()).max())
                first, second = times((theirs, ours), rounds)
                print(f"{rate:>6} {fft_ms:>9} {bands:>6} {what:>8} {first / second:>6.2f} {apart:>9.1e}")


if __name__ == "__main__":
    main()
