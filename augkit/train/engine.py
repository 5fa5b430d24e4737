"""Engine: the network of a job, and the trainer that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning.pytorch as lightning
import torch
from lightning.pytorch.loggers import Logger

from augkit.train.config import RunConfig, located_in
from augkit.train.job import Job
from augkit.train.learner import Learner
from augkit.train.loggers import check_loggers
from augkit.train.optimizers import build_optimizer
from augkit.train.precision import device_type, lightning_name
from augkit.train.ranks import device_number
from augkit.train.schedules import build_schedule


def model_of(job: Job) -> Learner:
    """The network, its first weights drawn from the recipe's seed."""
    torch.manual_seed(job.recipe.seed)
    with located_in(job.section, job.task.config_type):
        model = job.task.learner(job)
        # refuse what torch cannot do while there is no folder yet
        build_schedule(job.config, build_optimizer(job.config, model.groups()), job.steps)
        lightning_name(job.config)
        check_loggers(job.config)
    return model.to(memory_format=model.layout)


def trainer_of(
    config: RunConfig,
    folder: Path,
    callbacks: Sequence[lightning.Callback],
    loggers: Sequence[Logger] = (),
    **more: Any,
) -> lightning.Trainer:
    """``callbacks`` in order: what is beside an epoch is measured before it is written. ``more`` is for Lightning."""
    return lightning.Trainer(
        max_epochs=more.pop("max_epochs", config.epochs),
        precision=lightning_name(config),
        accelerator="auto",
        devices=[device_number()] if device_type() == "cuda" else 1,
        gradient_clip_val=config.clip_norm,
        accumulate_grad_batches=config.accumulate,
        callbacks=list(callbacks),
        logger=list(loggers) or False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        deterministic="warn",
        default_root_dir=folder,
        **more,
    )
