"""nlpaug itself: imported on first use, its augmenters by name, their arguments checked."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from augkit.errors import FieldError, MissingDependency, PluginError
from augkit.rng import lent_globals
from augkit.words import suggestion
from augkit_text.lean import lean_import
from augkit_text.nlpaug_table import COMPOSITIONS, NEEDS, REFUSED, UNREACHABLE

_INSTALL = "pip install 'augkit[text]'"
_FAMILIES = ("char", "word", "sentence")
_UNUSED = frozenset({"torch", "transformers", "fairseq", "librosa", "matplotlib", "nltk"})
_ABSTRACT = frozenset({"Augmenter", "CharAugmenter", "SentenceAugmenter", "WordAugmenter"})
_TRIED = "The quick brown fox, it is said, jumps over 12 lazy dogs. Nobody saw it."


@cache
def classes() -> dict[str, Any]:
    """Every augmenter of texts by name, those that cannot be reached among them."""
    root, *families = _modules()
    found: dict[str, Any] = {}
    for module in families:
        found |= {
            name: value
            for name, value in vars(module).items()
            if inspect.isclass(value) and issubclass(value, root.Augmenter) and name not in _ABSTRACT
        }
    return dict(sorted(found.items()))


def _modules() -> list[Any]:
    """nlpaug, and its modules of augmenters; without what only those need that are refused."""
    try:
        version = metadata.version("nlpaug")
    except metadata.PackageNotFoundError:
        raise MissingDependency(f"`nlpaug` needs nlpaug. Install it: {_INSTALL}") from None
    if not version.startswith("1.1."):
        raise PluginError(f"nlpaug {version} is installed; this step is for 1.1.11. Run: {_INSTALL}")
    try:
        return lean_import(["nlpaug", *(f"nlpaug.augmenter.{family}" for family in _FAMILIES)], _UNUSED)
    except ImportError as error:
        raise MissingDependency(f"`nlpaug` needs {error.name or error}. Install it: {_INSTALL}") from error


def make(name: str, arguments: Mapping[str, Any]) -> Any:
    """An augmenter that was tried once; a name or an argument that the library does not know raises FieldError."""
    made_by = _class(name)
    _check(name, made_by, arguments)
    try:
        made = made_by(**{**_OURS.get(name, {}), **arguments})
        if name == "TfIdfAug":  # it keeps the first model that was read, whatever the path of the next
            made.model = made.get_model(force_reload=True)
        _sorted(made)
        _try(made)
    except NotImplementedError:
        raise FieldError(f"nlpaug/{name}: has no action {arguments.get('action')!r}.", "action") from None
    except (OSError, ValueError, TypeError, AssertionError, KeyError, IndexError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise FieldError(f"nlpaug/{name}: got {dict(arguments)!r}: {said}", _blamed(said, arguments)) from error
    return made


def _class(name: str) -> Any:
    if name in REFUSED:
        raise FieldError(f"nlpaug/{name}: cannot be used: {REFUSED[name]}.", "name")
    if name in COMPOSITIONS:
        raise FieldError(f"nlpaug/{name}: combining is our own: use `{COMPOSITIONS[name]}`.", "name")
    module, install = NEEDS.get(name, ("", ""))
    if module and find_spec(module) is None:
        raise MissingDependency(f"nlpaug/{name} needs {module}. Install it: {install}")
    found = classes().get(name)
    if found is None:
        hint = suggestion(name, [known for known in classes() if known not in REFUSED])
        raise FieldError(f"nlpaug {metadata.version('nlpaug')} has no augmenter {name!r}.{hint}", "name")
    return found


def _check(name: str, made_by: Any, arguments: Mapping[str, Any]) -> None:
    parameters = inspect.signature(made_by.__init__).parameters.values()
    known = {each.name: each for each in parameters if each.name != "self" and each.name not in UNREACHABLE}
    for argument, value in arguments.items():
        if argument not in known:
            own = argument in UNREACHABLE
            hint = " The bridge sets it itself." if own else suggestion(argument, known)
            listing = ", ".join(known)
            raise FieldError(f"nlpaug/{name}: unknown field {argument!r}.{hint} Fields: {listing}.", argument)
        _check_value(name, argument, value)
    for argument, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and argument not in arguments:
            raise FieldError(f"nlpaug/{name}: field {argument!r} is required.", argument)


def _check_value(name: str, argument: str, value: Any) -> None:
    if callable(value):
        raise FieldError(f"nlpaug/{name}: {argument}: got {value!r}; a recipe can hold no function.", argument)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if argument.endswith("_p") and not (number and math.isfinite(value) and 0 <= value <= 1):
        raise FieldError(f"nlpaug/{name}: {argument}: got {value!r}; expected a fraction, 0 to 1.", argument)
    counts = argument.endswith(("_min", "_max", "min_char", "top_k"))
    if counts and value is not None and not (isinstance(value, int) and number and value >= 0):
        raise FieldError(f"nlpaug/{name}: {argument}: got {value!r}; expected a whole number of at least 0.", argument)


def _sorted(made: Any) -> None:
    """Its list of misspellings is in the order of Python's hashes, which is another in every process."""
    listed = getattr(getattr(made, "model", None), "dict", None)
    if isinstance(listed, dict):
        made.model.dict = {word: sorted(others) for word, others in listed.items() if isinstance(others, list)}


def _try(made: Any) -> None:
    """Many a wrong argument shows only when a text is changed."""
    with lent_globals(0):
        made.augment(_TRIED)


def _sentences(text: str) -> list[str]:
    return text.split(". ")


_OURS: dict[str, dict[str, Any]] = {
    "RandomSentAug": {"tokenizer": _sentences},  # else it asks for nltk
    "WordEmbsAug": {"force_reload": True},  # else the vectors of the first path are those of all
}
"""What an augmenter is told beside a recipe's arguments."""


def _blamed(message: str, given: Mapping[str, Any]) -> str | None:
    """The argument that a complaint is about: the one whose value it repeats, or the only one there is."""
    named = [argument for argument, value in given.items() if str(value) in message or argument in message]
    candidates = named or list(given)
    return candidates[0] if len(candidates) == 1 else None
