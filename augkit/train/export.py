"""Export: a trained network as one file that runs without augkit, with its normalization and its classes inside."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from augkit import __version__
from augkit.combine import Step
from augkit.data.whole import write_whole
from augkit.errors import AugkitError, MissingDependency, RecipeError
from augkit.plan import Plan
from augkit.recipe.resolved import as_written
from augkit.train.trained import Trained

Format = Literal["onnx", "torch"]
ENDINGS: Mapping[Format, str] = {"onnx": ".onnx", "torch": ".pt2"}
_TOLERANCE = 1e-4
_OPSET = 18


class Exported(nn.Module):
    """``network`` behind the standardization that the recipe ends with. Where there is one, in: uint8 (b, h, w, c);
    else what the network reads. Out: probabilities.
    """

    def __init__(self, network: nn.Module, standardization: tuple[Any, Any] | None) -> None:
        super().__init__()
        self.network = network
        self.levels = standardization is not None
        mean, std = (torch.tensor(numbers).reshape(-1, 1, 1) for numbers in standardization or (0.0, 1.0))
        self.mean, self.std = nn.Buffer(mean), nn.Buffer(std)

    def forward(self, given: Tensor) -> Tensor:
        if self.levels:
            given = (given.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.std
        return self.network(given)  # type: ignore[no-any-return]


def export(trained: Trained, path: Path, format: Format = "onnx") -> dict[str, Any]:
    """Write the network of a run to ``path``, and return what the file says of itself.

    ``onnx`` has it in its metadata, ``torch`` (a ``torch.export`` program) in the extra file ``augkit.json``: the
    classes, the shape of what goes in, and the steps that must be taken before. What was written is read back and must
    give the same probabilities. Raises RecipeError for a network that has no such form (it reads texts, say).
    """
    network = trained.model.exported()
    if network is None or trained.design.shape is None:
        raise RecipeError(f"{trained.folder}: its network reads no tensor, which is what can be exported.")
    standardization, before = _ending(trained)
    module = Exported(network, standardization).eval()
    example = _example(trained.design.shape[1:], module.levels)
    about = _about(trained, before, example)
    with torch.random.fork_rng(devices=[]), torch.inference_mode(mode=False), torch.no_grad():
        wanted = module(example)
        write = {"onnx": _write_onnx, "torch": _write_torch}[format]
        write_whole(path, lambda unfinished: write(module, example, about, unfinished))
        found = {"onnx": _run_onnx, "torch": _run_torch}[format](path, example)
    off = float((found - wanted).abs().max())
    if off > _TOLERANCE:
        raise AugkitError(f"{path}: what was written gives probabilities that are {off:g} off; it is not to be used.")
    return about


def _ending(trained: Trained) -> tuple[tuple[Any, Any] | None, list[Any]]:
    """The standardization that the steps end with, if they do, and what is to be done before, as a recipe says it."""
    steps, name = trained.recipe.eval_steps, trained.model.fields.input
    known = None
    if steps and isinstance(steps[-1], Step):
        met = Plan(steps[:-1], trained.schema).out_schema.fields[name].type
        if met.normalized_by is not None and met.normalized_by == steps[-1].name:
            known = getattr(steps[-1].transform, "standardization", None)
    return known, [_said(leaf) for node in (steps if known is None else steps[:-1]) for leaf in node.leaves()]


def _said(step: Step) -> dict[str, Any]:
    fields = vars(step.transform)
    return {step.name: {name: as_written(value) for name, value in fields.items() if value is not None}}


def _example(shape: Sequence[int], levels: bool) -> Tensor:
    """Two samples; ``shape`` is that of one as the network reads it, channels first."""
    generator = torch.Generator().manual_seed(0)
    if levels:
        return torch.randint(0, 256, (2, *shape[1:], shape[0]), generator=generator, dtype=torch.uint8)
    return torch.rand((2, *shape), generator=generator)


def _about(trained: Trained, before: Sequence[Any], example: Tensor) -> dict[str, Any]:
    shape = ["batch", *example.shape[1:]]
    return {
        "task": trained.model.config.task,
        "classes": list(trained.model.classes),
        "input": {
            "name": trained.model.fields.input,
            "dtype": str(example.dtype).removeprefix("torch."),
            "shape": shape,
        },
        "steps_before": list(before),
        "augkit": __version__,
    }


def _write_onnx(module: nn.Module, example: Tensor, about: Mapping[str, Any], path: Path) -> None:
    with _needed("onnx", "onnxscript"):
        import onnx

        program = torch.onnx.export(
            module,
            (example,),
            input_names=[about["input"]["name"]],
            output_names=["probabilities"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        model = program.model_proto
        onnx.helper.set_model_props(model, {name: json.dumps(value, default=str) for name, value in about.items()})
        onnx.save(model, path)


def _run_onnx(path: Path, example: Tensor) -> Tensor:
    with _needed("onnxruntime"):
        import onnxruntime  # type: ignore[import-untyped]

        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return torch.from_numpy(session.run(None, {session.get_inputs()[0].name: example.numpy()})[0])


def _write_torch(module: nn.Module, example: Tensor, about: Mapping[str, Any], path: Path) -> None:
    program = torch.export.export(module, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    written = BytesIO()  # it is particular about names of files
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No complete tensor found", UserWarning)
        torch.export.save(program, written, extra_files={"augkit.json": json.dumps(about, default=str)})
    path.write_bytes(written.getvalue())


def _run_torch(path: Path, example: Tensor) -> Tensor:
    return torch.export.load(path).module()(example)  # type: ignore[no-any-return]


@contextmanager
def _needed(*packages: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        names = " and ".join(packages)
        raise MissingDependency(f"onnx files need {names}: pip install 'augkit[export]'") from error
