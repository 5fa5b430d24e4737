"""albumentations itself: imported on first use, its classes by name, its arguments checked."""

from __future__ import annotations

import importlib
import inspect
import math
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from types import ModuleType
from typing import Any

from augkit.errors import FieldError, MissingDependency, PluginError
from augkit.words import suggestion
from augkit_image.bridge_table import COMPOSITIONS, CONSTANTS, REFUSED

_INSTALL = "pip install 'albumentations>=2.0.8,<2.1'"
_NO_CALL = "NO_ALBUMENTATIONS_UPDATE"
_ADVICE = re.compile("special case|specialized|alias for|slow|deprecated|consider using", re.IGNORECASE)
_ABSTRACT = ("BasicTransform", "DualTransform", "ImageOnlyTransform", "Transform3D")


@cache
def library() -> ModuleType:
    """The module; without its call home. Its AGPL successor, which takes the same name, is refused by distribution."""
    if _version("albumentationsx"):
        raise PluginError(
            "albumentationsx (AGPL-3.0) is installed, and it takes the import name of albumentations (MIT), which this "
            f"step is for. Run: pip uninstall albumentationsx; {_INSTALL}"
        )
    # What it says of gray pictures while it is applied. One filter for all: setting them anew is not safe in threads.
    warnings.filterwarnings(
        "ignore", "The image is already|HueSaturationValue: hue_shift|Neither valid mask", UserWarning
    )
    with _no_call_home():
        try:
            found = importlib.import_module("albumentations")
        except ImportError as error:
            raise MissingDependency(f"`albumentations` needs {error.name or error}. Install it: {_INSTALL}") from error
    version = _version("albumentations")
    if not version.startswith("2.0."):
        raise PluginError(f"albumentations {version} is installed; this step is for 2.0.8. Run: {_INSTALL}")
    return found


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


@contextmanager
def _no_call_home() -> Iterator[None]:
    kept = os.environ.get(_NO_CALL)
    os.environ[_NO_CALL] = "1"
    try:
        yield
    finally:
        if kept is None:
            del os.environ[_NO_CALL]
        else:
            os.environ[_NO_CALL] = kept


@cache
def classes() -> dict[str, Any]:
    """Every transform of the library by name, those that cannot be reached among them."""
    module = library()
    found = {name: value for name, value in vars(module).items() if inspect.isclass(value)}
    return {
        name: found[name]
        for name in sorted(found)
        if issubclass(found[name], module.BasicTransform) and name not in _ABSTRACT
    }


def make(name: str, arguments: Mapping[str, Any]) -> Any:
    """An instance that always applies; a name or an argument that the library does not know raises FieldError."""
    made_by = _class(name)
    allowed = [each for each in inspect.signature(made_by.__init__).parameters if each not in ("self", "p", "strict")]
    for argument in arguments:
        if argument not in allowed:
            listing = ", ".join(allowed) or "none"
            hint = " How often it runs is the step's own `p`." if argument == "p" else suggestion(argument, allowed)
            raise FieldError(f"albumentations/{name}: unknown field {argument!r}.{hint} Fields: {listing}.", argument)
    given = {argument: _argument(argument, value) for argument, value in arguments.items()}
    _validate(name, made_by, given)
    with _nothing_replaced(name, given):
        try:
            made = made_by(**given, p=1.0)
        except (TypeError, ValueError) as error:
            said = _said(error)
            raise FieldError(f"albumentations/{name}: {said}", _blamed(said, given)) from error
    made.set_processors(_processors())
    return made


def _class(name: str) -> Any:
    if name in REFUSED:
        raise FieldError(f"albumentations/{name}: cannot be used: {REFUSED[name]}.", "name")
    if name in COMPOSITIONS:
        raise FieldError(f"albumentations/{name}: combining is our own: use `{COMPOSITIONS[name]}`.", "name")
    found = classes().get(name)
    if found is None:
        version = _version("albumentations")
        hint = suggestion(name, [known for known in classes() if known not in REFUSED])
        raise FieldError(f"albumentations {version} has no transform {name!r}.{hint}", "name")
    return found


def _argument(name: str, value: Any) -> Any:
    if callable(value):
        raise FieldError(f"{name}: got {value!r}; a recipe can hold no function. Write a Transform instead.", name)
    if not _finite(value):
        raise FieldError(f"{name}: got {value!r}; expected finite numbers.", name)
    if name.startswith("max_size") and not _sizes(value):
        raise FieldError(f"{name}: got {value!r}; expected pixels, at least 1.", name)
    if name == "reference_images":
        _check_files(name, value)
    if name == "mask_interpolation" and value not in (0, "nearest"):
        raise FieldError(
            f"{name}: got {value!r}; masks are always moved with `nearest`, or classes are invented.", name
        )
    words = CONSTANTS.get(name.removeprefix("mask_"))
    if words is None or not isinstance(value, str):
        return value
    if value not in words:
        raise FieldError(f"{name}: got {value!r}.{suggestion(value, words)} Expected one of {', '.join(words)}.", name)
    return words[value]


def _finite(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _sizes(value: Any) -> bool:
    given = value if isinstance(value, list | tuple) else [value]
    return all(not isinstance(each, int | float) or each >= 1 for each in given)


def _check_files(name: str, value: Any) -> None:
    """Its pictures are data that the recipe names, as a source's are; a missing one is found before any is moved."""
    for path in value if isinstance(value, list | tuple) else [value]:
        if not (isinstance(path, str) and os.path.isfile(path)):
            raise FieldError(
                f"{name}: there is no picture {path!r} (seen from {os.getcwd()}); expected a list of image files.", name
            )


def _validate(name: str, made_by: Any, given: Mapping[str, Any]) -> None:
    # Asked before the constructor, which would turn a failure of the schema into a warning and take its defaults.
    from pydantic import ValidationError

    schema = made_by.InitSchema
    parameters = inspect.signature(made_by.__init__).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.default is not inspect.Parameter.empty}
    values = {key: value for key, value in {**defaults, **given}.items() if key in schema.model_fields}
    with _nothing_replaced(name, given):
        try:
            schema(**{**values, "p": 1.0, "strict": False})
        except ValidationError as error:
            raise _in_our_words(name, error, given) from error
        except (TypeError, ValueError, IndexError) as error:
            raise FieldError(
                f"albumentations/{name}: got {dict(given)!r}: {_said(error)}", _blamed(_said(error), given)
            ) from error


@contextmanager
def _nothing_replaced(name: str, given: Mapping[str, Any]) -> Iterator[None]:
    """Its warning that it goes on with another value than the given one is an error; its advice is not printed."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    for each in said:
        message = " ".join(str(each.message).split())
        if not issubclass(each.category, DeprecationWarning | FutureWarning) and not _ADVICE.search(message):
            raise FieldError(f"albumentations/{name}: got {dict(given)!r}: {message}", _blamed(message, given))


def _said(error: Exception) -> str:
    complaints = re.findall(r"Value error, (.*?) \[type=", str(error))  # pydantic's, which lists what it was given too
    return "; ".join(complaints) if complaints else " ".join(str(error).split())


def _blamed(message: str, given: Mapping[str, Any]) -> str | None:
    """The argument that a complaint is about: the one it names, or the only one there is."""
    named = [argument for argument in given if re.search(rf"\b{argument}\b", message)]
    candidates = named or list(given)
    return candidates[0] if len(candidates) == 1 else None


def _in_our_words(name: str, error: Any, given: Mapping[str, Any]) -> FieldError:
    complaints = error.errors(include_url=False)
    place = complaints[0]["loc"]
    argument = str(place[0]) if place else None
    if complaints[0]["type"] == "missing" and argument not in given:
        return FieldError(f"albumentations/{name}: field {argument!r} is required.", argument)
    said = [each["msg"] for each in complaints if not argument or each["loc"][:1] == place[:1]]
    words = list(dict.fromkeys(_plain(message) for message in said))
    if argument is None:
        said = "; ".join(words)
        return FieldError(f"albumentations/{name}: {said}.", _blamed(said, given))
    got = given.get(argument)
    return FieldError(f"albumentations/{name}: {argument}: got {got!r}; {' or '.join(words)}.", argument)


def _plain(message: str) -> str:
    for opening in ("Value error, ", "Assertion failed, "):
        message = message.removeprefix(opening)
    message = re.sub("^Input should be (?=greater|less)", "expected a number ", message)
    return message.replace("Input should be ", "expected ").rstrip(".")


@cache
def _processors() -> dict[str, Any]:
    # Some transforms leave boxes and points alone unless a composition has lent them its own.
    module = library()
    boxes = importlib.import_module("albumentations.core.bbox_utils").BboxProcessor
    points = importlib.import_module("albumentations.core.keypoints_utils").KeypointsProcessor
    return {
        "bboxes": boxes(module.BboxParams(format="albumentations")),
        "keypoints": points(module.KeypointParams(format="xy", remove_invisible=True)),
    }
