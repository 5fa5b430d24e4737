"""The global generators are lent to one thread at a time."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from augkit.rng import lent_globals


def drawn(subseed):
    with lent_globals(subseed):
        return [_two() for _ in range(30)]


def _two():
    time.sleep(0)  # lets another thread in, if it may
    return random.random(), float(np.random.random())


def test_threads_that_borrow_at_once_draw_what_each_would_alone():
    alone = [drawn(subseed) for subseed in range(16)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(drawn, range(16))) == alone


def test_lending_nests():
    with lent_globals(1):
        first = random.random()
        assert drawn(2) == drawn(2)
        second = random.random()
    with lent_globals(1):
        assert (random.random(), random.random()) == (first, second)
