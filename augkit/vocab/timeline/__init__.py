"""Time: sounds and what is annotated on them.

Times are seconds from the clip's start, float64; sounds are (channels, samples) float32.
"""

from augkit.vocab.timeline.audio import Audio
from augkit.vocab.timeline.events import EventOptions, Events
from augkit.vocab.timeline.level import Gain, Noise
from augkit.vocab.timeline.spectrogram import Spectrogram, SpectrogramPicture
from augkit.vocab.timeline.timemap import TimeMap

__all__ = ["Audio", "EventOptions", "Events", "Gain", "Noise", "Spectrogram", "SpectrogramPicture", "TimeMap"]
