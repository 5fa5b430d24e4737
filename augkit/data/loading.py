"""Loader: a DataLoader that reports what it skipped and knows how much it has handed out."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import torch.utils.data

from augkit.batch import Batch
from augkit.data.classes import Classes
from augkit.data.collate import Collate
from augkit.data.sampler import KeyedSampler
from augkit.data.samples import Dataset, Failure
from augkit.errors import DataError, FieldError

OnError = Literal["raise", "skip"]
Start = Literal["fork", "spawn", "forkserver"]


class SkippedSamples(UserWarning):
    """Samples could not be used and ``on_error: skip`` left them out; said once at the end of the epoch."""


class Loader(torch.utils.data.DataLoader[Any]):
    """An ordinary DataLoader over a ``Dataset``, with its ``KeyedSampler``.

    Every ``iter()`` is the next epoch. A sample that cannot be used raises its DataError, with key and file, in this
    process, or is left out of its batch (``on_error="skip"``) and reported with a ``SkippedSamples`` warning at the
    end of the epoch. A batch of which nothing is left is not handed out; an epoch of which nothing is left raises.
    ``batch`` and ``classes`` are for ``Collate``.
    """

    def __init__(
        self,
        dataset: Dataset,
        sampler: KeyedSampler,
        *,
        batch_size: int = 32,
        workers: int = 0,
        on_error: OnError = "raise",
        drop_last: bool = False,
        persistent: bool = False,
        start: Start | None = None,
        batch: Batch | None = None,
        classes: Classes | None = None,
    ) -> None:
        if drop_last and len(sampler) < batch_size:
            raise FieldError(
                f"drop_last: leaves no batch at all, since {len(sampler)} samples fill no batch of {batch_size}.",
                "drop_last",
            )
        self.on_error = on_error
        self.skipped = 0
        """How many samples the running, or else the last, epoch has left out."""
        self._handed_out = sampler.position
        super().__init__(
            dataset,
            batch_size=batch_size,
            sampler=sampler,
            num_workers=workers,
            collate_fn=Collate(dataset.plan.out_schema, keep_failures=True, batch=batch, classes=classes),
            drop_last=drop_last,
            worker_init_fn=init_worker,
            multiprocessing_context=start if workers else None,
            persistent_workers=persistent and workers > 0,
            pin_memory=torch.cuda.is_available(),
            generator=torch.Generator().manual_seed(0),  # else every epoch would draw from torch's global generator
        )

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        sampler: KeyedSampler = self.sampler  # type: ignore[assignment]
        epoch, consumed = sampler.position
        skipped: list[Failure] = []
        used = self.skipped = 0
        try:
            for batch in super().__iter__():
                failures = batch.pop("failures")
                refused = [one for one in failures if self.on_error == "raise" or not one.skippable]
                if refused:
                    self._iterator = None  # persistent workers stop now, not when the traceback is collected
                    raise _told(refused[0])
                skipped += failures
                self.skipped = len(skipped)
                consumed += (len(batch["key"]) + len(failures)) * sampler.shard[1]
                used += len(batch["key"])
                self._handed_out = epoch, consumed
                if batch["key"]:
                    yield batch
            self._handed_out = epoch + 1, 0
            if skipped and not used:
                raise _none_left(skipped)
        finally:
            if skipped and used:
                _warn(skipped, used)

    def state(self) -> dict[str, Any]:
        """What has been handed out so far: ``{"seed", "epoch", "samples_consumed", "recipe_hash"}``; see ``resume``."""
        epoch, consumed = self._handed_out
        sampler: KeyedSampler = self.sampler  # type: ignore[assignment]
        named = {"seed": sampler.seed, "recipe_hash": sampler.recipe_hash}
        return {**named, "epoch": epoch, "samples_consumed": consumed}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state`` was taken: first the rest of that epoch, then whole ones."""
        sampler: KeyedSampler = self.sampler  # type: ignore[assignment]
        sampler.resume(state)
        self._handed_out = sampler.position


def _none_left(skipped: Sequence[Failure]) -> DataError:
    first = skipped[0].error
    message = f"none of the {len(skipped)} samples could be used; the first: {first}"
    return DataError(message, first.key, first.file)


def _warn(skipped: Sequence[Failure], used: int) -> None:
    told = f"epoch {skipped[0].visit.epoch}: skipped {len(skipped)} of {used + len(skipped)} samples"
    listing = "\n".join(f"  {failure.error}" for failure in skipped[:3])
    more = f"\n  … and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    warnings.warn(f"{told}:\n{listing}{more}", SkippedSamples, stacklevel=3)


def _told(failure: Failure) -> DataError:
    """The error, with the worker's traceback as a note."""
    failure.error.add_note(f"\nWhere it was made:\n{failure.worker_traceback}")
    return failure.error


def init_worker(worker: int) -> None:
    """One thread a worker: several workers that each start as many threads as there are cores slow each other down."""
    torch.set_num_threads(1)
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"  # read when OpenCV is imported later
    if "cv2" in sys.modules:
        sys.modules["cv2"].setNumThreads(0)
