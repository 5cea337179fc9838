"""What MongoDB is told to show of documents."""

from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache

from schema.edges import SOURCES
from schema.element import Document
from schema.graph.context import Paths

FEW_PATHS, MANY_PATHS = 32, 160
"""Paths of the projection of a few documents, and of many.

MongoDB takes some 2 µs for each path before it reads anything: of one VM the objects are read in whole that many paths
lead into. Of a hundred VMs what is not read counts for more.
"""

FEW_DOCUMENTS = 8


def projection(paths: Paths, documents: int | None = None) -> Document | None:
    """The projection on these paths, none inside another; None for all of a document.

    `documents` are the most that are to be read; None where that is not known. More may be shown than the paths say.
    """
    if paths is None:
        return None
    few = documents is not None and 0 < documents <= FEW_DOCUMENTS
    shown: Document = dict.fromkeys(_together(paths, FEW_PATHS if few else MANY_PATHS), 1)
    if shown.pop("sources", None) and "attachments" not in shown:
        shown |= _SOURCES
    return shown


def is_one_of(value: str, texts: Collection[str]) -> Document:
    """The expression for whether a text is one of many: of these MongoDB makes a hash set, as `$in` does not."""
    return {"$setIsSubset": [[value], {"$literal": sorted(texts)}]}


_SOURCES = {"sources": {"$filter": {"input": "$attachments", "cond": is_one_of("$$this.role", SOURCES)}}}
"""Of a VM's attachments those to what its devices are made of: few of many."""


@lru_cache(maxsize=256)
def _together(paths: frozenset[str], most: int) -> tuple[str, ...]:
    """At most so many paths: the objects that most of them lead into stand for theirs."""
    shown = set(paths)
    while len(shown) > most:
        below = Counter(above for path in shown for above in _above(path))
        if not below:
            break
        # The smallest object of those that save most of what is too much.
        fullest = min(below, key=lambda one: (-min(below[one] - 1, len(shown) - most), -one.count("."), one))
        shown = {path for path in shown if not path.startswith(f"{fullest}.")} | {fullest}
    return tuple(sorted(shown))


def _above(path: str) -> Iterator[str]:
    while dot := path.rfind(".") + 1:
        path = path[: dot - 1]
        yield path
