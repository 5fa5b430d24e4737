"""Ranks: the processes that ``torchrun`` starts for one training. Each learns from its share of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

T = TypeVar("T")


def share() -> tuple[int, int]:
    """Which process this is, and of how many; (0, 1) where ``torchrun`` started none."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return 0, 1
    return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])


def first() -> bool:
    """Whether this process is the one that writes and speaks."""
    return share()[0] == 0


def device_number() -> int:
    """Which GPU of its machine this process computes on."""
    return int(os.environ.get("LOCAL_RANK", "0")) if share()[1] > 1 else 0


@contextmanager
def joined() -> Iterator[None]:
    """The processes know of each other inside: by NCCL where there are GPUs, else by gloo."""
    if share()[1] == 1 or dist.is_initialized():
        yield
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(device_number())
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield
    finally:
        dist.destroy_process_group()


def from_first(value: T) -> T:
    """What the first process has, in all of them."""
    if share()[1] == 1:
        return value
    held: list[Any] = [value]
    dist.broadcast_object_list(held, src=0)
    return held[0]  # type: ignore[no-any-return]


def of_all(value: T) -> list[T]:
    """What each process has, in order, in all of them."""
    if share()[1] == 1:
        return [value]
    held: list[Any] = [None] * share()[1]
    dist.all_gather_object(held, value)
    return held


def average(module: nn.Module) -> None:
    """Replace gradients, and statistics such as BatchNorm's, by their means over the processes."""
    if share()[1] == 1:
        return
    gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    statistics = [buffer for buffer in module.buffers() if buffer.is_floating_point()]
    with torch.no_grad():
        for tensors in _of_one_type([*gradients, *statistics]):
            flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
            dist.all_reduce(flat)
            flat /= share()[1]
            for tensor, part in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
                tensor.copy_(part.view(tensor.shape))


def _of_one_type(tensors: Iterable[Tensor]) -> Iterable[list[Tensor]]:
    found: dict[torch.dtype, list[Tensor]] = {}
    for tensor in tensors:
        found.setdefault(tensor.dtype, []).append(tensor)
    return found.values()
