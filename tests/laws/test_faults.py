"""A law that catches no planted fault is not a law."""

import pytest

from augkit import testing
from tests.laws.faults import RIGHT, faults

CASES = [pytest.param(fault, law, id=f"{fault.name}-{law}") for fault in faults for law in fault.laws]


@pytest.mark.parametrize("fault, law", CASES)
def test_is_caught(fault, law):
    report = testing.check(fault.make(), [law])
    assert report.broken, f"{law} does not see that: {fault.says}\n{report}"


@pytest.mark.parametrize("right", RIGHT)
def test_the_right_step_keeps_all_laws(right):
    report = testing.check(right())
    assert report.ok, str(report)


def test_every_law_has_a_fault():
    caught = {law for fault in faults for law in fault.laws}
    assert {law.id for law in testing.laws()} == caught
