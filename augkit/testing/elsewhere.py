"""The same work in other processes: fresh ones that live on between laws, and a fork of this one."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import pickle
import struct
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, BinaryIO

from augkit.plan import Plan
from augkit.sample import Sample
from augkit.testing.compare import digest
from augkit.testing.subject import LawBroken

_SEEDS = ("1", "4242")
_PATIENCE = 120.0
_SERVE = "from augkit.testing.elsewhere import serve; serve()"


def digests(jobs: Sequence[tuple[Plan, Sample]]) -> list[str]:
    """The outputs' digests from two fresh processes working at once, one of them backwards; they must agree."""
    try:
        asked = [pickle.dumps((sys.path, pickle.dumps(order))) for order in (list(jobs), list(jobs)[::-1])]
    except Exception as error:
        raise LawBroken(f"cannot be sent to a worker process: {type(error).__name__}: {error}") from error
    for worker, question in zip(_workers(), asked, strict=True):
        _send(_pipe(worker.stdin), question)
    first, second = (pickle.loads(_receive(_pipe(worker.stdout))) for worker in _workers())
    for answer in (first, second):
        if isinstance(answer, str):
            raise LawBroken(f"fails in a fresh process: {answer}")
    if first != second[::-1]:
        raise LawBroken(f"two processes with PYTHONHASHSEED {' and '.join(_SEEDS)} and opposite orders disagree")
    return list(first)


@cache
def _workers() -> tuple[subprocess.Popen[bytes], ...]:
    return tuple(_worker(seed) for seed in _SEEDS)


def _worker(seed: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    worker = subprocess.Popen([sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
    atexit.register(_dismiss, worker)
    return worker


def _dismiss(worker: subprocess.Popen[bytes]) -> None:
    _pipe(worker.stdin).close()  # the end of its input is the end of its work
    _pipe(worker.stdout).close()
    try:
        worker.wait(5)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def serve() -> None:
    """Answer jobs from standard input until it ends."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a step prints must not get between the answers
    while question := _receive(questions):
        answer: Any
        try:
            sys.path[:], jobs = pickle.loads(question)  # test modules put their folders on the path as they are met
            answer = [digest(plan(sample)[0]) for plan, sample in pickle.loads(jobs)]
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        _send(answers, pickle.dumps(answer))


def _send(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(struct.pack("<Q", len(message)) + message)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes:
    head = pipe.read(8)
    return pipe.read(struct.unpack("<Q", head)[0]) if len(head) == 8 else b""


def _pipe(pipe: Any) -> BinaryIO:
    return pipe  # type: ignore[no-any-return]


def forked(work: Callable[[], list[str]]) -> list[str]:
    """``work`` done in a fork of this process, as a forked DataLoader worker would; one that hangs is a broken law."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return work()
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(work, theirs), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads: the very point
        child.start()
    theirs.close()
    try:
        if not mine.poll(_PATIENCE):
            raise LawBroken(f"hangs after a fork (nothing for {_PATIENCE:g} s)")
        answer = mine.recv()
    except EOFError:
        raise LawBroken("dies after a fork") from None
    finally:
        child.kill()
        child.join()
    if isinstance(answer, str):
        raise LawBroken(f"fails after a fork: {answer}")
    return list(answer)


def _answer(work: Callable[[], list[str]], pipe: Any) -> None:
    try:
        pipe.send(work())
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
