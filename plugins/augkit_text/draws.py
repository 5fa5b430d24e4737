"""How many places to change, and which."""

from __future__ import annotations

from augkit.rng import Stream


def places(rng: Stream, count: int, rate: float) -> list[int]:
    """``rate`` of the numbers below ``count``, in order, each as likely; a fraction of a place is one with that chance.

    Floyd's sampling: it draws as many numbers as it gives places.
    """
    exact = rate * count
    size = min(int(exact) + (rng.random() < exact - int(exact)), count)
    chosen: set[int] = set()
    for last in range(count - size, count):
        place = rng.integer(0, last)
        chosen.add(last if place in chosen else place)
    return sorted(chosen)
