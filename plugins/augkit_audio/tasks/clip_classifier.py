"""ClipClassifier: an encoder that hears sounds, and a head that learns classes."""

from __future__ import annotations

from typing import Any

from torch import nn

from augkit.train.classifier import Classifier
from augkit_audio.tasks.bundles import SpeechEncoder
from augkit_audio.tasks.voice import VoiceEncoder


class ClipClassifier(Classifier):
    """As any classifier, from batches of sounds with their lengths."""

    def given(self, batch: dict[str, Any]) -> Any:
        """``samples`` (n, channels, longest) and ``lengths``."""
        return batch[self.fields.input]

    def exported(self) -> nn.Module | None:
        """It reads more than one tensor."""
        return None


def encoder_of(backbone: str, pretrained: bool) -> VoiceEncoder | SpeechEncoder:
    """What ``pkg/resemblyzer`` and ``torchaudio/<bundle>`` name."""
    family, _, name = backbone.partition("/")
    return VoiceEncoder.of(pretrained) if family == "pkg" else SpeechEncoder.of(name, pretrained)
