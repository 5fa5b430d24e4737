"""Every planted fault, and the right steps that they are broken versions of."""

from tests.laws import faults_space, faults_streams
from tests.laws.plant import faults

RIGHT = (*faults_space.RIGHT, *faults_streams.RIGHT)

__all__ = ["RIGHT", "faults"]
