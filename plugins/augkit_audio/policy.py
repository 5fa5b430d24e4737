"""What a policy chooses among when a recipe names no steps."""

STEPS = ("audio/gain", "audio/time_stretch", "audio/add_noise")
