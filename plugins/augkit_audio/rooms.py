"""Made-up rooms: what is heard of an impulse in a box."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from augkit.rng import Stream
from augkit_audio.normals import normal_field
from augkit_audio.responses import Response

if TYPE_CHECKING:
    from augkit_audio.reverb import InRoom

Place = tuple[float, float, float]

SPEED = 343.0
"""Metres a second, in air of 20 °C."""

_FROM_WALL = 0.1
_NEAREST_M = 0.3
_MOST_ORDER = 6
_SIXTY_DB = math.log(1000.0)


def place_in(size: Place, rng: Stream) -> Place:
    """Somewhere in a room, a tenth of each side away from the walls."""
    x, y, z = (side * rng.uniform(_FROM_WALL, 1.0 - _FROM_WALL) for side in size)
    return x, y, z


def direct_sample(source: Place, ear: Place, rate: int) -> int:
    """When the direct sound arrives, in samples."""
    return round(_apart(source, ear) / SPEED * rate)


def response_length(source: Place, ear: Place, rt60_s: float, rate: int) -> int:
    """Samples until everything has faded by 60 dB after the direct sound."""
    return direct_sample(source, ear, rate) + max(round(rt60_s * rate), 1) + 1


def response_in(room: InRoom) -> Response:
    """What the ear hears of an impulse, unit energy, (1, n).

    Echoes of the walls until they are too many to tell apart (the square root of the room's cubic metres, in
    milliseconds), from then on noise: n echoes a second are 4 π c³ t² / volume, each of strength 1 / distance.
    """
    direct = direct_sample(room.source, room.ear, room.rate)
    made = np.zeros(response_length(room.source, room.ear, room.rt60_s, room.rate))
    volume = math.prod(room.size)
    nearest = _apart(room.source, room.ear)
    mixed = max(math.sqrt(volume) / 1000.0, 2.0 * nearest / SPEED)
    distances = _echoes(room, mixed * SPEED)
    # Relative to the direct sound, which is put on a whole sample, so that what is annotated is where it is heard.
    arrival = direct + (distances - nearest) / SPEED * room.rate
    strength = np.exp(-_SIXTY_DB * (distances - nearest) / SPEED / room.rt60_s) / distances
    first = np.floor(arrival).astype(np.int64)
    for place, part in ((first, 1.0 - (arrival - first)), (first + 1, arrival - first)):
        inside = place < len(made)
        np.add.at(made, place[inside], (strength * part)[inside])
    start = min(direct + round((mixed - nearest / SPEED) * room.rate), len(made))
    time = (np.arange(start, len(made)) - direct) / room.rate
    diffuse = math.sqrt(4.0 * math.pi * SPEED / volume / room.rate)
    made[start:] += diffuse * np.exp(-_SIXTY_DB / room.rt60_s * time) * normal_field(room.subseed, (len(time),))
    return Response((made / np.sqrt(np.square(made).sum()))[None].astype(np.float32), direct)


def _echoes(room: InRoom, reach: float) -> np.ndarray:
    """The distances (n,) of the source and of its images in the walls, within ``reach`` metres."""
    squares = []
    for side, source, ear in zip(room.size, room.source, room.ear, strict=True):
        order = min(math.ceil(reach / (2.0 * side)) + 1, _MOST_ORDER)
        shifts = 2.0 * side * np.arange(-order, order + 1)
        squares.append(np.concatenate([shifts + source - ear, shifts - source - ear]) ** 2)
    x, y, z = squares
    distances = np.sqrt(x[:, None, None] + y[None, :, None] + z[None, None, :]).ravel()
    return np.asarray(np.maximum(distances[distances < reach], _NEAREST_M))


def _apart(a: Place, b: Place) -> float:
    return max(math.dist(a, b), _NEAREST_M)
