"""What can be learnt from pictures beside a class for the whole. Imported without torch, which trains."""

from __future__ import annotations

from augkit_image.tasks.detection import ObjectDetection
from augkit_image.tasks.segmentation import Segmentation

__all__ = ["ObjectDetection", "Segmentation"]
