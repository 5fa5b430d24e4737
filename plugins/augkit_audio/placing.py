"""Steps that move, cut and pad a clip by whole samples: no sample is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from augkit.errors import DataError, FieldError, SkipStep
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target
from augkit.transform import Params, Transform
from augkit.vocab.timeline import Events, Reversed, Rolled, TimeMap
from augkit_audio.required import Places, anywhere, places_with_event, some_left

Content = Mapping[str, Target] | None

LONGEST_S = 86400
_SECONDS = Limits(0, LONGEST_S, unit="s")
_SHORT = Limits(doc="a clip that is shorter gets silence at its end, or is refused")


class Shift(Transform):
    """Move the clip later (positive) or earlier by ``seconds``, rounded to whole samples; its length stays.

    What leaves the clip is cut and silence comes in, or with ``wrap`` it comes in at the other end: an event over the
    seam becomes two. Where a word would be cut, ``on_conflict`` says what to do.
    """

    changes = {"composition"}

    seconds: Annotated[
        Range, Limits(-LONGEST_S, LONGEST_S, neutral=0, strongest=(-0.5, 0.5), unit="s", doc="above 0 is later")
    ] = Range(-0.2, 0.2)
    wrap: Annotated[bool, Limits(doc="what leaves the clip comes in at the other end, instead of silence")] = False

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{}, {"wrap": True}]

    @property
    def params_type(self) -> type[Params]:  # type: ignore[override]
        """A roll where it wraps, else a map."""
        return Rolled if self.wrap else TimeMap

    def keeps_frame(self) -> bool:
        """Always."""
        return True

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """A word at the edge or at the seam may be cut."""
        return cuts_words(kinds, "may cut a word at the seam." if self.wrap else "may cut a word at the clip's edge.")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Rolled | TimeMap:
        samples, rate = frame[Axis.TIME]
        by = round(self.seconds.draw(rng) * rate)
        return Rolled(by, samples, rate) if self.wrap else TimeMap.window((samples, rate), -by, samples)


class Crop(Transform[TimeMap]):
    """``seconds`` of the clip, from anywhere in it or from ``start`` on. Samples are taken as they are.

    Events are cut, and dropped below the minimum fraction that they state. With ``require: event`` the window is
    anywhere that keeps one, and it is a conflict if there is no such place: a label of the whole clip would be false
    there. So is a window that cuts a word.
    """

    changes = {"composition"}
    structural = True
    still = ("audio/center_crop", ("seconds", "short"))

    seconds: Annotated[float, Limits(1e-4, LONGEST_S, unit="s", doc="how long the clip is afterwards")]
    start: Annotated[Range | None, Limits(0, LONGEST_S, unit="s", doc="where it begins; without it, anywhere")] = None
    short: Annotated[Literal["pad", "refuse"], _SHORT] = "pad"
    require: Annotated[
        Literal["nothing", "event"], Limits(doc="what must be in it: a window without is a conflict")
    ] = "nothing"

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"seconds": 0.2}, {"seconds": 0.3, "start": 0.05}, {"seconds": 0.1, "require": "event"}]

    def validate(self) -> None:
        if self.require == "event":
            object.__setattr__(self, "needs", ("events",))  # only then does the draw look at them

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """A word may be cut; the last event may be lost."""
        if self.require == "event" and "events" in kinds:
            return "may leave no event in the clip."
        return cuts_words(kinds, "may cut a word.")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> TimeMap:
        samples, rate = frame[Axis.TIME]
        size = length(self.seconds, rate)
        _check_long(samples, size, rate, self.short)
        if self.start is None:
            last = max(samples - size, 0)
            first = anywhere(rng, last, self._places(content, size, last, rate))
        else:
            first = round(self.start.draw(rng) * rate)
            _check_inside(first, size, samples, rate)
        return TimeMap.window((samples, rate), first, size)

    def _places(self, content: Content, size: int, last: int, rate: int) -> Places:
        events = next((target for target in (content or {}).values() if isinstance(target, Events)), None)
        return [] if events is None else places_with_event(events, size, last, rate)

    def apply_events(self, events: Events, params: TimeMap) -> Events:
        """As events follow every map, but for those that must not all be lost."""
        return some_left(events, params, self.require == "event")


class CenterCrop(Transform[TimeMap]):
    """The ``seconds`` in the middle of the clip; where samples cannot be halved, nearer the start."""

    changes = {"composition"}
    structural = True

    seconds: Annotated[float, Limits(1e-4, LONGEST_S, unit="s", doc="how long the clip is afterwards")]
    short: Annotated[Literal["pad", "refuse"], _SHORT] = "pad"

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"seconds": 0.2}]

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """A word may be cut."""
        return cuts_words(kinds, "may cut a word.")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> TimeMap:
        samples, rate = frame[Axis.TIME]
        size = length(self.seconds, rate)
        _check_long(samples, size, rate, self.short)
        return TimeMap.window((samples, rate), max(samples - size, 0) // 2, size)


class Pad(Transform[TimeMap]):
    """Silence before (``left``) and after (``right``) the clip, or so much that it lasts ``to`` seconds.

    A clip that is as long as ``to`` or longer stays as it is. ``at`` says where the clip then lies in the silence.
    """

    structural = True

    left: Annotated[Range, Limits(0, LONGEST_S, unit="s", doc="silence before")] = Range(0)
    right: Annotated[Range, Limits(0, LONGEST_S, unit="s", doc="silence after")] = Range(0)
    to: Annotated[float | None, Limits(1e-4, LONGEST_S, unit="s", doc="how long the clip is at least afterwards")] = (
        None
    )
    at: Annotated[
        Literal["start", "center", "end", "anywhere"], Limits(doc="with `to`: where in the silence the clip lies")
    ] = "start"

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        return [{"left": 0.1, "right": [0, 0.2]}, {"to": 2.5, "at": "anywhere"}]

    def validate(self) -> None:
        if self.to is not None and (self.left.ends() != (0, 0) or self.right.ends() != (0, 0)):
            raise FieldError(
                "to: says how long the clip becomes, left and right how much is added; give one of both.", "to"
            )
        if self.to is None and self.left.ends() == self.right.ends() == (0, 0):
            raise FieldError("left, right and to are missing: nothing would be added. Write pad: {to: 10}.", "to")

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> TimeMap:
        samples, rate = frame[Axis.TIME]
        if self.to is None:
            left, right = (round(side.draw(rng) * rate) for side in (self.left, self.right))
        else:
            room = max(length(self.to, rate) - samples, 0)
            left = {"start": 0, "center": room // 2, "end": room}.get(self.at, -1)
            left = rng.integer(0, room) if left < 0 else left
            right = room - left
        if left + right == 0:
            raise SkipStep("there is nothing to add.")
        return TimeMap.window((samples, rate), -left, samples + left + right)


class Reverse(Transform[Reversed]):
    """Play the clip backwards. Words cannot follow, and are refused."""

    changes = {"direction", "meaning", "timbre"}

    def keeps_frame(self) -> bool:
        """Always."""
        return True

    def why_not(self, target: type[Target]) -> str | None:
        """Speech backwards is no speech."""
        return "words played backwards are none" if target.kind == "words" else None

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Reversed:
        return Reversed(*frame[Axis.TIME])


def cuts_words(kinds: frozenset[str], how: str) -> str | None:
    """The reason for a possible conflict where there are words, or a value that is a moment of the clip; else None."""
    if "moment" in kinds:
        return how.replace("a word", "away the moment that a value tells")
    return how if "words" in kinds else None


def length(seconds: float, rate: int) -> int:
    """So many whole samples, at least one."""
    return max(round(seconds * rate), 1)


def _check_long(samples: int, size: int, rate: int, short: str) -> None:
    if samples < size and short == "refuse":
        raise DataError(
            f"the clip lasts {samples / rate:g} s, less than the {size / rate:g} s to be cut from it. Write "
            "`short: pad` to add silence, or shorten `seconds`."
        )


def _check_inside(first: int, size: int, samples: int, rate: int) -> None:
    if first >= samples or (first and first + size > samples):
        raise DataError(
            f"the window from {first / rate:g} to {(first + size) / rate:g} s reaches beyond a clip of "
            f"{samples / rate:g} s; put `pad` before it, or shorten it."
        )
