"""Voice: an encoder of voices as ``pkg/resemblyzer`` has the weights of, sounds in, a vector for each out.

Three layers of LSTM over 40 mel bands, trained to tell speakers apart (Wan et al. 2018, GE2E). The network and what it
is fed are written anew: the package, which needs a compiler and a detector of voices, is not imported.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.errors import FieldError, MissingDependency
from augkit.train.layers import LayerGroup, grouped
from augkit_audio import mel

RATE, BANDS, WIDTH, LAYERS = 16_000, 40, 256, 3
FFT, HOP = 400, 160
WINDOW, STEP = 160, 77
"""Frames that the network hears at once, and from one such window to the next: 1.6 s and 0.77 s."""
COVERED = 0.75
"""How much of the last window must be sound, where there are others."""
LEAST_DB = -30.0
"""Clips are made at least so loud."""

MODULE, FILE, INSTALL = "resemblyzer", "pretrained.pt", "pip install --no-deps resemblyzer"


class VoiceEncoder(nn.Module):
    """Sounds of any length at 16 kHz as ``feature_dim`` numbers each, of length 1 together.

    A clip is heard in windows of 1.6 s, the last padded with silence, and what they give is averaged.
    """

    feature_dim = WIDTH
    rate = RATE

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(BANDS, WIDTH, LAYERS, batch_first=True)
        self.linear = nn.Linear(WIDTH, WIDTH)
        bank = mel.filter_bank(RATE, FFT, BANDS, 0.0, RATE / 2, "slaney", "slaney")
        self.register_buffer("bank", torch.tensor(bank, dtype=torch.float32), persistent=False)
        self.register_buffer("window", torch.hann_window(FFT), persistent=False)

    @classmethod
    def of(cls, pretrained: bool) -> VoiceEncoder:
        """With the weights of the package, or random ones from torch's global generator."""
        made = cls()
        if pretrained:
            path = weights_file()
            try:
                state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
                made.load_state_dict({name: state[name] for name in made.state_dict()})
            except (KeyError, RuntimeError, OSError, ValueError) as error:
                said = " ".join(str(error).split())
                raise FieldError(f"backbone: {path} has no weights of this network: {said:.160}", "backbone") from error
        return made

    def features(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """(n, ``feature_dim``) of a batch of clips, ``samples`` with their ``lengths``."""
        return self.stages(inputs)[-1]

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """As ``features``."""
        return self.features(inputs)

    def stages(self, inputs: Mapping[str, Tensor], upto: int | None = None) -> list[Tensor]:
        """What each layer knows at the end of a window, averaged over windows; the last are the features."""
        heard, owner = self._windows(inputs)
        _, (ends, _) = self.lstm(heard)
        count = len(inputs["lengths"])
        told = functional.normalize(self.linear(ends[-1]).relu(), dim=1)
        made = [*(_averaged(each, owner, count) for each in ends), functional.normalize(_averaged(told, owner, count))]
        return made[:upto]

    @property
    def stage_names(self) -> list[str]:
        """The layers, and the vector that voices are compared by."""
        return [*(f"layer {number + 1}" for number in range(LAYERS)), "voice"]

    @property
    def stage_dims(self) -> list[int]:
        """All as wide as the features."""
        return [WIDTH] * (LAYERS + 1)

    def layer_groups(self) -> list[LayerGroup]:
        """Each layer, and what follows the last."""
        named = list(self.lstm.named_parameters())
        layers = [
            (f"layer {number + 1}", [value for name, value in named if name.endswith(f"_l{number}")])
            for number in range(LAYERS)
        ]
        return grouped([*layers, ("voice", self.linear.parameters())])

    @property
    def preprocess(self) -> Any:
        """The rate of what it hears; all else is done here."""
        return self.rate

    def bands(self, samples: Tensor) -> Tensor:
        """(n, frames, 40) power of sounds (n, samples), frame j around sample 160 j."""
        spectra = torch.stft(
            samples, FFT, HOP, window=self.window, center=True, pad_mode="constant", return_complex=True
        )
        return spectra.abs().square().transpose(1, 2) @ self.bank

    def _windows(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """(windows, frames, bands), and whose each is."""
        device = self.linear.weight.device
        lengths = inputs["lengths"].to(device)
        samples = _loud_enough(inputs["samples"].to(device, torch.float32).mean(1), lengths)
        starts = [starts_of(length) for length in lengths.tolist()]
        reach = (max(max(each) for each in starts) + WINDOW) * HOP
        frames = self.bands(functional.pad(samples, (0, max(0, reach - samples.shape[1]))))
        windows = [frames[row, at : at + WINDOW] for row, each in enumerate(starts) for at in each]
        owner = [row for row, each in enumerate(starts) for _ in each]
        return torch.stack(windows), torch.tensor(owner, device=device)


def starts_of(length: int) -> list[int]:
    """The frames at which the windows of a clip of so many samples start."""
    frames = math.ceil((length + 1) / HOP)
    starts = list(range(0, max(1, frames - WINDOW + STEP + 1), STEP))
    covered = (length - starts[-1] * HOP) / (WINDOW * HOP)
    return starts[:-1] if covered < COVERED and len(starts) > 1 else starts


def weights_file() -> Path:
    """Where the package lies that brings the weights; MissingDependency, with what to type, where there is none."""
    spec = importlib.util.find_spec(MODULE)
    if spec is None or spec.origin is None:
        raise MissingDependency(f"pkg/resemblyzer needs its weights: {INSTALL}.")
    return Path(spec.origin).parent / FILE


def _loud_enough(samples: Tensor, lengths: Tensor) -> Tensor:
    """Clips (n, samples) that are fainter than ``LEAST_DB``, over their own length, made so loud."""
    power = samples.square().sum(1) / lengths
    gain = (10 ** (LEAST_DB / 10) / power.clamp(min=1e-20)).sqrt().clamp(min=1.0)
    return samples * torch.where(power > 1e-20, gain, torch.ones_like(gain))[:, None]


def _averaged(rows: Tensor, owner: Tensor, count: int) -> Tensor:
    """The mean of the rows of each owner."""
    total = torch.zeros(count, rows.shape[1], device=rows.device, dtype=rows.dtype).index_add(0, owner, rows)
    return total / torch.bincount(owner, minlength=count)[:, None]
