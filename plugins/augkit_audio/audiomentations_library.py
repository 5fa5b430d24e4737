"""audiomentations itself: imported on first use, its transforms by name, their arguments checked."""

from __future__ import annotations

import importlib
import inspect
import math
import os
import re
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from augkit.errors import FieldError, MissingDependency, PluginError
from augkit.words import suggestion
from augkit_audio.audiomentations_table import COMPOSITIONS, FILES, INNER, NEEDS, REFUSED, UNREACHABLE

_INSTALL = "pip install 'augkit[audiomentations]'"


@cache
def library() -> Any:
    """The module; MissingDependency where it is not installed, PluginError where it is another version."""
    try:
        version = metadata.version("audiomentations")
        found = importlib.import_module("audiomentations")
    except (metadata.PackageNotFoundError, ImportError) as error:
        missing = getattr(error, "name", None) or "audiomentations"
        raise MissingDependency(f"`audiomentations` needs {missing}. Install it: {_INSTALL}") from None
    if not version.startswith("0.43."):
        raise PluginError(f"audiomentations {version} is installed; this step is for 0.43. Run: {_INSTALL}")
    return found


@cache
def classes() -> dict[str, Any]:
    """Every transform by name, those that cannot be reached among them."""
    module = library()
    base = importlib.import_module("audiomentations.core.transforms_interface").BaseWaveformTransform
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value)}
    return {name: found[name] for name in sorted(found) if issubclass(found[name], base)}


def make(name: str, arguments: Mapping[str, Any]) -> Any:
    """A transform that always applies; a name or an argument that the library does not know raises FieldError."""
    made_by = _class(name)
    _check(name, made_by, arguments)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            made = made_by(**arguments, p=1.0)
        except (TypeError, ValueError, AssertionError, KeyError) as error:
            words = " ".join(str(error).split()) or "it refuses these values"
            raise _wrong(name, arguments, words) from error
    if said:
        raise _wrong(name, arguments, " ".join(str(said[0].message).split()))
    for listing in ("sound_file_paths", "ir_files"):
        if hasattr(made, listing):  # it lists folders in the order of the disk
            setattr(made, listing, sorted(getattr(made, listing)))
    return made


def fresh(made: Any) -> Any:
    """A copy with parameters of its own; ``copy`` would warn of caches that do not come along."""
    copied = object.__new__(type(made))
    copied.__dict__.update(made.__dict__)
    copied.parameters = dict(made.parameters)
    for name in INNER:
        inner = getattr(made, name, None)
        if inner is not None:
            setattr(copied, name, [fresh(each) for each in inner] if isinstance(inner, list) else fresh(inner))
    return copied


def parts_of(made: Any) -> list[Any]:
    """The transform, and those that it is made of."""
    found = [made]
    for name in INNER:
        inner = getattr(made, name, None)
        if inner is not None:
            found += inner if isinstance(inner, list) else [inner]
    return found


def _class(name: str) -> Any:
    if name in REFUSED:
        raise FieldError(f"audiomentations/{name}: cannot be used: {REFUSED[name]}.", "name")
    if name in COMPOSITIONS:
        raise FieldError(f"audiomentations/{name}: combining is our own: use `{COMPOSITIONS[name]}`.", "name")
    found = classes().get(name)
    if found is None:
        hint = suggestion(name, [known for known in classes() if known not in REFUSED])
        version = metadata.version("audiomentations")
        raise FieldError(f"audiomentations {version} has no transform {name!r}.{hint}", "name")
    module, install = NEEDS.get(name, ("", ""))
    if module and find_spec(module) is None:
        raise MissingDependency(f"audiomentations/{name} needs {module}. Install it: {install}")
    return found


def _check(name: str, made_by: Any, arguments: Mapping[str, Any]) -> None:
    parameters = inspect.signature(made_by.__init__).parameters.values()
    usual = [each for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD]
    known = {each.name: each for each in usual if each.name != "self" and each.name not in UNREACHABLE}
    for argument, value in arguments.items():
        if argument not in known:
            reason = UNREACHABLE.get(argument)
            hint = f" {reason}" if reason else suggestion(argument, known)
            listing = ", ".join(known) or "none"
            raise FieldError(f"audiomentations/{name}: unknown field {argument!r}.{hint} Fields: {listing}.", argument)
        if callable(value) or (isinstance(value, float) and not math.isfinite(value)):
            raise FieldError(f"audiomentations/{name}: {argument}: got {value!r}; expected a finite value.", argument)
    for argument, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and argument not in arguments:
            raise FieldError(f"audiomentations/{name}: field {argument!r} is required.", argument)
    if name in FILES:
        _check_files(name, FILES[name], arguments[FILES[name]])


def _check_files(name: str, argument: str, path: Any) -> None:
    if not isinstance(path, str):
        raise FieldError(f"audiomentations/{name}: {argument}: got {path!r}; expected one folder or file.", argument)
    if not os.path.exists(path):
        raise FieldError(f"audiomentations/{name}: {argument}: there is no {path} (seen from {os.getcwd()}).", argument)
    find = importlib.import_module("audiomentations.core.utils").find_audio_files_in_paths
    if not find(path):
        raise FieldError(f"audiomentations/{name}: {argument}: {path} holds no sounds.", argument)


def _wrong(name: str, given: Mapping[str, Any], words: str) -> FieldError:
    named = [argument for argument in given if re.search(rf"\b{argument}\b", words)] or list(given)
    return FieldError(f"audiomentations/{name}: got {dict(given)!r}: {words}", named[0] if len(named) == 1 else None)
