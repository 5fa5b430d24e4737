"""Transfer: what of a pretrained network learns, and when. Plain numbers in, plain decisions out; nothing needs torch.

A network is a backbone, in layer groups from the input to the head, and a new head, which always learns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from augkit.errors import FieldError
from augkit.words import suggestion

AMOUNTS = {
    "stages": "the stages that the head reads, counted from the input, as in {stages: [3, 4]}",
    "last": "how many layer groups before the head learn, as in {last: 2}",
    "discriminative": "how much slower each layer group learns than the one after it, as in {discriminative: 0.7}",
    "lp_ft": "for how many epochs the head learns alone, as in {lp_ft: 3}",
}
NAMES = ("auto", "linear", "stages", "last", "discriminative", "full", "lp_ft")
DECAY = 0.7


@dataclass(frozen=True)
class Policy:
    """What learns. ``amount`` is what ``AMOUNTS`` says of the name; None where it is left to be measured or usual.

    auto             measured on the training split: one of those below
    linear           the head alone, on the backbone's features
    stages           the head alone, on the features of the stages that were probed best
    last             the head and the last layer groups of the backbone
    discriminative   all, each layer group more slowly than the one after it (Howard and Ruder 2018)
    full             all, at one rate
    lp_ft            the head alone for some epochs, then all (Kumar et al. 2022)
    """

    name: str
    amount: Any = None

    @classmethod
    def parse(cls, given: str | Mapping[str, Any]) -> Self:
        """``linear``, ``{last: 2}``. Raises FieldError for what is none."""
        if isinstance(given, Mapping) and len(given) != 1:
            raise FieldError(f"transfer: got {dict(given)!r}; expected a name, or one name with a value.", "transfer")
        name, amount = (given, None) if isinstance(given, str) else next(iter(given.items()))
        if name not in NAMES:
            listing = ", ".join(NAMES)
            raise FieldError(f"transfer: unknown {name!r}.{suggestion(str(name), NAMES)} One of {listing}.", "transfer")
        if name == "last" and amount is None:
            raise FieldError(f"transfer: last needs a number: {AMOUNTS['last']}.", "transfer")
        return cls(name, None if amount is None else _amount(name, amount))

    @property
    def written(self) -> str | dict[str, Any]:
        """As a recipe has it."""
        if self.amount is None:
            return self.name
        return {self.name: list(self.amount) if isinstance(self.amount, tuple) else self.amount}

    @property
    def frozen(self) -> bool:
        """Whether the backbone keeps all its weights."""
        return self.name in ("linear", "stages")

    @property
    def stages(self) -> tuple[int, ...] | None:
        """The stages that the head reads; None: the features at the end."""
        return self.amount if self.name == "stages" else None

    @property
    def head_first(self) -> bool:
        """Whether the head learns on fixed features, for all epochs or the first ones."""
        return self.frozen or self.name == "lp_ft"

    @property
    def open(self) -> bool:
        """Whether it says less than a network needs, until the training split was measured."""
        return self.name == "auto" or (self.name == "stages" and self.amount is None)

    @property
    def measured(self) -> bool:
        """Whether the training split is to be looked at beforehand."""
        return self.name in ("auto", "stages")

    def __str__(self) -> str:
        """``last: 2``."""
        if self.amount is None:
            return self.name
        told = ", ".join(map(str, self.amount)) if isinstance(self.amount, tuple) else f"{self.amount:g}"
        return f"{self.name}: {told}"


@dataclass(frozen=True)
class StageEvidence:
    """How well a linear probe on the features of a stage does in cross-validation, and its LogME.

    ``behind`` is by how much the features at the end do better, ``spread`` the standard error of that difference.
    """

    name: str
    accuracy: float
    behind: float
    spread: float
    logme: float


@dataclass(frozen=True)
class Evidence:
    """What was measured before anything learns. ``stages`` are in order from the input to the head, the last being the
    features. ``per_class`` counts the training split, ``probed`` what was looked at of it, ``majority`` is the share of
    the commonest class there.
    """

    per_class: float
    probed: int
    majority: float
    stages: tuple[StageEvidence, ...]

    @property
    def best(self) -> int:
        """The stage that probes best, from 1 on; of equals the last."""
        return max(range(len(self.stages)), key=lambda number: (self.stages[number].accuracy, number)) + 1


@dataclass(frozen=True)
class Decision:
    """A policy, and why; without a reason it is what the recipe says."""

    policy: Policy
    reason: str = ""
    evidence: Evidence | None = None

    def to_json(self) -> dict[str, Any]:
        """For ``metrics.json`` and checkpoints."""
        told: dict[str, Any] = {"policy": self.policy.written}
        if self.evidence is None:
            return told
        stages = [asdict(stage) for stage in self.evidence.stages]
        return told | {"reason": self.reason, "evidence": asdict(self.evidence) | {"stages": stages}}

    def lines(self) -> list[str]:
        """What was measured and what follows, for people; nothing where the recipe said it all."""
        if self.evidence is None:
            return []
        seen = self.evidence
        probes = ", ".join(f"{stage.name} {stage.accuracy:.2f}" for stage in seen.stages)
        opinion = max(seen.stages, key=lambda stage: stage.logme).name
        return [
            f"transfer: {self.policy}: {self.reason}",
            f"linear probes of {seen.probed} samples, cross-validated: {probes}; LogME prefers {opinion}",
        ]

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The inverse of ``to_json``."""
        policy, seen = Policy.parse(told["policy"]), told.get("evidence")
        if seen is None:
            return cls(policy)
        stages = tuple(StageEvidence(**stage) for stage in seen["stages"])
        return cls(policy, told["reason"], Evidence(**{**seen, "stages": stages}))


def decided(saved: Mapping[str, Any]) -> Decision | None:
    """What a checkpoint's notes say of an earlier decision."""
    told = saved.get("transfer")
    return Decision.from_json(told) if told else None


AUTO = Policy("auto")


def head_epochs(policy: Policy, epochs: int) -> int:
    """For how many epochs ``lp_ft`` leaves the head alone: a quarter of them unless it says so."""
    return max(1, epochs // 4) if policy.amount is None else int(policy.amount)


def thawed(policy: Policy, groups: int, epoch: int, epochs: int, unfreeze_every: int | None = None) -> int:
    """How many of the backbone's layer groups learn in an epoch, counted from the head. A pure function of the epoch,
    so a run that was resumed thaws as one that never stopped.
    """
    if policy.frozen:
        return 0
    if policy.name == "lp_ft":
        return 0 if epoch < head_epochs(policy, epochs) else groups
    most = int(policy.amount) if policy.name == "last" else groups
    return most if unfreeze_every is None else min(most, epoch // unfreeze_every)


def rates(policy: Policy, groups: int) -> list[float]:
    """By what each layer group's learning rate is multiplied, from the input to the head."""
    if policy.name != "discriminative":
        return [1.0] * groups
    decay = DECAY if policy.amount is None else float(policy.amount)
    return [decay ** (groups - number) for number in range(groups)]


FEW = 100
"""Samples a class: with fewer, only classifiers on top of fixed features. Measured up to 60 of them (docs/transfer.md),
where these won or drew each time.
"""


def choose(evidence: Evidence, groups: int, policy: Policy = AUTO) -> Decision:
    """What is to learn, by the table: little data and similar to those that the backbone was trained on, a linear
    classifier on top; little and different, a linear classifier from the stage that probes best; more and similar,
    fine-tuning of a few layers; more and different, of all.

    Different means that an earlier stage probes better than the features at the end, by more than a standard error of
    the difference, or by anything where LogME prefers that stage too. ``policy`` may ask for `stages` alone.
    """
    best = evidence.stages[evidence.best - 1]
    last = evidence.stages[-1]
    if policy.name == "stages":
        return Decision(Policy("stages", (evidence.best,)), f"{best.name} probes best", evidence)
    sure = 0.0 if best.logme > last.logme else 1.0
    different = best.behind < -sure * best.spread
    few = evidence.per_class < FEW
    if few:
        chosen = Policy("stages", (evidence.best,)) if different else Policy("linear")
    else:
        chosen = Policy("full") if different else Policy("last", min(2, groups))
    amount = f"{evidence.per_class:.0f} samples a class are {'few' if few else 'enough to fine-tune'}"
    likeness = (
        f"{best.name} probes better than {last.name}, {best.accuracy:.2f} against {last.accuracy:.2f}: unlike the data "
        "that the backbone knows"
        if different
        else f"{last.name} probe as well as any stage: like the data that the backbone knows"
    )
    return Decision(chosen, f"{amount}, and {likeness}", evidence)


def check(policy: Policy, groups: int, stages: int, epochs: int, unfreeze_every: int | None = None) -> None:
    """Refuse a policy that this backbone, or so many epochs, cannot follow. Raises FieldError."""
    if policy.name == "last" and policy.amount > groups:
        raise FieldError(
            f"transfer: {policy}: the backbone has {groups} layer groups; full lets all learn.", "transfer"
        )
    if policy.name == "stages" and policy.amount and max(policy.amount) > stages:
        raise FieldError(f"transfer: {policy}: the backbone has {stages} stages.", "transfer")
    if policy.name == "lp_ft" and head_epochs(policy, epochs) >= epochs:
        raise FieldError(
            f"transfer: lp_ft: the head alone for {head_epochs(policy, epochs)} of {epochs} epochs leaves none for the "
            "rest; that is `linear`. Take more epochs.",
            "transfer",
        )
    most = thawed(policy, groups, epochs - 1, epochs)
    if unfreeze_every and epochs <= most * unfreeze_every:
        raise FieldError(
            f"unfreeze_every: {most} layer groups, one every {unfreeze_every} epochs, are not thawed in {epochs} "
            f"epochs; expected more than {most * unfreeze_every}, or transfer: {{last: N}}.",
            "unfreeze_every",
        )


def _amount(name: str, amount: Any) -> Any:
    if name == "stages":
        numbers = [amount] if isinstance(amount, int) else amount
        if _numbers(numbers) and len(set(numbers)) == len(numbers):
            return tuple(sorted(numbers))
    elif name in ("last", "lp_ft"):
        if _numbers([amount]):
            return amount
    elif name == "discriminative" and type(amount) in (int, float) and 0 < amount <= 1:
        return float(amount)
    said = AMOUNTS.get(name, f"no value; write transfer: {name}")
    raise FieldError(f"transfer: {name}: got {amount!r}; expected {said}.", "transfer")


def _numbers(given: Any) -> bool:
    """Whether these are whole numbers from 1 on, at least one."""
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence) or not given:
        return False
    return all(isinstance(number, int) and not isinstance(number, bool) and number >= 1 for number in given)
