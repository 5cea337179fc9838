"""Texts in queries: which can be stored, and which begin with another."""

from collections.abc import Sequence
from typing import Any


def storable(text: str) -> bool:
    """Whether MongoDB can store the text: JSON lets half a surrogate pair through, and UTF-8 does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def storable_ones(texts: Sequence[str]) -> Sequence[str]:
    """Those that MongoDB can store; nearly always all of them."""
    return texts if storable("".join(texts)) else [text for text in texts if storable(text)]


def end_of(text: str) -> str | None:
    """The first text that sorts after all that begin with this one; None where there is none."""
    shorter = text.rstrip("\U0010ffff")
    if not shorter:
        return None
    following = ord(shorter[-1]) + 1
    return shorter[:-1] + chr(0xE000 if following == 0xD800 else following)  # halves of pairs are no characters


def begins(text: str) -> dict[str, Any]:
    """The condition on a text that it begins so: a range, which an index answers exactly."""
    end = end_of(text)
    return {"$gte": text} if end is None else {"$gte": text, "$lt": end}
