"""Who moves samples: every move that waits for a clip, adjacent maps of time joined where the plan allows it."""

from __future__ import annotations

from collections.abc import Sequence

from augkit.carriers import How, Move, one_by_one, runs
from augkit.transform import kernel_for
from augkit.vocab.timeline import Audio, PiecewiseMap, Speed


@runs(Audio)
def run_audio(audio: Audio, moves: Sequence[Move], how: How) -> Audio:
    """``exact``: one move at a time. ``fast``: adjacent maps of time as one, so that a clip that is stretched, cut and
    sped up again is stretched once and no further than it is heard. Onsets stay within 5 ms of what the maps say, as
    those of one stretch do; samples differ, as those of another stretch do.
    """
    return one_by_one(audio, _joined(moves) if how.mode == "fast" and how.fuse != "off" else moves)


_SLOWEST, _FASTEST = 0.5, 2.0
"""How far stretches are joined: beyond, one is less exact than two."""


def _joined(moves: Sequence[Move]) -> list[Move]:
    """Neighbours that are maps of time, moved as they are declared to, as one where both together are one map."""
    done: list[Move] = []
    for move in moves:
        both = done[-1].params.then(move.params) if done and _is_map(done[-1]) and _is_map(move) else None
        if both is None or not _is_exact(both):
            done.append(move)
        else:
            done[-1] = Move(f"{done[-1].step} and {move.step}", kernel_for(type(both), Audio), both)
    return done


def _is_exact(both: PiecewiseMap) -> bool:
    speeds = 1.0 / both.slopes()
    return isinstance(both, Speed) or bool(speeds.min() >= _SLOWEST and speeds.max() <= _FASTEST)


def _is_map(move: Move) -> bool:
    """Whether it is a map of time and nothing else: a step may bring a kernel of its own."""
    return isinstance(move.params, PiecewiseMap) and move.kernel is kernel_for(type(move.params), Audio)
