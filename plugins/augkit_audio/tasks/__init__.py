"""What can be learnt from sounds beside a class for the whole clip. Imported without torch, which trains."""

from __future__ import annotations

from augkit_audio.tasks.events import EventDetection

__all__ = ["EventDetection"]
