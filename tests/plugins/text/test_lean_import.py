"""A library without what it imports in case: cheap for us, whole for everybody else."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from augkit_text.lean import lean_import

PACKAGE = {
    "__init__.py": "",
    "inner.py": "try:\n    import sqlite3.dbapi2\nexcept ImportError:\n    sqlite3 = None\nclass Thing: ...\n",
}
NLPAUG = """
import sys, augkit
aug = augkit.load({"augkit": 1, "sample": {"text": "text"}, "steps": [{"nlpaug": {"name": "KeyboardAug"}}]})
assert aug(text="a word or two", key="a")["text"] != "a word or two"
print(sorted({"torch", "transformers", "librosa", "nlpaug"} & sys.modules.keys()))
import nlpaug.util.selection.filtering as filtering
print(filtering.torch.__name__)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """``optional``, which imports sqlite3 if it can; sqlite3 has not been imported."""
    (tmp_path / "optional").mkdir()
    for name, text in PACKAGE.items():
        (tmp_path / "optional" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    before = {name for name in sys.modules if name.partition(".")[0] in ("sqlite3", "optional")}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    yield "optional.inner"
    for name in [name for name in sys.modules if name.partition(".")[0] == "optional"]:
        del sys.modules[name]


def test_ours_lacks_the_package_and_the_next_one_has_it(package: str) -> None:
    [ours] = lean_import([package], {"sqlite3"})
    assert ours.sqlite3 is None and "sqlite3" not in sys.modules and "optional" not in sys.modules
    import optional.inner

    assert optional.inner.sqlite3 is sys.modules["sqlite3"] and optional.inner.Thing is not ours.Thing
    assert lean_import([package], {"sqlite3"}) == [optional.inner]


def test_the_finders_are_as_before_also_where_the_import_fails(package: str) -> None:
    before = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError, match=r"optional\.nowhere"):
        lean_import([package, "optional.nowhere"], {"sqlite3"})
    assert sys.meta_path == before and "optional" not in sys.modules


def test_another_thread_imports_what_it_wants_meanwhile(package: str, tmp_path: Path) -> None:
    wait = (
        "import threading\nother = threading.Thread(target=__import__, args=['sqlite3'])\nother.start(); other.join()\n"
    )
    (tmp_path / "optional" / "__init__.py").write_text(wait)
    lean_import(["optional"], {"sqlite3"})
    assert "sqlite3" in sys.modules


def test_one_line_of_nlpaug_imports_neither_torch_nor_transformers_and_leaves_a_whole_nlpaug_to_others() -> None:
    if find_spec("nlpaug") is None:
        pytest.skip("the bridge to nlpaug needs nlpaug")
    done = subprocess.run([sys.executable, "-c", NLPAUG], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[]", "torch"], done.stderr
