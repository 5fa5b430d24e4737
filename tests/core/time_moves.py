"""A clip of four seconds, one of every change of time and pitch, and how an annotation follows through the door."""

import numpy as np

from augkit.sample import Axis
from augkit.schema import read_field
from augkit.transform import kernel_for
from augkit.vocab.timeline import Delayed, PitchShift, Reversed, Rolled, Speed, Spliced, TimeErase, TimeMap

RATE = 8000
TIME = (4 * RATE, RATE)
FRAME = {Axis.TIME: TIME}

STRETCH = TimeMap.stretch(TIME, 1.25, round(TIME[0] / 1.25))
FASTER = Speed.at(TIME, 1.25, round(TIME[0] / 1.25))
LATER = TimeMap.window(TIME, -RATE, TIME[0])
CROP = TimeMap.window(TIME, RATE, 2 * RATE)
PADDED = TimeMap.window(TIME, -RATE, 6 * RATE)
WRAPPED = Rolled(RATE, *TIME)
BACKWARDS = Reversed(*TIME)
BEHIND = Delayed(0.25, TIME[0], TIME[0], RATE)
CUT_OUT = Spliced(((0, RATE), (2 * RATE, 4 * RATE)), *TIME)
TWICE = Spliced(((0, 2 * RATE), (RATE, 4 * RATE)), *TIME)
UP = PitchShift(12.0)
MASKED = TimeErase(((1.0, 2.0),), "ignore", 0.5)


def moved(kind, value, params, **options):
    """One annotation through the door, moved, and through the door again."""
    field = read_field("field", {kind: options} if options else kind)
    target, form = field.type.read(value, field.options, FRAME)
    kernel = kernel_for(type(params), field.type)
    target = kernel(target, params) if kernel else target
    return target.write(form, params.frame(FRAME))


DOG = [{"onset": 1.5, "offset": 2.5, "label": "dog"}]
FRAMES = {"labels": np.repeat([1, 2, 3, 4], 10), "hop": 0.1}
CONTOUR = {"times": [0.5, 1.5, 2.5, 3.5], "hz": [100.0, 200.0, 0.0, 400.0]}
BEATS = {"times": [0.5, 1.5, 2.5, 3.5], "positions": [1, 2, 3, 4], "bpm": 60.0}
SAID = {"words": ["we", "go"], "start": [1.0, 2.0], "end": [1.5, 2.5]}
