"""``demo: names``: sentences made by a rule from lists of names, with every person, place and organisation tagged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.fields import Checked, Limits, check_names
from augkit.rng import Stream, stream

WORLDS = 10
"""Each list of names is dealt to so many worlds, in turn."""

_FIRST = (
    "Aino Amara Anders Beatriz Bilal Camille Chen Clara Darius Dolores Elif Emeka Enzo Fatima Felix Freya Gita "
    "Goran Hana Hugo Ines Ivan Jamal Jordan Jana Kofi Kenji Laila Leon Luca Madison Maeve Marek Mina Nadia Nils "
    "Noor Olga Omar Paris Petra Pia Wanda Quentin Ravi Rosa Samir Sofia Sven Tara Tomas Uma Valentin Vera Xavier "
    "Yara Yusuf Zora Austin Florence"
).split()
_LAST = (
    "Abebe Aydin Baker Berg Bianchi Castro Chang Cook Costa Diaz Dubois Eriksen Farah Ferrari Fischer Fontaine "
    "Garcia Green Haddad Hansen Hill Horvat Ivanova Jansen Kaya Keller Khan Kimura Koch Kowalski Lane Larsen "
    "Lopez Marsh Mehta Moreau Moss Novak Nguyen Okafor Olsen Park Pereira Popov Quist Rahman Reed Rossi Sato "
    "Silva Stone Tanaka Toth Ueda Vargas Weber Wolf Young Zhou Zeman"
).split()
_PLACES = (
    "Accra|Ankara|Auckland|Bergen|Bogota|Bristol|Cairo|Cape Town|Chennai|Dakar|Denver|Dublin|El Paso|Fez|"
    "Florence|Galway|Geneva|Graz|Hanoi|Helsinki|Izmir|Jaipur|Jordan|Kigali|Kyoto|La Paz|Leeds|Lima|Lisbon|Lyon|"
    "Madison|Malmo|Mumbai|Nairobi|Naples|New Haven|Norway|Oslo|Ottawa|Paris|Perth|Porto|Prague|Quito|Recife|"
    "Riga|Salt Lake City|San Juan|Seville|Sofia|Tallinn|Tampa|Tunis|Turin|Utrecht|Vienna|Warsaw|York|Zagreb|"
    "Austin"
).split("|")
_FIRMS = (
    "Acorn Alder Apex Aurora Beacon Birch Borealis Canyon Cedar Cobalt Comet Copper Delta Ember Evergreen Falcon "
    "Fern Garnet Granite Harbor Heron Horizon Indigo Iris Jade Juniper Keystone Lantern Larch Lotus Lumen Maple "
    "Meridian Mosaic Nimbus North Oak Onyx Opal Orchid Osprey Pinnacle Polaris Prairie Quartz Raven Redwood River "
    "Rowan Sable Sierra Solaris Stone Summit Tern Thistle Topaz Vertex Willow Zenith"
).split()
_SUFFIXES = ("Bank", "Labs", "Group", "University", "Airlines", "Foods", "Institute", "Records", "Motors", "Press")
_TEMPLATES = (
    "{per} moved from {loc} to {loc} last spring.",
    "{org} has opened an office in {loc}.",
    "According to {per}, {org} will hire two hundred people.",
    "The mayor of {loc} met {per} on Monday.",
    "{per} and {per} founded {org} in a garage.",
    "Flights between {loc} and {loc} were cancelled.",
    "\"We are not leaving {loc},\" said {per} of {org}.",
    "{org} bought {org} for an undisclosed sum.",
    "A train to {loc} was late again.",
    "After ten years at {org}, {per} returned to {loc}.",
    "{per} plays the cello and lives near {loc}.",
    "Shares of {org} fell by 4.2 percent.",
    "Nobody at {org} wanted to comment.",
    "Did {per} really sing in {loc}?",
    "The weather stays mild, with some rain in the evening.",
    "She never reads the news before breakfast.",
    "Write to {per}, {org}, {loc}.",
    "{loc}: {org} cuts prices, {per} resigns.",
    "In {loc}, students of {org} protested against the fees.",
    "{per}'s second novel is set in {loc}.",
    "Ask {per} about the keys; the office of {org} is closed.",
    "It was a long way to the river, and the bridge was gone.",
    "{org} lost the final against {org} in {loc}.",
    "Doctors in {loc} praised the work of {per}.",
)  # fmt: skip
_SLOT = re.compile(r"\{(per|loc|org)\}")
_TOKEN = re.compile(r"(?<=\w)'s\b|\w+(?:\.\w+)*|[^\w\s]")


class NamesFields(Checked):
    """What a recipe may say of the sentences."""

    count: Annotated[int, Limits(1, doc="how many sentences")] = 1000


class Names:
    """``demo: names``: *synthetic* English sentences; fields ``text``, ``tags`` (PER, LOC, ORG) and ``entities``.

    Sentence n is a pure function of n: a template, filled with names of the world n mod 10. Metadata ``world``: with
    ``split: {group: world}`` the names of the validation are not those learnt from. Some words are a first name here
    and a place there (Paris, Jordan, Sofia), and firms may be called after places.
    """

    fields_type = NamesFields
    shorthand = "count"
    root = Path()

    def __init__(self, count: int = 1000) -> None:
        self.count = count

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The demo as a recipe names it."""
        check_names(NamesFields, given)
        return cls(NamesFields(**given).count)

    @property
    def fields(self) -> dict[str, Any]:
        return {"text": "text", "tags": {"tags": {"of": "text"}}, "entities": {"spans": {"of": "text"}}}

    @property
    def keys(self) -> list[str]:
        return [f"names/{number:04d}" for number in range(self.count)]

    def meta(self, key: str) -> dict[str, Any]:
        """``world``: whose names; and that it is synthetic."""
        return {"world": _number(key) % WORLDS, "synthetic": True}

    def load(self, key: str) -> dict[str, Any]:
        text, entities = sentence(_number(key))
        found = list(_TOKEN.finditer(text))
        tags = [_tag(match.start(), match.end(), entities) for match in found]
        return {"text": text, "tags": {"tokens": [match[0] for match in found], "tags": tags}, "entities": entities}


def sentence(number: int) -> tuple[str, list[dict[str, Any]]]:
    """The sentence of a number, and its entities as rows of ``start``, ``end`` and ``label``."""
    rng = stream(0, 0, f"names/{number}")
    text, entities, at = "", [], 0
    template = rng.choice(_TEMPLATES)
    for slot in _SLOT.finditer(template):
        text += template[at : slot.start()]
        name = _name(slot[1], number % WORLDS, rng)
        entities.append({"start": len(text), "end": len(text) + len(name), "label": slot[1].upper()})
        text, at = text + name, slot.end()
    return text + template[at:], entities


def _name(kind: str, world: int, rng: Stream) -> str:
    if kind == "per":
        first, last = rng.choice(_dealt(world, "first")), rng.choice(_dealt(world, "last"))
        return first if rng.random() < 0.25 else last if rng.random() < 0.25 else f"{first} {last}"
    if kind == "loc":
        return rng.choice(_dealt(world, "places"))
    front = rng.choice(_dealt(world, "firms" if rng.random() < 0.7 else "places"))
    return front if front in _FIRMS and rng.random() < 0.3 else f"{front} {rng.choice(_SUFFIXES)}"


@cache
def _dealt(world: int, which: str) -> tuple[str, ...]:
    names = {"first": _FIRST, "last": _LAST, "places": _PLACES, "firms": _FIRMS}[which]
    return tuple(names[world::WORLDS])


def _tag(start: int, end: int, entities: list[dict[str, Any]]) -> str:
    for entity in entities:
        if entity["start"] <= start and end <= entity["end"]:
            return f"{'B' if start == entity['start'] else 'I'}-{entity['label']}"
    return "O"


def _number(key: str) -> int:
    return int(key.rpartition("/")[2])
