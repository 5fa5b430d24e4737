"""The laws that every step keeps, for ours and for yours.

    from augkit import testing
    print(testing.check(steps.hflip()))                                        # a table, law by law

    @testing.parametrize_with_checks(testing.all_steps("acme"))                # in your test suite, with pytest
    def test_laws(check):
        check()

A law that does not apply to a step says so; one that makes no check is broken. pytest and hypothesis are needed here
and nowhere else in augkit.
"""

from augkit.errors import MissingDependency

try:
    import hypothesis as _hypothesis  # noqa: F401
    import pytest as _pytest  # noqa: F401
except ImportError as error:
    raise MissingDependency(f"the laws need {error.name}. Install it: pip install pytest hypothesis") from error

from augkit.testing import algebra, compile, identity, objects, space, streams, text, time
from augkit.testing.agree import assert_targets_agree
from augkit.testing.cases import Case, Marks, World
from augkit.testing.laws import Law, Outcome, Report, check, laws
from augkit.testing.subject import LawBroken, NotApplicable
from augkit.testing.suite import all_steps, examples_of, parametrize_with_checks, pytest_terminal_summary

__all__ = [
    "Case",
    "Law",
    "LawBroken",
    "Marks",
    "NotApplicable",
    "Outcome",
    "Report",
    "World",
    "algebra",
    "all_steps",
    "assert_targets_agree",
    "check",
    "compile",
    "examples_of",
    "identity",
    "laws",
    "objects",
    "parametrize_with_checks",
    "pytest_terminal_summary",
    "space",
    "streams",
    "text",
    "time",
]
