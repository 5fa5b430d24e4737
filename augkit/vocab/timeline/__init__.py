"""Time: sounds and what is annotated on them.

Times are seconds from the clip's start, float64; sounds are (channels, samples) float32.

What moves time is a ``TimeMove``: ``TimeMap`` (rising and piecewise linear, at the same pitch), ``Speed`` (the same by
resampling, which moves the pitch too), ``Rolled`` (wraps round), ``Spliced`` (stretches left out or repeated),
``Reversed``, ``Delayed`` (impulse responses). ``PitchShift`` moves pitch alone, ``TimeErase`` silences in place.
"""

import augkit.vocab.timeline.events_pitch  # noqa: F401  (kernels)
from augkit.vocab.timeline.audio import Audio
from augkit.vocab.timeline.beats import Beats
from augkit.vocab.timeline.contour import Contour
from augkit.vocab.timeline.erase import TimeErase
from augkit.vocab.timeline.events import EventOptions, Events
from augkit.vocab.timeline.frame_labels import FrameLabelOptions, FrameLabels
from augkit.vocab.timeline.keys import Chord, Key, KeyOptions
from augkit.vocab.timeline.level import Gain, Noise
from augkit.vocab.timeline.moves import Parts, TimeMove
from augkit.vocab.timeline.pitch import PitchShift
from augkit.vocab.timeline.quantities import Decibels, Duration, Hertz, Measured, Moment, Semitones, Tempo
from augkit.vocab.timeline.rearranged import Delayed, Reversed, Rolled, Spliced
from augkit.vocab.timeline.spectrogram import Spectrogram, SpectrogramPicture
from augkit.vocab.timeline.timemap import PiecewiseMap, Speed, TimeMap
from augkit.vocab.timeline.words import Words

__all__ = [
    "Audio",
    "Beats",
    "Chord",
    "Contour",
    "Decibels",
    "Delayed",
    "Duration",
    "EventOptions",
    "Events",
    "FrameLabelOptions",
    "FrameLabels",
    "Gain",
    "Hertz",
    "Key",
    "KeyOptions",
    "Measured",
    "Moment",
    "Noise",
    "Parts",
    "PiecewiseMap",
    "PitchShift",
    "Reversed",
    "Rolled",
    "Semitones",
    "Spectrogram",
    "SpectrogramPicture",
    "Speed",
    "Spliced",
    "Tempo",
    "TimeErase",
    "TimeMap",
    "TimeMove",
    "Words",
]
