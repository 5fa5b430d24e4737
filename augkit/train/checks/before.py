"""All checks that need no training, over any PyTorch model and loader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.optim import Optimizer

from augkit.train.checks.finding import Finding
from augkit.train.checks.inputs import Expected, input_statistics
from augkit.train.checks.labels import labels_follow
from augkit.train.checks.leakage import leakage, print_of
from augkit.train.checks.lending import lent
from augkit.train.checks.losses import Cost, Frequencies, judged_loss, mean_loss
from augkit.train.checks.overfit import overfit_one_batch
from augkit.train.checks.steps import first_gradients, first_updates
from augkit.train.checks.units import UnitActivity
from augkit.train.checks.weights import initial_weights

SAMPLES = 1024
"""How many samples the passes over units, loss and features take, at most."""

HANDFUL = 16
"""How many samples are learnt by heart."""

_FEW_BATCHES = 4


@dataclass(frozen=True)
class Subject:
    """What is checked. ``cost`` is the mean loss of the model on a batch; ``inputs`` are the floats (b, channels, ...)
    of a batch and ``labels`` its classes, None where there are no such; ``frequencies`` how often which answer is
    right in a batch; ``few`` the first so many samples of a batch; ``learnt``: whether its weights were fitted to these
    samples before.
    """

    model: nn.Module
    cost: Cost
    inputs: Callable[[Any], Tensor | None]
    labels: Callable[[Any], Sequence[Any] | None]
    frequencies: Callable[[Any], Frequencies | None]
    few: Callable[[Any, int], Any]
    classes: int | None = None
    learnt: bool = False


def run(
    model: nn.Module,
    loader: Iterable[Any],
    loss: Callable[[Any, Any], Tensor],
    *,
    clean: Iterable[Any] | None = None,
    val: Iterable[Any] | None = None,
    optimizer: Callable[[], Optimizer] | None = None,
    expected: Expected | None = None,
    samples: int = SAMPLES,
) -> list[Finding]:
    """The checks over a loader of ``(inputs, targets)`` and ``loss(model(inputs), targets)``; the model comes back as
    it was, to the bit.

    ``clean`` is the training split without augmentation, where ``loader`` augments: loss, units and learning by heart
    are checked on it. ``val`` is looked for leaks; ``optimizer`` makes a new one over the model's parameters, whose
    steps are measured. Targets that are class numbers are compared with the loss and with each other.
    """
    outputs = _classes_of(model, next(iter(loader)))
    subject = plain(model, loss, outputs)
    found = [*of_inputs(subject, islice(iter(loader), _FEW_BATCHES), expected)]
    if val is not None:
        found.append(leakage(_prints("train", clean or loader, samples), _prints("val", val, samples)))
    return [*found, *of_model(subject, _up_to(samples, clean or loader), optimizer, skip=found[:1])]


def plain(model: nn.Module, loss: Callable[[Any, Any], Tensor], classes: int | None = None) -> Subject:
    """A model with batches ``(inputs, targets)``."""

    def cost(model: nn.Module, batch: Any) -> Tensor:
        return loss(model(batch[0]), batch[1])

    def labels(batch: Any) -> Sequence[Any] | None:
        numbers = batch[1]
        whole = isinstance(numbers, Tensor) and numbers.ndim == 1 and not numbers.is_floating_point()
        return numbers.tolist() if whole else None

    def frequencies(batch: Any) -> Frequencies | None:
        known = labels(batch)
        if known is None or classes is None:
            return None
        return Frequencies(np.bincount(known, minlength=classes).tolist(), len(known))

    def inputs(batch: Any) -> Tensor | None:
        return batch[0] if isinstance(batch[0], Tensor) and batch[0].is_floating_point() else None

    def few(batch: Any, count: int) -> Any:
        return tuple(part[:count] for part in batch)

    return Subject(model, cost, inputs, labels, frequencies, few, classes)


def of_inputs(subject: Subject, batches: Iterable[Any], expected: Expected | None = None) -> Iterator[Finding]:
    """What the network is fed, from augmented batches."""
    fed = [inputs for batch in batches if (inputs := subject.inputs(batch)) is not None]
    if fed:
        yield input_statistics(fed, expected)


def of_model(
    subject: Subject,
    batches: Iterable[Any],
    optimizer: Callable[[], Optimizer] | None = None,
    skip: Sequence[Finding] = (),
    lr: float | None = None,
    more_features: Sequence[np.ndarray] = (),
) -> Iterator[Finding]:
    """First weights, units, loss, gradient, step, one batch by heart, labels, in the order of cause and effect.

    With inputs that are no numbers (in ``skip``) nothing else is asked; a batch is learnt by heart only where nothing
    before is a problem, since that would be its reason. ``more_features`` (n, d) are of the same samples.
    """
    if any(finding.name == "inputs-nan" for finding in skip):
        return
    found = [initial_weights(subject.model)]
    seen = _Pass(subject)
    first = seen.through(batches)
    found += [
        seen.activity.finding(),
        judged_loss(seen.loss, seen.frequencies.guessing() if seen.frequencies else None, subject.learnt),
    ]
    if found[-1].name != "loss-nan":
        found.append(first_gradients(subject.model, first[0], subject.cost))
        if optimizer is not None:
            found.append(first_updates(subject.model, first, subject.cost, optimizer, lr))
    yield from found
    if not any(finding.severity == "problem" for finding in (*found, *skip)):
        handful = subject.few(first[0], HANDFUL)
        known = subject.frequencies(handful)
        guessing = known.guessing() if known is not None else None
        yield overfit_one_batch(subject.model, handful, subject.cost, guessing, subject.classes)
    if features := [
        each for each in (seen.features, *more_features) if each is not None and len(each) == len(seen.labels)
    ]:
        yield labels_follow(features, seen.labels)


@dataclass(eq=False)
class _Pass:
    """One pass that loss, units and features share."""

    subject: Subject
    labels: list[Any] = field(default_factory=list)
    loss: float = float("nan")
    frequencies: Frequencies | None = None
    features: np.ndarray | None = None

    def through(self, batches: Iterable[Any]) -> list[Any]:
        """The first few batches, which others go on with."""
        subject, first, rows = self.subject, [], []  # type: ignore[var-annotated]
        self.activity = UnitActivity(subject.model)
        last = next((layer for layer in reversed(list(subject.model.modules())) if isinstance(layer, nn.Linear)), None)
        hook = last.register_forward_pre_hook(partial(_keep, rows)) if last is not None else None
        losses = []
        with lent(subject.model, training=True), self.activity:
            for batch in batches:
                first += [batch] if len(first) < _FEW_BATCHES else []
                losses.append(mean_loss(subject.model, [batch], subject.cost))
                labels = subject.labels(batch)
                self.activity.samples += len(labels) if labels is not None else _size(batch)
                self.labels += labels or ()
                known = subject.frequencies(batch)
                self.frequencies = known if self.frequencies is None or known is None else self.frequencies + known
        if hook is not None:
            hook.remove()
        self.loss = sum(losses) / max(1, len(losses)) if losses else float("nan")
        self.features = np.concatenate(rows) if rows and len({row.shape[1] for row in rows}) == 1 else None
        return first


def _keep(rows: list[np.ndarray], _: nn.Module, inputs: Any) -> None:
    given = inputs[0]
    if isinstance(given, Tensor) and given.ndim == 2:
        rows.append(given.detach().float().cpu().numpy())


def _classes_of(model: nn.Module, batch: Any) -> int | None:
    """How many numbers the model gives of each sample, where it gives a row of them."""
    import torch

    with lent(model), torch.no_grad():
        output = model(batch[0])
    return int(output.shape[1]) if isinstance(output, Tensor) and output.ndim == 2 and output.shape[1] > 1 else None


def _size(batch: Any) -> int:
    first = (
        next(iter(batch.values()))
        if isinstance(batch, dict)
        else batch[0]
        if isinstance(batch, list | tuple)
        else batch
    )
    return len(first)


def _up_to(samples: int, loader: Iterable[Any]) -> Iterator[Any]:
    seen = 0
    for batch in loader:
        yield batch
        seen += _size(batch)
        if seen >= samples:
            return


def _prints(split: str, loader: Iterable[Any], samples: int) -> list[Any]:
    rows = (row for batch in _up_to(samples, loader) for row in batch[0])
    return [print_of(f"{split} {number}", row) for number, row in enumerate(rows)]
