"""A part of a JPEG file, by nvImageCodec on the processor: the same bytes as that part of the whole picture."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from augkit.errors import MissingDependency
from augkit_image.border import Array
from augkit_image.jpeg_file import Header, turned
from augkit_image.rectangle import Rectangle

_known = threading.local()
_quietly = threading.Lock()


def decode_region(data: bytes, header: Header, part: Rectangle) -> Array | None:
    """(h, w, 3) uint8: rows and columns ``part`` of the upright picture; None where nvImageCodec finds no picture.

    Damage within the file goes unseen: nvImageCodec reads over it, and does not read what lies below the part.
    """
    codec, decoder, how = _decoder()
    rows, columns = stored(part, header)
    region = codec.Region(rows.start, columns.start, rows.stop, columns.stop)
    found = decoder.decode(codec.CodeStream(data).get_sub_code_stream(region=region), params=how)
    return None if found is None else turned(np.asarray(found.cpu()), header.orientation)


def stored(part: Rectangle, header: Header) -> Rectangle:
    """Where a part of the upright picture lies in the file, whose rows may run otherwise."""
    flip_y, flip_x = header.orientation in (3, 4, 7, 8), header.orientation in (2, 3, 6, 7)
    height, width = header.upright
    rows, columns = _mirrored(part[0], height, flip_y), _mirrored(part[1], width, flip_x)
    return (columns, rows) if header.orientation >= 5 else (rows, columns)


def _mirrored(side: slice, length: int, flip: bool) -> slice:
    return slice(length - side.stop, length - side.start) if flip else side


def library() -> Any:
    """nvImageCodec; MissingDependency where it is not installed: a recipe says how its files are read."""
    os.environ.setdefault("PYNVIMGCODEC_VERBOSITY", "0")  # what is broken is said by an error of ours
    try:
        with _quiet():
            from nvidia import nvimgcodec
    except ImportError:
        raise MissingDependency(
            "the decoder 'nvimgcodec' needs nvImageCodec. Install it: pip install 'augkit[nvimgcodec]'"
        ) from None
    return nvimgcodec


def _decoder() -> tuple[Any, Any, Any]:
    """The library, a decoder of this thread's own, and how it decodes; one made before a fork has lost its threads."""
    if getattr(_known, "process", None) != os.getpid():
        codec = library()
        on_processor = codec.Backend(codec.BackendKind.CPU_ONLY)
        with _quiet():
            made = codec.Decoder(
                device_id=codec.NVIMGCODEC_DEVICE_CPU_ONLY,
                max_num_cpu_threads=1,
                backends=[on_processor],
                options=":fancy_upsampling=1",  # as libjpeg does, else colours differ along edges
            )
        how = codec.DecodeParams(apply_exif_orientation=False, sample_format=codec.SampleFormat.I_RGB)
        _known.process, _known.decoder = os.getpid(), (codec, made, how)
    return _known.decoder  # type: ignore[no-any-return]


@contextmanager
def _quiet() -> Iterator[None]:
    # It tells standard error of every GPU library that is not there, which a processor has no use for.
    with _quietly:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
