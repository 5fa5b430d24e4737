"""Lossy coding and back, by libsndfile: MP3 (LAME), Vorbis and Opus, in memory and without delay."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from augkit.errors import DataError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Params, Transform, moves
from augkit.vocab.timeline import Audio

Content = Mapping[str, Target] | None
Format = Literal["mp3", "vorbis", "opus"]

_FILES = {"mp3": ("MP3", "MPEG_LAYER_III"), "vorbis": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS")}
_RATES = {
    "mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "opus": (8000, 12000, 16000, 24000, 48000),
}
_MOST = 2
"""Channels that are coded together; of more each is coded alone."""

_LAME_DELAY = 1105
"""576 samples of the encoder and 529 of the decoder, which a file of few kbps has no room to tell."""

_MP3_KBPS = {32000: (32, 320), 16000: (8, 160), 8000: (8, 64)}
"""From this rate on: the least and the most, by MPEG 1, 2 and 2.5."""
_OPUS_KBPS = (6, 256)
_VORBIS_KBPS = (45, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
"""What quality -1 to 10 comes to at 44.1 kHz in stereo."""
_VORBIS_AT = 88200
_WORST = 0.999
"""libsndfile refuses 1 for MP3."""


@dataclass(frozen=True)
class Coded(Params):
    """Coded as ``format`` at ``kbps`` and back."""

    format: Format
    kbps: float


@moves(Coded, Audio)
def audio_follows_coding(audio: Audio, params: Coded) -> Audio:
    """As it sounds after coding, where and as long as it was."""
    if not audio.samples.size:
        return audio
    return dataclasses.replace(audio, samples=coded(audio.samples, audio.rate, params.format, params.kbps))


def coded(samples: np.ndarray, rate: int, format: Format, kbps: float) -> np.ndarray:
    """``samples`` (channels, n) float32 through the codec. Peaks beyond 1 are scaled down for it and up again."""
    scale = max(float(np.abs(samples).max(initial=0.0)), 1.0)
    wide = samples if scale == 1.0 else samples / np.float32(scale)
    at = next((known for known in _RATES.get(format, (rate,)) if known >= rate), _RATES.get(format, (rate,))[-1])
    if at != rate:
        from augkit_audio.rates import at_rate

        wide = at_rate(wide, rate, at, -(-wide.shape[1] * at // rate))
    groups = [wide] if len(wide) <= _MOST else [wide[channel : channel + 1] for channel in range(len(wide))]
    made = np.concatenate([_there_and_back(group, at, format, kbps * len(group) / len(wide)) for group in groups])
    if at != rate:
        made = at_rate(made, at, rate, samples.shape[1])
    return made if scale == 1.0 else made * np.float32(scale)


def _there_and_back(samples: np.ndarray, rate: int, format: Format, kbps: float) -> np.ndarray:
    import soundfile

    file, subtype = _FILES[format]
    level = compression_level(format, rate, len(samples), kbps)
    mode = {"bitrate_mode": "CONSTANT"} if format == "mp3" else {}
    memory = io.BytesIO()
    try:
        with soundfile.SoundFile(
            memory, "w", rate, len(samples), subtype, format=file, compression_level=level, **mode
        ) as encoder:
            encoder.write(samples.T)
        memory.seek(0)
        with soundfile.SoundFile(memory) as decoder:
            made = decoder.read(dtype="float32", always_2d=True).T
    except (soundfile.LibsndfileError, ValueError) as error:
        raise DataError(f"cannot code {len(samples)} channel(s) at {rate} Hz as {format}: {error}") from error
    late = _LAME_DELAY if format == "mp3" and made.shape[1] != samples.shape[1] else 0
    out = np.zeros(samples.shape, np.float32)
    kept = made[:, late : late + samples.shape[1]]
    out[:, : kept.shape[1]] = kept
    return out


def compression_level(format: Format, rate: int, channels: int, kbps: float) -> float:
    """libsndfile's 0 (best) to 1 for a bit rate; beyond what the format has at this rate, its nearest end."""
    if format == "vorbis":
        quality = np.interp(kbps * _VORBIS_AT / (rate * channels), _VORBIS_KBPS, np.arange(-1, 11)) / 10
        return float(np.clip(1 - quality, 0, _WORST))
    least, most = _OPUS_KBPS if format == "opus" else next(ends for from_, ends in _MP3_KBPS.items() if rate >= from_)
    each = kbps / channels if format == "opus" else kbps
    return float(np.clip((most - each) / (most - least), 0, _WORST))


class Codec(Transform[Coded]):
    """Code the clip as MP3, Vorbis or Opus at ``kbps`` and decode it again: what the codec leaves out is gone.

    It comes back as long as it was, and nothing moves: the delay of the codec is taken away (of Opus below 16 kbps to
    0.02 ms). With few kbps a click is smeared over milliseconds around its place. Rates that a format does not know are
    resampled to the next higher one for it (above 48 kHz to 48 kHz) and back. ``kbps`` are those of the whole clip; a
    format takes the nearest that it has at this rate. Vorbis and Opus may use fewer or more where the sound needs them.
    By libsndfile.
    """

    format: Annotated[Format, Limits(doc="which codec")] = "mp3"
    kbps: Annotated[Range, Limits(6, 512, unit="kilobits a second", doc="lower is worse")] = Range(24, 96)
    changes = {"timbre", "noise"}

    @classmethod
    def law_examples(cls) -> list[dict[str, object]]:
        """Where a click stays a click: with fewer kbps codecs smear it over milliseconds around where it was."""
        return [{"format": format, "kbps": 256} for format in _FILES]

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Coded:
        return Coded(self.format, float(self.kbps.draw(rng)))
