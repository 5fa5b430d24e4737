"""Checks before and during training: small functions on any PyTorch model and loader, each of which gives a Finding.

``run`` makes those that need no training; ``augkit train`` makes all of them, see ``augkit.train.watch``.
"""

from augkit.train.checks.before import Subject, run
from augkit.train.checks.destroyed import destroyed
from augkit.train.checks.finding import Finding
from augkit.train.checks.inputs import Expected, input_statistics
from augkit.train.checks.labels import labels_follow
from augkit.train.checks.leakage import Print, leakage, print_of
from augkit.train.checks.lending import lent
from augkit.train.checks.losses import Guessing, first_loss
from augkit.train.checks.overfit import overfit_one_batch
from augkit.train.checks.steps import first_gradients, first_updates, gradients, matrices, update_ratios, updates
from augkit.train.checks.units import UnitActivity, unit_activity
from augkit.train.checks.weights import initial_weights

__all__ = [
    "Expected",
    "Finding",
    "Guessing",
    "Print",
    "Subject",
    "UnitActivity",
    "destroyed",
    "first_gradients",
    "first_loss",
    "first_updates",
    "gradients",
    "initial_weights",
    "input_statistics",
    "labels_follow",
    "leakage",
    "lent",
    "matrices",
    "overfit_one_batch",
    "print_of",
    "run",
    "unit_activity",
    "update_ratios",
    "updates",
]
