"""Objectives: what a head on any backbone may learn of a sample: one class, several, or a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.errors import DataError
from augkit.train.checks.losses import Frequencies, of_classes
from augkit.train.tallies import LabelTally, NumberTally, Tally

if TYPE_CHECKING:
    from augkit.train.config import RunConfig
    from augkit.train.learner import Learner


class Objective(Protocol):
    """How targets of a batch become tensors, what an error costs, and what is measured."""

    def head(self, width: int, classes: Sequence[Any]) -> nn.Module:
        """From (n, ``width``) features to (n, outputs). First weights come from torch's global generator."""
        ...

    def sums(self) -> Any:
        """An empty tally."""
        ...

    def target(self, learner: Learner, values: Any) -> Tensor:
        """Of a batch's values, on the learner's device; DataError for what cannot be learnt."""
        ...

    def loss(self, head: nn.Module, outputs: Tensor, target: Tensor, config: Any, smoothing: float) -> Tensor:
        """The mean over the batch."""
        ...

    def frequencies(self, learner: Learner, values: Any) -> Frequencies | None:
        """How often which answer is right among a batch's values; None where answers are not counted."""
        ...

    def answers(self, outputs: Tensor) -> Tensor:
        """What views of a sample can agree on by their mean: probabilities, or numbers."""
        ...

    def told(self, classes: Sequence[Any], answers: Sequence[Tensor]) -> dict[str, Any]:
        """The answer for one sample, as plain data, from one or several views."""
        ...


class OneClass:
    """A class for each sample, by cross entropy; labels that were mixed are weights of classes."""

    def head(self, width: int, classes: Sequence[Any]) -> nn.Module:
        return nn.Linear(width, len(classes))

    def sums(self) -> Tally:
        return Tally()

    def target(self, learner: Learner, values: Any) -> Tensor:
        """(n,) class numbers, or (n, classes) weights."""
        return learner.numbers(values)

    def loss(self, head: nn.Module, outputs: Tensor, target: Tensor, config: RunConfig, smoothing: float) -> Tensor:
        return functional.cross_entropy(outputs, target, label_smoothing=smoothing)

    def frequencies(self, learner: Learner, values: Any) -> Frequencies:
        """Mixed labels count in parts."""
        return of_classes(self.target(learner, values), len(learner.classes))

    def answers(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(1)

    def told(self, classes: Sequence[Any], answers: Sequence[Tensor]) -> dict[str, Any]:
        """``label``, its ``probability``, and ``probabilities`` of all, the likeliest first."""
        mean = _mean(answers)
        order = torch.argsort(mean, descending=True, stable=True).tolist()
        named = {str(classes[number]): round(float(mean[number]), 6) for number in order}
        return {"label": classes[order[0]], "probability": float(mean[order[0]]), "probabilities": named}


class ManyClasses:
    """Any number of classes for each sample, each by binary cross entropy. Smoothing draws every target towards ½."""

    def head(self, width: int, classes: Sequence[Any]) -> nn.Module:
        return nn.Linear(width, len(classes))

    def sums(self) -> LabelTally:
        return LabelTally()

    def target(self, learner: Learner, values: Any) -> Tensor:
        """(n, classes), 1 where a sample has the class; or the weights of mixed ones."""
        if (
            isinstance(values, Tensor) and values.is_floating_point() and values.shape[1]
        ):  # none: a batch without labels
            return values.to(learner.device)
        made = torch.zeros(len(values), len(learner.classes))
        for row, labels in enumerate(values.tolist() if isinstance(values, Tensor) else values):
            for label in labels.tolist() if isinstance(labels, Tensor) else labels:
                made[row, learner.number(label)] = 1.0
        return made.to(learner.device)

    def loss(self, head: nn.Module, outputs: Tensor, target: Tensor, config: RunConfig, smoothing: float) -> Tensor:
        smoothed = target * (1 - smoothing) + smoothing / 2
        return functional.binary_cross_entropy_with_logits(outputs, smoothed)

    def frequencies(self, learner: Learner, values: Any) -> Frequencies:
        """Of how many samples each class is one."""
        target = self.target(learner, values)
        return Frequencies(target.sum(0).tolist(), len(target), exclusive=False)

    def answers(self, outputs: Tensor) -> Tensor:
        return outputs.sigmoid()

    def told(self, classes: Sequence[Any], answers: Sequence[Tensor]) -> dict[str, Any]:
        """``labels``, those from a probability of 0.5 on, and ``probabilities`` of all, the likeliest first."""
        mean = _mean(answers)
        order = torch.argsort(mean, descending=True, stable=True).tolist()
        named = {str(classes[number]): round(float(mean[number]), 6) for number in order}
        return {"labels": [classes[number] for number in order if mean[number] >= 0.5], "probabilities": named}


class Scaled(nn.Linear):
    """A layer of one output in the target's own unit: what it computes, times ``scale``, plus ``centre``."""

    centre: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__(width, 1)
        self.register_buffer("centre", torch.tensor(0.0))
        self.register_buffer("scale", torch.tensor(1.0))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * self.scale + self.centre

    def fit(self, values: Sequence[float]) -> None:
        """Mean and standard deviation of the targets that are learnt from, so that any unit is learnt alike."""
        targets = torch.tensor(list(values), dtype=torch.float64)
        self.centre.fill_(float(targets.mean()))
        self.scale.fill_(float(targets.std(correction=0)))


class Number:
    """A number for each sample. The loss is of errors in standard deviations of the training targets."""

    def head(self, width: int, classes: Sequence[Any]) -> nn.Module:
        return Scaled(width)

    def sums(self) -> NumberTally:
        return NumberTally()

    def target(self, learner: Learner, values: Any) -> Tensor:
        """(n, 1) float32."""
        numbers = values if isinstance(values, Tensor) else None
        if numbers is None or numbers.ndim != 1 or not bool(torch.isfinite(numbers).all()):
            raise DataError(f"{learner.fields.target}: expected one number for each sample, got {values!r:.80}.")
        return numbers.to(learner.device, torch.float32)[:, None]

    def loss(self, head: nn.Module, outputs: Tensor, target: Tensor, config: Any, smoothing: float) -> Tensor:
        assert isinstance(head, Scaled)
        cost = {"mse": nn.MSELoss(), "mae": nn.L1Loss(), "huber": nn.HuberLoss()}[config.loss]
        made: Tensor = cost((outputs - head.centre) / head.scale, (target - head.centre) / head.scale)
        return made

    def frequencies(self, learner: Learner, values: Any) -> None:
        """Numbers are not counted."""
        return None

    def answers(self, outputs: Tensor) -> Tensor:
        return outputs[:, 0]

    def told(self, classes: Sequence[Any], answers: Sequence[Tensor]) -> dict[str, Any]:
        """``value``."""
        return {"value": float(_mean(answers))}


def _mean(answers: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(answers)).double().mean(0)


class Answering(nn.Module):
    """A network that gives what an objective ``answers`` of its outputs."""

    def __init__(self, network: nn.Module, objective: Objective) -> None:
        super().__init__()
        self.network, self.objective = network, objective

    def forward(self, x: Tensor) -> Tensor:
        return self.objective.answers(self.network(x))


OBJECTIVES: dict[str, Objective] = {"class": OneClass(), "classes": ManyClasses(), "number": Number()}
"""By what a config ``learns``."""
