"""What can be learnt from sounds: which there are from when to when, and a class of each. Imported without torch, which
trains.
"""

from __future__ import annotations

from augkit_audio.tasks.clips import SoundClassification
from augkit_audio.tasks.events import EventDetection

__all__ = ["EventDetection", "SoundClassification"]
