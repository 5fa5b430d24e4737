"""Time: sounds and what is annotated on them.

Times are seconds from the clip's start, float64; sounds are (channels, samples) float32.

What moves time is a ``TimeMove``: ``TimeMap`` (rising and piecewise linear, at the same pitch), ``Speed`` (the same by
resampling, which moves the pitch too), ``Rolled`` (wraps round), ``Spliced`` (stretches left out or repeated),
``Reversed``, ``Delayed`` (impulse responses). ``PitchShift`` moves pitch alone, ``TimeErase`` silences in place.
"""

from augkit.vocab.timeline.audio import Audio
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.events import EventOptions, Events
from augkit.vocab.timeline.level import Gain, Noise
from augkit.vocab.timeline.moves import Parts, TimeMove
from augkit.vocab.timeline.pitch import PitchShift
from augkit.vocab.timeline.rearranged import Delayed, Reversed, Rolled, Spliced
from augkit.vocab.timeline.spectrogram import Spectrogram, SpectrogramPicture
from augkit.vocab.timeline.timemap import PiecewiseMap, Speed, TimeMap

__all__ = [
    "Audio",
    "Delayed",
    "EventOptions",
    "Events",
    "Gain",
    "Noise",
    "Parts",
    "PiecewiseMap",
    "PitchShift",
    "Reversed",
    "Rolled",
    "Spectrogram",
    "SpectrogramPicture",
    "Speed",
    "Spliced",
    "TimeErase",
    "TimeMap",
    "TimeMove",
]
