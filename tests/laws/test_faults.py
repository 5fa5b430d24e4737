"""A law that catches no planted fault is not a law."""

import pytest

from augkit import testing
from augkit.combine import Step
from augkit.plugins import catalogue
from augkit.registry import Entry
from tests.laws import faults_contracts
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


@pytest.fixture
def registered():
    """A broken step under a name that recipes can say, for as long as the test runs."""
    path = f"{faults_contracts.__name__}:DoublesWhenRead"
    catalogue().add([Entry("transform", "fault/doubles_when_read", path, "fault")])
    yield "fault/doubles_when_read"
    del catalogue()._entries["transform", "fault/doubles_when_read"]


def test_a_recipe_that_reads_back_otherwise_is_caught(registered):
    step = Step(faults_contracts.DoublesWhenRead(factor=0.75), registered)
    [outcome] = testing.check(step, ["L15"]).broken
    assert "recipe" in outcome.failures[0]


def test_every_law_has_a_fault():
    caught = {law for fault in faults for law in fault.laws}
    assert {law.id for law in testing.laws()} == caught
