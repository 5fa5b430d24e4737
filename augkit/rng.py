"""Streams: every random number is a pure function of (seed, epoch, key, copy, view, path).

A stream is Philox-4x64 in counter mode. Its key is a BLAKE2b hash of what names it, so nothing depends on worker,
order, batch, process or position in the recipe. The distributions are ours and use only IEEE basic operations, so
that draws are bit-equal on every platform and with every numpy.
"""

from __future__ import annotations

import hashlib
import os
import random
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

import numpy as np

from augkit._ieee import exp, log, sqrt

T = TypeVar("T")


class _Lending:
    """Who has borrowed the global generators; nobody in a process that was just forked."""

    def __init__(self) -> None:
        self.renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self.lock = threading.RLock()


_BLOCK = 8
_TWO_53 = 2.0**-53
_TWO_64 = 1 << 64
_KEY = struct.Struct("<QQ")
_local = threading.local()
_lending = _Lending()
_log_of = lru_cache(1024)(log)


class Stream:
    """Random numbers of one step on one sample: ``uniform``, ``integer``, ``normal``, ``beta``, ``dirichlet``,
    ``choice``, ``permutation``, ``subseed``.
    """

    __slots__ = ("_counter", "_key", "_name", "_skipped", "_words")

    def __init__(self, name: Callable[[], tuple[int, int]]) -> None:
        # Named only when a number is asked for: many a step draws none.
        self._name = name
        self._key: tuple[int, int] | None = None
        self._counter = 0
        self._skipped = 0
        self._words: list[int] = []

    def __getstate__(self) -> tuple[tuple[int, int], int, int, list[int]]:
        return self._key or self._name(), self._counter, self._skipped, self._words

    def __setstate__(self, state: tuple[tuple[int, int], int, int, list[int]]) -> None:
        self._key, self._counter, self._skipped, self._words = state

    def word(self) -> int:
        """The next 64 random bits."""
        if not self._words:
            self._fill()
        return self._words.pop()

    def skip(self) -> None:
        """Pass over the first number, before any was drawn."""
        self._skipped = 1

    def _fill(self) -> None:
        if self._key is None:
            self._key = self._name()
        count = _BLOCK if not self._counter else 4 * _BLOCK
        self._words = _philox(self._key, self._counter, count)
        self._counter += count // 4
        if self._skipped:
            self._words.pop()
            self._skipped = 0

    def random(self) -> float:
        """A number in [0, 1), on a grid of 2⁻⁵³."""
        if not self._words:
            self._fill()
        return (self._words.pop() >> 11) * _TWO_53

    def uniform(self, low: float, high: float) -> float:
        """A number in [low, high]."""
        return low + (high - low) * self.random()

    def loguniform(self, low: float, high: float) -> float:
        """A number in [low, high] whose logarithm is uniform; both must be positive."""
        value = low * exp(_log_of(high / low) * self.random())
        return min(max(value, low), high)

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high], both included, without bias."""
        span = high - low + 1
        while True:
            if not self._words:
                self._fill()
            word = self._words.pop()
            rest = word % span
            # The last words, which are not as many as there are numbers, would favour the first of them.
            if word - rest <= _TWO_64 - span:
                return low + rest

    def normal(self, mean: float = 0.0, std: float = 1.0) -> float:
        """A normal number (Marsaglia's polar method, one number kept of each pair)."""
        while True:
            u, v = 2.0 * self.random() - 1.0, 2.0 * self.random() - 1.0
            s = u * u + v * v
            if 0.0 < s < 1.0:
                return mean + std * u * sqrt(-2.0 * log(s) / s)

    def beta(self, a: float, b: float) -> float:
        """A number in [0, 1] of the Beta distribution; both parameters must be positive."""
        return self.dirichlet((a, b))[0]

    def dirichlet(self, alphas: Sequence[float]) -> list[float]:
        """Numbers in [0, 1] that sum to 1, of the Dirichlet distribution; all parameters must be positive."""
        logs = [self._log_gamma(alpha) for alpha in alphas]
        # Relative to the largest, so that small parameters, whose gammas are all next to 0, divide too.
        parts = [exp(each - max(logs)) for each in logs]
        total = _sum(parts)
        return [part / total for part in parts]

    def _log_gamma(self, shape: float) -> float:
        """The logarithm of a gamma number of scale 1 (Marsaglia and Tsang 2000, with their step for shapes below 1)."""
        if shape < 1.0:
            return self._log_gamma(shape + 1.0) + log(1.0 - self.random()) / shape
        d = shape - 1.0 / 3.0
        c = 1.0 / sqrt(9.0 * d)
        while True:
            x = self.normal()
            v = 1.0 + c * x
            if v <= 0.0:
                continue
            log_v = 3.0 * log(v)
            if log(1.0 - self.random()) < 0.5 * x * x + d * (1.0 - v * v * v + log_v):
                return log(d) + log_v

    def choice(self, items: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of ``items``, by ``weights`` (need not sum to 1) or evenly."""
        return items[self.integer(0, len(items) - 1) if weights is None else self.index(len(items), weights)]

    def index(self, count: int, weights: Sequence[float] | None = None) -> int:
        """A position below ``count``, by ``weights`` or evenly."""
        if weights is None:
            return self.integer(0, count - 1)
        mark = self.random() * _sum(weights)
        for position, weight in enumerate(weights):
            mark -= weight
            if mark < 0.0 and weight > 0.0:
                return position
        return max(position for position, weight in enumerate(weights) if weight > 0.0)

    def permutation(self, count: int) -> list[int]:
        """The numbers below ``count`` in random order (Fisher-Yates)."""
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.integer(0, last)
            order[last], order[other] = order[other], order[last]
        return order

    def subseed(self) -> int:
        """63 bits that stand for a whole field of random numbers in Params; see ``field``."""
        return self.word() >> 1


def _sum(numbers: Sequence[float]) -> float:
    # The builtin rounds otherwise since Python 3.12.
    total = 0.0
    for number in numbers:
        total += number
    return total


class Streams:
    """The streams of one visit of one sample, by step id; naming the visit is done once."""

    __slots__ = ("_prefix",)

    def __init__(self, seed: int, epoch: int, key: str, copy: int = 0, view: int = 0) -> None:
        name = f"augkit-1\x1f{seed}\x1f{epoch}\x1f{copy}\x1f{view}\x1f{len(key)}\x1f{key}\x1f"
        self._prefix = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16)

    def at(self, path: str) -> Stream:
        """The stream of one step, whose id is ``path``."""
        prefix = self._prefix

        def name() -> tuple[int, int]:
            named = prefix.copy()
            named.update(path.encode("utf-8", "surrogatepass"))
            return _KEY.unpack(named.digest())

        return Stream(name)


def stream(seed: int, epoch: int, key: str, copy: int = 0, view: int = 0, path: str = "") -> Stream:
    """The stream of one step (``path`` is its id) on one visit of one sample."""
    return Streams(seed, epoch, key, copy, view).at(path)


def field(subseed: int) -> np.random.Generator:
    """A numpy generator for a field of numbers (noise, elastic fields) that Params name by ``subseed`` alone."""
    return np.random.Generator(np.random.Philox(key=subseed))


def _philox(key: tuple[int, int], counter: int, count: int) -> list[int]:
    # Building a Philox costs 8 µs, setting the state of a kept one 1.3 µs, with the same words.
    try:
        bits, state = _local.philox
    except AttributeError:
        bits = np.random.Philox(key=0)
        state = bits.state
        _local.philox = bits, state
    state["state"]["key"][:] = key
    state["state"]["counter"][:] = (counter, 0, 0, 0)
    state["buffer_pos"], state["has_uint32"] = 4, 0
    bits.state = state
    return bits.random_raw(count)[::-1].tolist()  # type: ignore[no-any-return]


@contextmanager
def lent_globals(subseed: int) -> Iterator[None]:
    """Lend seeded ``random`` and ``numpy.random`` globals to a library that draws from them, and give them back.

    One thread at a time: there is one of each for all threads.
    """
    with _lending.lock:
        yield from _lent(subseed)


def _lent(subseed: int) -> Iterator[None]:
    kept_python, kept_numpy = random.getstate(), np.random.get_state()
    random.seed(subseed)
    np.random.seed(np.array([subseed & 0xFFFFFFFF, subseed >> 32], dtype=np.uint32))
    try:
        yield
    finally:
        random.setstate(kept_python)
        np.random.set_state(kept_numpy)
