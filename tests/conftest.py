from hypothesis import settings

# Busy machines are slow: no deadlines. The check finds the same faults every time; `make fuzz` looks for new ones.
settings.register_profile("check", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("fuzz", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile("check")
