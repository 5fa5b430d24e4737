"""Every law over every registered step of the plugins that ship with augkit."""

import pytest

from augkit import testing
from augkit.plugins import catalogue

STEPS = testing.all_steps("image", "audio", "text")


@testing.parametrize_with_checks(STEPS)
def test_laws(check):
    check()


@pytest.mark.long
@testing.parametrize_with_checks(STEPS, examples=150)
def test_laws_at_length(check):
    check()


def test_no_step_is_left_out():
    names = {name for name in catalogue().names("transform") if name.split("/")[0] in ("image", "audio", "text")}
    assert {step.name for step in STEPS} == names
