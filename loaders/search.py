"""What begins with a text: a walk through the index on terms, in the order of the hits.

A hit is a term of a document; hits are sorted by the term, so that what is exactly the text comes first, then by
collection, document, device and path. The walk is one range of the index (`min` and `max`), whose order is that of
the hits, so a page costs as much wherever it lies and however many hits there are. MongoDB gives each document once,
at its first term in the range: its further terms are hits as well, as far as the walk has come.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson.max_key import MaxKey
from bson.min_key import MinKey

from schema.element import Document
from schema.graph.context import Page
from schema.terms import LONGEST_TERM, fold

from .pages import BadCursor, packed, unpacked
from .reads import Reads
from .texts import end_of, storable

_SEARCH = "search"
_COLLECTIONS = ("resources", "vms")
_INDEX = [("terms.t", 1), ("_id", 1)]
_START, _END = MinKey(), MaxKey()

LONGEST_TEXT = LONGEST_TERM - 1
"""Characters of a text; longer terms are cut, so that none of these is exactly a cut one."""

Place = tuple[str, str, str, str, str, str]
"""Where a hit stands: term, collection, document, device, path, text as written."""


@dataclass(frozen=True, slots=True)
class _Range:
    """The terms that begin with a text."""

    text: str
    end: str | None
    """The first text after all of them; None where there is none."""

    def condition(self, term: str) -> list[Document]:
        """The expressions that hold for a term of the range."""
        found: list[Document] = [{"$gte": [term, {"$literal": self.text}]}]
        return found if self.end is None else [*found, {"$lt": [term, {"$literal": self.end}]}]


class SearchReads(Reads):
    """Reads of what begins with a text; see `schema.graph.context.Search`."""

    async def hits(self, text: str, limit: int, after: str | None) -> Page:
        """Part of the hits, `{collection, key, device, field, value, exact}`; ValueError for a text that is none."""
        terms = _range(text)
        place = None if after is None else _place(after, terms)
        found = await asyncio.gather(*(self._first(name, terms, place, limit + 1) for name in _COLLECTIONS))
        places = sorted(place for some in found for place in some)
        kept = places[:limit]
        cursors = [packed([_SEARCH, *one]) for one in kept]
        return Page([_hit(one, terms) for one in kept], cursors.__getitem__, after is not None, len(places) > limit)

    async def _first(self, name: str, terms: _Range, after: Place | None, number: int) -> list[Place]:
        """The first hits of a collection after a place; fewer than `number` only where there are no more."""
        start: list[Any] = [terms.text, _START]
        if after is not None:
            start = [after[0], after[2] if after[1] == name else _START if after[1] < name else _END]
        found: list[Place] = []
        while True:
            # The document at the start may have no hit beyond it.
            documents = await self._walk(name, terms, start, number - len(found) + 1)
            more = len(documents) > number - len(found)
            hits = [hit for one in documents for hit in _places(name, one) if after is None or hit > after]
            if not more:
                return sorted(found + hits)
            last = documents[-1]["_id"]
            term = min(one["t"] for one in documents[-1]["terms"] if _met(one["t"], last, start))
            reached: Place = (term, name, last, _LAST, _LAST, _LAST)
            found += [hit for hit in hits if hit <= reached]
            if len(found) >= number:
                return sorted(found)
            after, start = reached, [term, last]

    async def _walk(self, collection: str, terms: _Range, start: list[Any], number: int) -> list[Document]:
        """The next documents in the index, each with its terms in the range."""
        matching = {"$filter": {"input": "$terms", "cond": {"$and": terms.condition("$$this.t")}}}
        end = [_END if terms.end is None else terms.end, _START]
        return await self._found(
            collection, number, projection={"terms": matching}, hint=_INDEX, min=_bound(start), max=_bound(end)
        )


_LAST = "\U0010ffff" * 2
"""Sorts after every device, path and value."""


def _met(term: str, key: str, start: list[Any]) -> bool:
    """Whether a walk from this start comes by a document at this term of it."""
    if term != start[0]:
        return bool(term > start[0])
    return start[1] is _START or (start[1] is not _END and key >= start[1])


def _bound(place: list[Any]) -> Document:
    return {field: value for (field, _), value in zip(_INDEX, place, strict=True)}


def _range(text: str) -> _Range:
    """The terms that begin with a text; raises ValueError for one that nobody can search for."""
    if not storable(text):
        raise ValueError("`text` is not valid Unicode.")
    looked_up = fold(text) if len(text) <= 4 * LONGEST_TEXT else text
    if not looked_up:
        raise ValueError("`text` is empty: give at least one character to search for.")
    if len(looked_up) > LONGEST_TEXT:
        raise ValueError(f"`text` takes at most {LONGEST_TEXT} characters.")
    return _Range(looked_up, end_of(looked_up))


def _places(name: str, document: Document) -> Iterator[Place]:
    """The hits of a document; a text that is found in several spellings is one, at the first."""
    known: dict[tuple[str, str, str], str] = {}
    for term in document["terms"]:
        found = (term.get("d", ""), term["p"], term.get("v", term["t"]))
        known[found] = min(known.get(found, term["t"]), term["t"])
    for (device, path, value), text in known.items():
        yield text, name, document["_id"], device, path, value


def _hit(place: Place, terms: _Range) -> Document:
    text, collection, key, device, path, value = place
    hit = {"collection": collection, "key": key, "field": path, "value": value, "exact": text == terms.text}
    return hit | {"device": device} if device else hit


def _place(cursor: str, terms: _Range) -> Place:
    """The place in a cursor of this search; raises BadCursor."""
    match unpacked(cursor):
        case [name, *place] if name == _SEARCH and len(place) == 6:
            if all(isinstance(part, str) and storable(part) for part in place) and place[0].startswith(terms.text):
                text, collection, key, device, path, value = place
                return text, collection, key, device, path, value
    raise BadCursor
