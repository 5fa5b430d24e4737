"""The registry of laws, and what became of them for one step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from augkit.combine import Step
from augkit.errors import FieldError
from augkit.testing.subject import LawBroken, NotApplicable, Subject
from augkit.transform import Transform
from augkit.words import suggestion

Proof = Callable[[Subject], int]

SHORT, LONG = 8, 150
_laws: dict[str, Law] = {}


@dataclass(frozen=True)
class Law:
    """One law: ``prove(subject)`` returns how many checks it made, or raises LawBroken or NotApplicable."""

    id: str
    title: str
    tolerance: str
    prove: Proof

    @property
    def doc(self) -> str:
        """What is checked, and how."""
        return " ".join((self.prove.__doc__ or "").split())

    @property
    def explained(self) -> str:
        """What the law asks, and where it is written."""
        return f"{self.id} asks: {self.doc} Tolerance: {self.tolerance}. See docs/laws.md."


@dataclass(frozen=True)
class Outcome:
    """What became of one law: the checks that ran, the failures, or why the law does not apply."""

    law: Law
    ran: int = 0
    failures: tuple[str, ...] = ()
    not_applicable: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it holds; a law that does not apply has nothing to hold."""
        return not self.failures and (self.ran > 0 or self.not_applicable is not None)

    def __str__(self) -> str:
        if self.not_applicable is not None:
            return f"{self.law.id:4} -       not applicable: {self.not_applicable}"
        state = "BROKEN" if self.failures else "holds"
        lines = [f"{self.law.id:4} {state:7} {self.ran:5} checks  {self.law.title}"]
        lines += [f"       {failure}" for failure in self.failures]
        return "\n".join([*lines, f"       {self.law.explained}"] if self.failures else lines)


@dataclass(frozen=True)
class Report:
    """All outcomes of one step. ``str(report)`` is a table to read."""

    step: str
    outcomes: tuple[Outcome, ...]

    @property
    def ran(self) -> int:
        """How many checks ran."""
        return sum(outcome.ran for outcome in self.outcomes)

    @property
    def broken(self) -> tuple[Outcome, ...]:
        """The laws that do not hold."""
        return tuple(outcome for outcome in self.outcomes if not outcome.ok)

    @property
    def ok(self) -> bool:
        """Whether no law is broken and at least one check ran."""
        return self.ran > 0 and not self.broken

    def __str__(self) -> str:
        return "\n".join([f"{self.step}: {self.ran} checks", *map(str, self.outcomes)])


def law(id: str, title: str, tolerance: str) -> Callable[[Proof], Proof]:
    """Register a law; the function's docstring says what is checked."""

    def declare(prove: Proof) -> Proof:
        _laws[id] = Law(id, title, tolerance, prove)
        return prove

    return declare


def laws(ids: Iterable[str] | None = None) -> tuple[Law, ...]:
    """All laws in order, or those of these ids; an unknown id raises FieldError."""
    return chosen_laws(ids)


def chosen_laws(ids: Iterable[str] | None) -> tuple[Law, ...]:
    """As ``laws``, for where an argument has that name."""
    if ids is None:
        return tuple(sorted(_laws.values(), key=lambda known: int(known.id[1:])))
    chosen = []
    for id in ids:
        if id not in _laws:
            listing = ", ".join(known.id for known in chosen_laws(None))
            raise FieldError(f"unknown law {id!r}.{suggestion(id, _laws)} Laws: {listing}.", "laws")
        chosen.append(_laws[id])
    return tuple(chosen)


def check(step: Step | Transform[Any], laws: Iterable[str] | None = None, examples: int | None = None) -> Report:
    """Prove the laws (all, or these ids) for one step; ``examples``: drawn samples a law, ``default_examples()``."""
    subject = Subject.of(step, default_examples() if examples is None else examples)
    return Report(subject.step.id, tuple(prove(known, subject) for known in chosen_laws(laws)))


def default_examples() -> int:
    """8, or 150 where the environment has AUGKIT_LAWS=long or AUGKIT_LAWS=fuzz."""
    return LONG if os.environ.get("AUGKIT_LAWS") in ("long", "fuzz") else SHORT


def prove(known: Law, subject: Subject) -> Outcome:
    """The outcome of one law; a law that could make no check is broken, for it would pass silently."""
    before = len(subject.refusals)
    if subject.transform.partners:
        return Outcome(known, not_applicable="it mixes several samples, and the laws are about one")
    try:
        ran = known.prove(subject)
    except NotApplicable as reason:
        return Outcome(known, not_applicable=str(reason))
    except LawBroken as broken:
        return Outcome(known, 1, (str(broken),))
    except Exception as error:  # what came out is so strange that the law itself stumbles over it
        return Outcome(known, 1, (f"what came out cannot be judged: {type(error).__name__}: {error}",))
    if ran:
        return Outcome(known, ran)
    refused = subject.refusals[before:]
    why = (
        f"all {len(refused)} samples were refused, the last with: {refused[-1]}"
        if refused
        else "the step never acted, or left nothing to be compared"
    )
    return Outcome(known, 0, (f"no check could be made: {why}",))
