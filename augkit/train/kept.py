"""Kept features: what a frozen backbone makes of samples that always look the same, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from augkit.combine import Node, Step
from augkit.recipe.completed import is_still
from augkit.train.evidence import batches, looking

if TYPE_CHECKING:
    from augkit.train.job import Job

MOST_BYTES = 512 * 2**20
"""More than that is not kept in memory."""


class Kept:
    """By split and key, (width,) float32 features. Computed in the order of the split, whichever batches ask for them,
    so that a resumed run has the same bits.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Tensor]] = {}

    def of(self, batch: Mapping[str, Any], split: str, device: torch.device) -> Tensor | None:
        """(n, width) for a batch; None where its split is not kept."""
        known = self.rows.get(split)
        return None if known is None else torch.stack([known[key] for key in batch["key"]]).to(device)


def keep_features(job: Job, model: Any) -> None:
    """Give a learner whose backbone is frozen for all epochs the features of the splits that always look the same.

    One epoch alone would gain nothing.
    """
    if not model.keeps_features or not model.decision.policy.frozen or job.config.epochs == 1:
        return
    body, reading, kept = model.thaw.body, model.reading, Kept()
    for split in splits_that_stay(job):
        if 4 * reading.width * len(job.opened.keys(split)) > MOST_BYTES:
            continue
        rows: dict[str, Tensor] = {}
        with looking(nn.ModuleList([body, reading])) as laid:
            for batch in batches(job, range(len(job.opened.keys(split))), split):
                rows.update(zip(batch["key"], reading(body, laid(batch[job.fields.input])).cpu(), strict=True))
        kept.rows[split] = rows
    model.kept = kept


def splits_that_stay(job: Job) -> list[Any]:
    """``val``; ``train`` too where it takes the very eval steps, none of which draws anything, and mixes nothing."""
    recipe = job.recipe
    alike = recipe.steps == recipe.eval_steps and all(map(_draws_nothing, recipe.steps)) and not recipe.batch
    return ["train", "val"] if alike else ["val"]


def _draws_nothing(node: Node) -> bool:
    return isinstance(node, Step) and node.p == 1 and not node.transform.still and is_still(node)
