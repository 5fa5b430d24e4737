"""Sound event detection: which sounds there are in a clip, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from augkit.data.classes import in_order
from augkit.data.reading import read_values
from augkit.errors import DataError, FieldError, Where
from augkit.fields import Limits
from augkit.plugins import catalogue
from augkit.schema import Schema
from augkit.train.config import Fields, RunConfig
from augkit.train.task import Task, choose
from augkit.vocab.timeline import Events, Spectrogram

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_audio.tasks.detector import Detector


class DetectionConfig(RunConfig):
    """How to train a detector of events.

    width            channels of the network's first layer; later ones have twice as many
    layers           of two dimensions, each dividing the bins by 4; then three in time alone
    threshold        from which probability on a frame is active
    shortest_ms      shorter events are learnt as if they were so long: the one frame of a click would hardly count
    median_ms        how long a frame's neighbourhood is whose majority counts, which closes gaps and drops specks
    """

    task: Literal["sound_events"] = "sound_events"
    width: Annotated[int, Limits(1, 1024, unit="channels")] = 24
    layers: Annotated[int, Limits(1, 6)] = 3
    threshold: Annotated[float, Limits(0, 1, unit="probability")] = 0.5
    shortest_ms: Annotated[float, Limits(0, 10_000, unit="ms")] = 80.0
    median_ms: Annotated[float, Limits(0, 10_000, unit="ms")] = 50.0
    monitor: Literal["val_loss", "train_loss", "val_segment_f1", "val_event_f1"] = "val_loss"


class EventDetection(Task):
    """Every frame learns which events it lies in; frames that lie in an event together are told as one.

    ``segment_f1``: over segments of a second, micro-averaged. ``event_f1``: events whose onset is found within 200 ms,
    and their end within 200 ms or half their length. Both as sed_eval defines them (Mesaros et al. 2016).
    """

    config_type = DetectionConfig
    scores = ("segment_f1", "event_f1")

    def fields(self, config: DetectionConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The spectrogram and the events that ``config`` names, or the only ones there are."""
        types = {name: catalogue().load("target", kind) for name, kind in kinds.items()}
        spectra = [name for name, kind in types.items() if kind is Spectrogram]
        events = [name for name, kind in types.items() if issubclass(kind, Events)]
        return Fields(
            choose("input", config.input, kinds, spectra, "of kind 'spectrogram'", config.task, where),
            choose("target", config.target, kinds, events, "of kind 'events'", config.task, where),
        )

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The labels of the events of the training split; DataError where there are none, or validation has others."""
        train, val = ({*labels_of(opened, split, fields.target)} for split in ("train", "val"))
        if not train:
            raise DataError(f"{fields.target}: the training split has no event at all; nothing can be learnt.")
        unknown = sorted(str(label) for label in val - train)
        if unknown:
            listing = ", ".join(map(repr, unknown[:5]))
            raise DataError(f"{fields.target}: the validation split has {listing}, which the training split has not.")
        return in_order(train)

    def learner(self, design: Design) -> Detector:
        """A small network for every frame."""
        from augkit_audio.tasks.detector import Detector

        config, channels, bins = design.config, *design.shape[1:3]
        if bins < 4 ** (config.layers - 1):
            raise FieldError(
                f"layers: {config.layers} layers divide the bins by 4 each, and there are {bins}.", "layers"
            )
        return Detector(config, design.fields, design.classes, channels, design.steps, design.recipe.seed)

    def network(self, config: DetectionConfig) -> str:
        """Its layers."""
        return f"{config.layers} + 3 layers of {config.width} channels and more"

    def facts(self, job: Job) -> dict[str, Any]:
        """Nothing more."""
        return {}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The F1 of saying that everything is heard all the time."""
        return f"marking every class everywhere: {metrics['last']['val_everywhere_segment_f1']:.3f}"


def labels_of(opened: Opened, split: Any, field: str) -> Iterator[Any]:
    """The label of every event of a split, as the source has it; sounds are not read."""
    schema = opened.recipe.schema
    alone = Schema({field: schema.fields[field]}, ())
    for key in opened.keys(split):
        known = opened.source.meta(key)
        raw = known if field in known else opened.source.load(key)
        value = read_values(raw, alone, opened.source.root, None)[field]
        events, _ = Events.read(value, schema.fields[field].options, {})
        if len(events) and "label" not in events.columns:
            raise DataError(
                f"{field}: the events have no `label`; they have {', '.join(events.columns) or 'none'}.", key
            )
        yield from events.columns.get("label", [])
