"""Bundles: encoders of speech as torchaudio has them (wav2vec 2.0, HuBERT, WavLM), with weights that are here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.errors import FieldError, MissingDependency
from augkit.train.layers import LayerGroup, by_depth
from augkit.words import suggestion

INSTALL = "pip install 'augkit[torchaudio,train]'"
SHORTEST = 400
"""Samples that one frame is made of; shorter clips are padded with silence."""


class SpeechEncoder(nn.Module):
    """A bundle's network: sounds at its ``rate`` as the mean over time of what its last layer gives."""

    def __init__(self, model: nn.Module, rate: int, standardized: bool) -> None:
        super().__init__()
        self.model, self.rate, self.standardized = model, rate, standardized
        layers: Any = model.encoder.transformer.layers  # type: ignore[union-attr]
        self.feature_dim = int(layers[0].final_layer_norm.normalized_shape[0])
        self.depth = len(layers)

    @classmethod
    def of(cls, name: str, pretrained: bool) -> SpeechEncoder:
        """The bundle of that name; random weights come from torch's global generator.

        Raises FieldError for a name that torchaudio lacks, and for weights that are not on this machine.
        """
        bundle = bundle_of(name)
        model = _built(bundle)
        if pretrained:
            path = weights_file(name, bundle)
            try:
                model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
            except Exception as error:  # a broken file, or one of another network
                said = " ".join(str(error).split())
                raise FieldError(f"backbone: {path} does not fit torchaudio/{name}: {said:.160}", "backbone") from error
        return cls(model, int(bundle.sample_rate), bool(bundle._normalize_waveform))

    def features(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """(n, ``feature_dim``) of a batch of clips, ``samples`` with their ``lengths``."""
        return self.stages(inputs)[-1]

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """As ``features``."""
        return self.features(inputs)

    def stages(self, inputs: Mapping[str, Tensor], upto: int | None = None) -> list[Tensor]:
        """The mean over time of each layer; the last are the features.

        Clips are heard one by one: the first layers normalize over time, and silence after a clip would change them.
        """
        device = next(self.model.parameters()).device
        samples = inputs["samples"].to(device, torch.float32).mean(1)
        rows = [self._heard(clip[:length], upto) for clip, length in zip(samples, inputs["lengths"], strict=True)]
        return [torch.stack(stage) for stage in zip(*rows, strict=True)]

    def _heard(self, clip: Tensor, upto: int | None) -> list[Tensor]:
        if self.standardized:
            clip = functional.layer_norm(clip, clip.shape)
        clip = functional.pad(clip, (0, max(0, SHORTEST - len(clip))))
        layers, _ = self.model.extract_features(clip[None], None, upto)  # type: ignore[operator]
        return [each[0].mean(0) for each in layers]

    @property
    def stage_names(self) -> list[str]:
        """A stage for each layer of the transformer."""
        return [f"layer {number + 1}" for number in range(self.depth)]

    @property
    def stage_dims(self) -> list[int]:
        """All as wide as the features."""
        return [self.feature_dim] * self.depth

    def layer_groups(self) -> list[LayerGroup]:
        """What comes before the transformer, and each of its layers."""
        return by_depth(self.model)

    @property
    def preprocess(self) -> Any:
        """The rate of what it hears; all else is done here."""
        return self.rate


def bundle_of(name: str) -> Any:
    """torchaudio's description of an encoder; FieldError for a name that is none."""
    try:
        from torchaudio import pipelines
    except ImportError as error:
        raise MissingDependency(f"torchaudio/{name} needs torchaudio. Install it: {INSTALL}") from error
    known = [each for each in dir(pipelines) if hasattr(getattr(pipelines, each), "_normalize_waveform")]
    if name not in known:
        near = suggestion(f"torchaudio/{name}", [f"torchaudio/{each}" for each in known])
        listing = ", ".join(known[:4])
        raise FieldError(
            f"backbone: torchaudio has no encoder {name!r}.{near} It has {len(known)}: {listing}, …", "backbone"
        )
    return getattr(pipelines, name)


def weights_file(name: str, bundle: Any) -> Path:
    """Where torch keeps what it has downloaded; FieldError where the file is not there."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(bundle._path).name
    if not path.is_file():
        raise FieldError(
            f"backbone: the weights of torchaudio/{name} are not on this machine, and augkit downloads nothing. Looked "
            f"for {path}. Ways out: put the file there (torchaudio.pipelines.{name}.get_model() downloads it); "
            f"pkg/resemblyzer, whose weights arrive by pip; pretrained: false.",
            "backbone",
        )
    return path


def _built(bundle: Any) -> nn.Module:
    from torchaudio import models

    make = models.wavlm_model if bundle._model_type == "WavLM" else models.wav2vec2_model
    return make(**bundle._params)  # type: ignore[no-any-return]
