"""Objects as COCO writes them: a square, a person with keypoints, a crowd."""

from __future__ import annotations

import numpy as np

from augkit_image import rle

H, W = 12, 10
BLOB = np.zeros((H, W), dtype=bool)
BLOB[2:7, 3:9] = True
BLOB[4, 5] = False
CATEGORIES = [
    {"id": 18, "name": "dog", "supercategory": "animal"},
    {"id": 1, "name": "person", "keypoints": ["nose", "left_eye", "right_eye"], "skeleton": [[1, 2]]},
]
SQUARE = {
    "id": 3_000_000_001,
    "image_id": 42,
    "category_id": 18,
    "bbox": [1, 2, 4, 5.5],
    "area": 22,
    "iscrowd": 0,
    "segmentation": [[1, 2, 5, 2, 5, 7.5, 1, 7.5], [7, 0, 9, 0, 9, 3, 7, 3]],
}
POSED = {
    "id": 7,
    "image_id": 42,
    "category_id": 1,
    "bbox": [3, 2, 6, 5],
    "area": 29.0,
    "iscrowd": 0,
    "segmentation": {"counts": rle.encode(BLOB), "size": [H, W]},
    "keypoints": [4, 3, 2, 6, 5, 1, 0, 0, 0],
    "num_keypoints": 2,
}
CROWD = {
    "id": 900,
    "image_id": 5,
    "category_id": 1,
    "bbox": [0, 0, 10, 2],
    "area": 20.0,
    "iscrowd": 1,
    "segmentation": {"counts": rle.unpack(rle.encode(BLOB)).tolist(), "size": [H, W]},
}
