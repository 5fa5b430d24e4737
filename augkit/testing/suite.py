"""Laws as pytest tests, and the steps to run them on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from augkit.build import step_from
from augkit.combine import Step
from augkit.errors import FieldError, PluginError
from augkit.plugins import catalogue
from augkit.testing.laws import Law, chosen_laws, default_examples, prove
from augkit.testing.subject import LawBroken, Subject
from augkit.words import suggestion


@dataclass
class Tally:
    """How many checks ran in this session, of how many steps; printed at the end by ``summary``."""

    checks: int = 0
    not_applicable: int = 0
    steps: frozenset[str] = frozenset()


tally = Tally()


def examples_of(name: str) -> list[Step]:
    """A registered step with the fields of its class's ``law_examples()`` (a list of mappings), or with its defaults.

    PluginError: required fields, and no ``law_examples`` to say what they may be.
    """
    cls = catalogue().step(name).load()
    offered = getattr(cls, "law_examples", None)
    try:
        return [step_from(name, given) for given in (offered() if offered else [{}])]
    except FieldError as error:
        raise PluginError(
            f"{name!r} cannot be made for the laws: {error} Offer a classmethod law_examples() -> list[dict] of fields."
        ) from error


def all_steps(*prefixes: str) -> list[Step]:
    """The examples of every registered step, or of those with these prefixes (``image``, ``acme``)."""
    names = [name for name in catalogue().names("transform") if not prefixes or name.partition("/")[0] in prefixes]
    return [step for name in names for step in examples_of(name)]


def parametrize_with_checks(
    steps: Iterable[Step],
    expected_failures: Mapping[str, str] | None = None,
    laws: Iterable[str] | None = None,
    examples: int | None = None,
) -> Callable[[Any], Any]:
    """Decorates ``def test_laws(check): check()``: every law over every step is one test, named ``image/hflip-L5``.

    ``expected_failures`` maps such names, or names of steps, to reasons; these tests must fail, so that a fixed one is
    noticed. A law that does not apply is a skip with its reason; one that makes no check fails.
    """
    expected = dict(expected_failures or {})
    steps = list(steps)
    if not steps:
        raise FieldError("no steps to prove laws on; a run of zero checks would pass silently.", "steps")
    chosen = chosen_laws(laws)
    params = [_param(step, name, known, expected, examples) for step, name in _named(steps) for known in chosen]
    unknown = expected.keys() - {str(param.id) for param in params} - {name for _, name in _named(steps)}
    if unknown:
        word = sorted(unknown)[0]
        raise FieldError(
            f"expected_failures names {word!r}, which is no test here.{suggestion(word, [str(p.id) for p in params])}"
        )
    return pytest.mark.parametrize("check", params)


def _named(steps: list[Step]) -> list[tuple[Step, str]]:
    """Each step with a name of its own: its id, and a number from the second of that id."""
    seen: dict[str, int] = {}
    named = []
    for step in steps:
        seen[step.id] = seen.get(step.id, 0) + 1
        named.append((step, step.id if seen[step.id] == 1 else f"{step.id}~{seen[step.id]}"))
    return named


def _param(step: Step, name: str, known: Law, expected: Mapping[str, str], examples: int | None) -> Any:
    id = f"{name}-{known.id}"
    reason = expected.get(id, expected.get(name))
    return pytest.param(_Check(step, known, examples, reason), id=id)


@dataclass(frozen=True)
class _Check:
    """One law of one step, to be called by a test."""

    step: Step
    law: Law
    examples: int | None
    expected: str | None

    def __call__(self) -> None:
        outcome = prove(self.law, Subject.of(self.step, self.examples or default_examples()))
        tally.checks += outcome.ran
        tally.steps |= {self.step.id}
        if self.expected is not None:
            if outcome.ok:
                pytest.fail(f"{self.step.id} was expected to break {self.law.id} ({self.expected}), but did not.")
            pytest.xfail(self.expected)
        if outcome.not_applicable is not None:
            tally.not_applicable += 1
            pytest.skip(f"{self.law.id} not applicable: {outcome.not_applicable}")
        if not outcome.ok:
            raise LawBroken(
                f"{self.step.id} breaks {self.law.id}, {self.law.title}:\n       "
                + "\n".join([*outcome.failures, f"       {self.law.explained}"])
            )


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Import this into a ``conftest.py`` to have the number of checks printed at the end of the session."""
    if tally.steps:
        skipped = f"{tally.not_applicable} (step, law) pairs not applicable"
        terminalreporter.write_line(f"laws: {tally.checks} checks of {len(tally.steps)} steps; {skipped}")
