"""Every law over every registered step of the plugins that ship with augkit."""

import pytest

from augkit import testing
from augkit.plugins import catalogue

PREFIXES = ("image", "audio", "spectrogram", "text")
STEPS = testing.all_steps(*PREFIXES)


@testing.parametrize_with_checks(STEPS)
def test_laws(check):
    check()


@pytest.mark.long
@testing.parametrize_with_checks(STEPS, examples=150)
def test_laws_at_length(check):
    check()


def test_no_step_is_left_out():
    names = {name for name in catalogue().names("transform") if name.split("/")[0] in PREFIXES}
    assert {step.name for step in STEPS} == names
