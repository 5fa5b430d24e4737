import pytest
from hypothesis import settings

# Busy machines are slow: no deadlines. The check finds the same faults every time; `make fuzz` looks for new ones.
settings.register_profile("check", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("fuzz", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile("check")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """What steps keep of the files that they were given goes where the tests' other files go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUGKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
