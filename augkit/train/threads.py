"""Threads of the computation: how many, and how they wait for each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def wait_patiently() -> None:
    """Let idle threads sleep instead of spin, unless the environment says otherwise; heeded before torch is imported.

    Where other processes want the same cores, spinning threads wait for threads that are not running: on two shared
    cores small networks were seen to train 4 to 20 times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """``count`` threads for torch's operators while inside; None leaves their number to torch."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
