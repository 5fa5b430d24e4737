"""KeyedSampler: which samples an epoch visits, in which order; the epoch travels with the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch.utils.data

from augkit.data.samples import Visit
from augkit.errors import DataError
from augkit.rng import stream
from augkit.sample import visit_number


class KeyedSampler(torch.utils.data.Sampler[Visit]):
    """Yields ``(epoch, index, copy)``. Order and copies are a pure function of (seed, epoch), for any number of
    workers.

    Each ``iter()`` is the next epoch, from ``epoch`` on; persistent workers learn it with every index. With
    ``labels`` (one per sample) classes are balanced by oversampling: every class is visited as often as the largest,
    its samples equally often but for one. With ``lengths`` (one per sample) every ``batch`` visits in a row are of
    samples about as long as each other, see ``bucketed``. ``copies`` visits everything that many times; visits of one
    sample in one epoch differ in ``copy``. ``evaluate`` stays in one epoch, in the order of the samples.
    ``shard=(rank, world)`` is this process's part: all of equal size (the up to world − 1 visits left over rest for
    this epoch), except when evaluating.
    """

    def __init__(
        self,
        size: int,
        seed: int = 0,
        *,
        epoch: int = 0,
        shuffle: bool = True,
        labels: Sequence[Any] | None = None,
        copies: int = 1,
        evaluate: bool = False,
        shard: tuple[int, int] = (0, 1),
        recipe_hash: str = "",
        lengths: Sequence[float] | None = None,
        batch: int = 1,
    ) -> None:
        _check_counts(size, labels=labels, lengths=lengths)
        self.size = size
        self.seed = seed
        self.epoch = visit_number("epoch", epoch)
        self.shuffle = shuffle and not evaluate
        self.copies = copies
        self.evaluate = evaluate
        self.shard = shard
        self.recipe_hash = recipe_hash
        self.lengths = None if lengths is None else np.asarray(lengths, dtype=np.float64)
        self.batch = batch
        self._classes = None if labels is None else _classes(labels)
        self._skip = 0
        self._current = epoch
        self._yielded = 0

    def __len__(self) -> int:
        rank, world = self.shard
        total = self.copies * (self.size if self._classes is None else _balanced_size(self._classes))
        return len(range(rank, total, world)) if self.evaluate else total // world

    def __iter__(self) -> Iterator[Visit]:
        epoch, skip = self.epoch, self._skip
        self._current, self._yielded = epoch, skip
        self.epoch, self._skip = (epoch if self.evaluate else epoch + 1), 0
        rank, world = self.shard
        visits = self.visits(epoch)
        end = len(visits) if self.evaluate else len(visits) - len(visits) % world
        for index, copy in visits[skip:end][rank::world]:
            self._yielded += world
            yield Visit(epoch, int(index), int(copy))

    @property
    def position(self) -> tuple[int, int]:
        """Where the next ``iter()`` starts: the epoch, and how many of its visits (of all shards) it leaves out."""
        return self.epoch, self._skip

    def visits(self, epoch: int) -> np.ndarray:
        """(n, 2) index and copy of every visit of an epoch, of all shards, in order."""
        if self._classes is None:
            visits = _repeated(np.full(self.size, self.copies), np.arange(self.size))
        else:
            visits = _balanced(self._classes, self.copies, self.seed, epoch)
        visits = visits[_order(self.seed, epoch, "order", len(visits))] if self.shuffle else visits
        if self.lengths is None:
            return visits
        batches = bucketed(self.lengths[visits[:, 0]], self.batch * self.shard[1])
        if self.shuffle:
            whole = [rows for rows in batches if len(rows) == len(batches[0])]
            drawn = _order(self.seed, epoch, "buckets", len(whole))
            batches = [whole[i] for i in drawn] + batches[len(whole) :]
        return visits[np.concatenate(batches)] if batches else visits

    def set_epoch(self, epoch: int) -> None:
        """Make ``epoch`` the next one, as distributed training does; a position to resume from within it is kept."""
        if visit_number("epoch", epoch) != self.epoch and not self.evaluate:
            self.epoch, self._skip = epoch, 0

    def state(self, samples_consumed: int | None = None) -> dict[str, Any]:
        """Where the running epoch stands: ``{"seed", "epoch", "samples_consumed", "recipe_hash"}``, of all shards
        together.

        By default that is what was *asked for*, which workers do ahead of what was used; ``Loader.state`` counts what
        was handed out.
        """
        consumed = self._yielded if samples_consumed is None else samples_consumed
        epoch = self._current
        if consumed >= len(self) * self.shard[1]:
            epoch, consumed = epoch + 1, 0
        return {"seed": self.seed, "epoch": epoch, "samples_consumed": consumed, "recipe_hash": self.recipe_hash}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Let the next ``iter()`` go on where ``state`` was taken; another seed or recipe raises DataError."""
        for name, mine in (("seed", self.seed), ("recipe_hash", self.recipe_hash)):
            if state[name] != mine:
                raise DataError(f"resume: the state has {name} {state[name]!r}, this loader {mine!r}: other epochs.")
        self.epoch = visit_number("epoch", state["epoch"])
        self._skip = visit_number("samples_consumed", state["samples_consumed"])
        self._current, self._yielded = self.epoch, self._skip


def _check_counts(size: int, **given: Sequence[Any] | None) -> None:
    for name, values in given.items():
        if values is not None and len(values) != size:
            raise ValueError(f"{name}: got {len(values)} for {size} samples.")


_POOL = 100
"""Batches that are sorted together: enough for little padding, few enough for batches to differ from epoch to epoch."""


def bucketed(lengths: np.ndarray, batch: int) -> list[np.ndarray]:
    """Positions of ``lengths`` (n,), batch by batch: each 100 batches' worth in a row is sorted by length and cut.

    Only the last may be smaller. Equal lengths stay in the order that they came in.
    """
    batches = []
    for start in range(0, len(lengths), _POOL * batch):
        pool = start + np.argsort(lengths[start : start + _POOL * batch], kind="stable")
        batches += [pool[first : first + batch] for first in range(0, len(pool), batch)]
    return batches


def _order(seed: int, epoch: int, what: str, count: int) -> np.ndarray:
    # Raw Philox words, sorted: the same everywhere, which numpy's own permutation does not promise, and fast.
    words = np.random.Philox(key=stream(seed, epoch, "", path=f"sampler/{what}").subseed()).random_raw(count)
    return np.argsort(words, kind="stable")


def _repeated(times: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """(n, 2): every index ``times`` times over, numbered."""
    starts = np.cumsum(times) - times
    return np.column_stack([np.repeat(indices, times), np.arange(times.sum()) - np.repeat(starts, times)])


def _classes(labels: Sequence[Any]) -> dict[str, np.ndarray]:
    members: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        members.setdefault(repr(label), []).append(index)
    return {name: np.array(members[name]) for name in sorted(members)}


def _balanced_size(classes: Mapping[str, np.ndarray]) -> int:
    return len(classes) * max(map(len, classes.values()), default=0)


def _balanced(classes: Mapping[str, np.ndarray], copies: int, seed: int, epoch: int) -> np.ndarray:
    """As many visits of every class as of the largest; who gets one more than the others is drawn anew each epoch."""
    goal = copies * max(map(len, classes.values()))
    parts = []
    for name, members in classes.items():
        times = np.full(len(members), goal // len(members))
        times[_order(seed, epoch, f"balance/{name}", len(members))[: goal % len(members)]] += 1
        parts.append(_repeated(times, members))
    visits = np.concatenate(parts)
    return visits[np.lexsort((visits[:, 1], visits[:, 0]))]
