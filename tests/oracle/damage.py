"""Stored documents, damaged at random: what a client may see is the same error whichever way it is read."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from schema.element import Document

ODD: list[Any] = [
    None, "", "words", "UNHEARD_OF", "5", 7, -1, 2**31, 2**62, 5.0, 1.5, 1e300, float("nan"), float("inf"), True, False,
    [], {}, [None], ["words", None], [7], {"kind": "UNHEARD_OF"}, {"words": 7}, [{}], b"\x00",
]  # fmt: skip
"""What may stand where something else belongs."""

ENVELOPE = frozenset({"_id", "kind", "id", "state", "hostId", "devices", "domain", "links", "attachments"})
"""Keys whose loss is felt everywhere; only they and those that a query names are damaged, as a rule."""

Slot = tuple[Any, Any]
"""An object or a list of a document, and a key or an index in it."""


def slots(value: Any, *, whole: bool = True) -> Iterator[Slot]:
    """Every place in a document, but for the `_id` of the whole."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        if not (whole and key == "_id"):
            yield value, key
            yield from slots(value[key], whole=False)


def drop(random: Random, holder: Any, key: Any) -> None:
    del holder[key]


def replace(random: Random, holder: Any, key: Any) -> None:
    holder[key] = deepcopy(random.choice(ODD))


def wrap(random: Random, holder: Any, key: Any) -> None:
    holder[key] = [holder[key]]


def add_odd(random: Random, holder: Any, key: Any) -> None:
    """Into a list, beside what is there."""
    inner = holder[key]
    if isinstance(inner, list):
        inner.insert(random.randrange(len(inner) + 1), deepcopy(random.choice(ODD)))
    else:
        replace(random, holder, key)


OPERATIONS = (replace, drop, add_odd, wrap)


def damaged(
    random: Random, documents: Mapping[str, Sequence[Document]], names: Collection[str]
) -> tuple[dict[str, list[Document]], list[str]]:
    """Copies of some documents with one to four kinds of damage each, by collection, and what was done to them.

    One in three sets is whole. The same key is often damaged in several documents and in several places of each: what
    a query does not come across changes nothing.
    """
    changed: dict[str, list[Document]] = {}
    done: list[str] = []
    if random.randrange(3) == 0:
        return changed, done
    for _ in range(1 + random.randrange(4)):
        collection = random.choice(["vms", "vms", "resources", "definitions", "hosts"])
        for document in _some(random, documents[collection]):
            copy = next((one for one in changed.get(collection, ()) if one["_id"] == document["_id"]), None)
            if copy is None:
                copy = deepcopy(document)
                changed.setdefault(collection, []).append(copy)
            done.extend(f"{collection} {document['_id']}: {what}" for what in _damage(random, copy, names))
    return changed, done


def _some(random: Random, documents: Sequence[Document]) -> Sequence[Document]:
    """One or all of the documents, or one in three."""
    if not documents or (turn := random.randrange(4)) == 0:
        return documents[:1]
    return documents if turn == 1 else documents[random.randrange(len(documents)) :: 3]


def _damage(random: Random, document: Document, names: Collection[str]) -> Iterator[str]:
    everywhere = list(slots(document))
    wanted = [(holder, key) for holder, key in everywhere if key in names or key in ENVELOPE]
    picked = random.choice(wanted if wanted and random.randrange(8) else everywhere)
    operation = random.choice(OPERATIONS)
    alike = [one for one in everywhere if one[1] == picked[1]] if random.randrange(3) == 0 else []
    for holder, key in alike or [picked]:
        if not (key in holder if isinstance(holder, dict) else key < len(holder)):
            continue
        before = repr(holder[key])[:60]
        operation(random, holder, key)
        after = repr(holder[key])[:60] if isinstance(holder, dict) and key in holder else "…"
        yield f"{operation.__name__} {key!r}: {before} -> {after}"
