"""Every planted fault, and the right steps that they are broken versions of."""

from tests.laws import (
    faults_contracts,
    faults_objects,
    faults_shapes,
    faults_space,
    faults_streams,
    faults_text,
    faults_time,
)
from tests.laws.plant import faults

RIGHT = (*faults_space.RIGHT, *faults_streams.RIGHT, *faults_time.RIGHT, *faults_text.RIGHT)

__all__ = ["RIGHT", "faults", "faults_contracts", "faults_objects", "faults_shapes"]
