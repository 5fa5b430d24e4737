"""What pictures meet outside the data set: five severities of each, mildest first, as a recipe would write them."""

from __future__ import annotations

CORRUPTIONS = {
    "noise": [{"image/gaussian_noise": {"std": std}} for std in (0.04, 0.08, 0.12, 0.18, 0.26)],
    "blur": [{"image/gaussian_blur": {"sigma": sigma}} for sigma in (0.5, 1, 1.5, 2, 3)],
    "motion": [{"image/motion_blur": {"length": length}} for length in (3, 5, 7, 9, 13)],
    "bright": [{"image/brightness": {"factor": factor}} for factor in (1.2, 1.4, 1.6, 1.8, 2)],
    "dark": [{"image/brightness": {"factor": factor}} for factor in (0.8, 0.65, 0.5, 0.35, 0.2)],
    "contrast": [{"image/contrast": {"factor": factor}} for factor in (0.8, 0.65, 0.5, 0.35, 0.2)],
    "jpeg": [{"image/jpeg": {"quality": quality}} for quality in (25, 18, 15, 10, 7)],
}
"""After ImageNet-C (Hendrycks and Dietterich 2019), whose strengths of noise and JPEG these are, or milder ones."""
