"""What a plain YAML scalar means: the core schema of YAML 1.2, section 10.3.2.

So ``1e-4`` is a number, ``no`` and ``on`` are text, ``012`` is twelve: PyYAML alone follows YAML 1.1 and reads the text
``1e-4``, False, True and ten.
"""

from __future__ import annotations

import math
import re

from augkit.errors import RecipeError, Where

CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
WHOLE = re.compile(r"[-+]?[0-9]+")
BASED = re.compile(r"0o(?P<octal>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)")
REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"(?P<sign>[-+]?)\.(inf|Inf|INF)")
NOT_A_NUMBER = (".nan", ".NaN", ".NAN")
MOST_DIGITS = 1000


def resolve(text: str, where: Where) -> bool | int | float | str | None:
    """The value of an unquoted scalar; RecipeError for numbers that no computer number holds."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if len(text) > MOST_DIGITS and (WHOLE.fullmatch(text) or BASED.fullmatch(text) or REAL.fullmatch(text)):
        raise RecipeError(f"a number of {len(text)} digits; quote it if it is text.", where)
    if WHOLE.fullmatch(text):
        return int(text)
    if based := BASED.fullmatch(text):
        return int(based["octal"], 8) if based["octal"] else int(based["hex"], 16)
    if REAL.fullmatch(text):
        return _finite(text, where)
    if infinite := INFINITE.fullmatch(text):
        return -math.inf if infinite["sign"] == "-" else math.inf
    return math.nan if text in NOT_A_NUMBER else text


def _finite(text: str, where: Where) -> float:
    value = float(text)
    if math.isinf(value):
        raise RecipeError(
            f"{text} is too large for a number; write .inf for infinity, or quote it if it is text.", where
        )
    return value
