"""Evidence: the training split through the backbone, stage by stage, before anything learns; and what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from augkit.data.collate import Collate
from augkit.data.samples import Failure
from augkit.errors import FieldError
from augkit.rng import stream
from augkit.train.backbones import Features
from augkit.train.init import initialize
from augkit.train.layers import Thaw
from augkit.train.probes import fitted, folds_of, hits, logme
from augkit.train.transfer import Decision, Evidence, Policy, StageEvidence, check, choose

if TYPE_CHECKING:
    from augkit.train.design import Design
    from augkit.train.job import Job

MOST = 512
"""So many samples of the training split are looked at, the same number of each class where there are enough."""

FOLDS, REPEATS = 5, 4


class Reading(nn.Module):
    """What the head reads: the features of a backbone, or of the stages ``numbers``, each scaled to mean 0 and spread 1
    as measured on the training split.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, body: Features, numbers: Sequence[int] | None = None) -> None:
        super().__init__()
        self.numbers = None if numbers is None else tuple(numbers)
        self.width = body.feature_dim if numbers is None else sum(body.stage_dims[number - 1] for number in numbers)
        if numbers is not None:
            self.register_buffer("mean", torch.zeros(self.width))
            self.register_buffer("spread", torch.ones(self.width))

    def forward(self, body: Features, inputs: Any) -> Tensor:
        """(n, ``width``)."""
        if self.numbers is None:
            return body.features(inputs)
        stages = body.stages(inputs, max(self.numbers))
        return (torch.cat([stages[number - 1] for number in self.numbers], 1) - self.mean) / self.spread

    def scale_by(self, stages: Sequence[np.ndarray]) -> np.ndarray:
        """Measure ``mean`` and ``spread`` on the (n, width) features of all stages, and give what the head will read of
        them, in float64.
        """
        if self.numbers is None:
            return stages[-1].astype(np.float64)
        rows = np.concatenate([stages[number - 1] for number in self.numbers], axis=1)
        mean, spread = rows.mean(0), rows.std(0) + 1e-6
        self.mean.copy_(torch.from_numpy(mean))
        self.spread.copy_(torch.from_numpy(spread))
        scaled: np.ndarray = (rows - mean) / spread
        return scaled.astype(np.float64)


@dataclass(frozen=True)
class Start:
    """How a training starts: what is to learn, what the head reads, and, where that is known, the weights and biases of
    the linear probe that the head begins as.
    """

    decision: Decision
    reading: Reading
    probe: tuple[np.ndarray, np.ndarray] | None = None

    def begin(self, head: nn.Module, scheme: str) -> None:
        """First weights of a head: those of the probe, or new ones."""
        initialize(head, scheme=scheme)
        if self.probe is not None and isinstance(head, nn.Linear):
            with torch.no_grad():
                for parameter, values in zip((head.weight, head.bias), self.probe, strict=True):
                    parameter.copy_(torch.from_numpy(values))

    @classmethod
    def unmeasured(cls, policy: Policy, body: Features) -> Self:
        """By a policy that needs no look at data; FieldError for one that does."""
        if policy.open:
            raise FieldError(f"transfer: {policy} is measured on a training split; `start` does that.", "transfer")
        return cls(Decision(policy), Reading(body, policy.stages))

    def thaw(self, body: Any, config: Any) -> Thaw:
        """The policy at work on ``body``, where now all that will learn in some epoch may."""
        made = Thaw(body, body.layer_groups(), self.decision.policy, config.epochs, config.unfreeze_every)
        made.ever()
        made.rest()
        return made


def start(design: Design, body: Any) -> Start:
    """What the recipe says of ``transfer``, measured where it leaves that open.

    A run that is resumed, or rebuilt, keeps what was decided. Raises FieldError for what the backbone cannot do.
    """
    config: Any = design.config
    decision = design.decided or Decision(config.policy)
    groups = len(body.layer_groups())
    check(decision.policy, groups, len(body.stage_names), config.epochs, config.unfreeze_every)
    if design.decided or not (decision.policy.measured or _begins_as_probe(config, decision.policy)):
        return Start(decision, Reading(body, decision.policy.stages))
    job: Any = design
    stages, labels = features_of(job, body)
    if decision.policy.open:
        per_class = len(job.opened.keys("train")) / len(job.classes)
        evidence = evidence_of(stages, labels, body.stage_names, per_class, job.recipe.seed)
        decision = choose(evidence, groups, decision.policy)
    reading = Reading(body, decision.policy.stages)
    rows = reading.scale_by(stages)
    begins = _begins_as_probe(config, decision.policy)
    return Start(decision, reading, fitted(rows, labels, len(job.classes)) if begins else None)


def _begins_as_probe(config: Any, policy: Policy) -> bool:
    """Whether a head that learns on fixed features begins as what is best for them."""
    return config.learns == "class" and config.init == "auto" and policy.head_first


def evidence_of(
    stages: Sequence[np.ndarray], labels: np.ndarray, names: Sequence[str], per_class: float, seed: int = 0
) -> Evidence:
    """Probe the (n, width) float features of every stage in cross-validation, several times over other folds. A pure
    function of what is given.
    """
    count = max(2, min(FOLDS, *Counter(labels.tolist()).values()))
    orders = [stream(seed, 0, "", copy, path="train/probe").permutation(len(labels)) for copy in range(REPEATS)]
    folds = [folds_of(labels.tolist(), count, order) for order in orders]
    right = [np.mean([hits(rows.astype(np.float64), labels, each) for each in folds], axis=0) for rows in stages]
    told = []
    for name, rows, each in zip(names, stages, right, strict=True):
        behind = right[-1] - each
        spread = float(behind.std(ddof=1)) / len(behind) ** 0.5
        told.append(
            StageEvidence(
                name, float(each.mean()), float(behind.mean()), spread, logme(rows.astype(np.float64), labels)
            )
        )
    return Evidence(per_class, len(labels), int(np.bincount(labels).max()) / len(labels), tuple(told))


def features_of(job: Job, body: Any) -> tuple[list[np.ndarray], np.ndarray]:
    """The (n, width) features of every stage for at most ``MOST`` samples of the training split, and their classes."""
    known = _classes_of(job)
    place = {key: number for number, key in enumerate(job.opened.keys("train"))}
    rows = evenly(known, MOST, job.recipe.seed)
    found: list[list[Tensor]] = []
    kept: list[int] = []
    with looking(body) as laid:
        for batch in batches(job, rows):
            found.append([stage.float().cpu() for stage in body.stages(laid(batch[job.fields.input]))])
            kept += [known[place[key]] for key in batch["key"]]
    return [torch.cat(stage).numpy() for stage in zip(*found, strict=True)], np.array(kept)


def _classes_of(job: Job) -> list[int]:
    """The class numbers of the training split; all alike where what is learnt is not one class."""
    numbers = {label: number for number, label in enumerate(job.classes)}
    if job.config.learns != "class":  # type: ignore[attr-defined]
        return [0] * len(job.opened.keys("train"))
    return [numbers[label] for label in job.opened.dataset("train", augment=False).labels(job.fields.target)]


def batches(job: Job, rows: Sequence[int], split: Any = "train") -> Iterator[dict[str, Any]]:
    """Samples of a split through the eval steps, in that order; those that cannot be read as ``on_error`` says."""
    data, config = job.opened.dataset(split, augment=False), job.recipe.loader
    collate = Collate(data.plan.out_schema)
    for first in range(0, len(rows), config.batch_size):
        samples = data.__getitems__(rows[first : first + config.batch_size])
        if config.on_error == "skip":
            samples = [sample for sample in samples if not isinstance(sample, Failure)]
        if samples:
            yield collate(samples)


def evenly(labels: Sequence[int], most: int, seed: int) -> list[int]:
    """At most ``most`` of the rows, drawn, in order: of each class as many as of the others while there are any."""
    order = stream(seed, 0, "", path="train/evidence").permutation(len(labels))
    dealt: Counter[int] = Counter()
    turns = []
    for row in order:
        turns.append((dealt[labels[row]], row))
        dealt[labels[row]] += 1
    turns.sort(key=lambda turn: turn[0])
    return sorted(row for _, row in turns[:most])


@contextmanager
def looking(body: nn.Module) -> Iterator[Callable[[Any], Any]]:
    """In eval mode, without gradients, on a GPU if there is one; yields what brings inputs there. All is as before
    afterwards.
    """
    modes = {module: module.training for module in body.modules()}
    there = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    before = next(body.parameters()).device
    body.eval().to(there)
    try:
        with torch.no_grad():
            yield lambda inputs: inputs.to(there) if isinstance(inputs, Tensor) else inputs
    finally:
        body.to(before)
        for module, mode in modes.items():
            module.training = mode
