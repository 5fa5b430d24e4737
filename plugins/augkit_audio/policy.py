"""What a policy chooses among when a recipe names no steps."""

STEPS = (
    "audio/gain",
    "audio/time_stretch",
    "audio/add_noise",
    "audio/gain_transition",
    "audio/compress",
    "audio/equalizer",
    "audio/low_shelf",
    "audio/high_shelf",
    "audio/clipping_distortion",
    "audio/tanh_distortion",
    "audio/bit_crush",
)
"""Recipes without ``steps`` change with this list."""
