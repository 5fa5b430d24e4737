"""The rates that docs/checks.md and docs/diagnosis.md tell, on seeds that neither was made from; minutes long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from augkit.train.diagnosis import diagnose
from tests.benchmarks.diagnoses import PATHOLOGIES, curves, drawn
from tests.benchmarks.faults import MODALITIES, named
from tests.benchmarks.faulty import FAULTS, NETWORKS


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.long
@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("network", NETWORKS)
def test_faults_are_found_under_their_names_and_healthy_runs_are_left_alone(modality: str, network: str) -> None:
    wrong = []
    for fault, (names, _) in FAULTS.items():
        for seed in (200, 201):
            first, _ = named(fault, modality, network, seed)
            wrong += [] if first in (names or ("nothing",)) else [(fault, seed, first)]
    assert len(wrong) <= 1, wrong


@pytest.mark.long
@pytest.mark.parametrize("data", ["digits", "tones"])
def test_curves_of_real_runs_are_diagnosed_as_they_were_made(data: str) -> None:
    wrong = []
    for made in PATHOLOGIES:
        for seed in (300, 301, 302):
            run = curves(data, drawn(made, np.random.default_rng([seed, len(made)])), seed)
            said = diagnose(run["train"], run["val"], run["clean"]).verdict
            wrong += [] if said == made else [(made, seed, said)]
    assert len(wrong) <= 3, wrong
