"""What a policy chooses among when a recipe names no steps."""

STEPS = (
    "image/rotate",
    {"image/affine": {"id": "shear", "degrees": 0, "translate": 0, "scale": 1}},
    {"image/affine": {"id": "translate", "degrees": 0, "scale": 1, "shear_degrees": 0}},
    "image/brightness",
    "image/contrast",
    "image/saturation",
    "image/sharpen",
    "image/posterize",
    "image/solarize",
    "image/auto_contrast",
    "image/equalize",
)
"""Those of RandAugment (Cubuk et al. 2020), without the one that does nothing; here a shift works along both axes at
once, and a shear along x. Recipes without ``steps`` change with this list."""
