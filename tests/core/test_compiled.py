"""Compiled functions are kept where there is a place, and work where there is none."""

import importlib.util
import math
import subprocess
import sys

import pytest

numba = pytest.importorskip("numba", reason="numba is an extra: image, audio")

from augkit.compiled import compiled  # noqa: E402

MODULE = "from augkit.compiled import compiled\n@compiled('float64(float64)')\ndef half(x):\n    return x / 2\n"


def test_a_function_that_has_no_file_cannot_be_kept_and_is_compiled_all_the_same():
    space = {}
    exec("def double(x):\n    return 2 * x", space)
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(space["double"])
    assert compiled()(space["double"])(2.5) == 5.0


def test_a_function_of_a_file_is_kept_beside_it(tmp_path):
    (tmp_path / "halved.py").write_text(MODULE)
    spec = importlib.util.spec_from_file_location("halved", tmp_path / "halved.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.half.nopython_signatures and module.half(5.0) == 2.5  # compiled when it was loaded
    assert list((tmp_path / "__pycache__").glob("halved.half-*.nbc"))


def test_a_division_by_zero_gives_what_ieee_says_unless_asked_otherwise():
    def ratio(a, b):
        return a / b

    def share(a, b):
        return a / b

    assert compiled()(ratio)(1.0, 0.0) == math.inf
    with pytest.raises(ZeroDivisionError):
        compiled(error_model="python")(share)(1.0, 0.0)


def test_numba_is_imported_when_something_is_compiled():
    lines = ["import sys", "from augkit.compiled import compiled", "print('numba' in sys.modules)", "compiled()"]
    code = "\n".join([*lines, "print('numba' in sys.modules)"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
