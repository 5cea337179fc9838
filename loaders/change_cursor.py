"""The place of a change: in the feed of all changes as MongoDB's log has it, and in the history by its time."""

from datetime import UTC, datetime
from typing import NamedTuple, Self

from .pages import BadCursor, packed, unpacked

_LARGEST_SEQUENCE = 2**63


class ChangeCursor(NamedTuple):
    """What lies after it has not been handed over yet."""

    at: datetime
    """When the change was observed."""
    host_id: str
    """Empty where it is the place of no change, but of a moment."""
    sequence: int
    """Of the change among those of its host; 0 where it is the place of a moment."""
    token: str | None
    """MongoDB's resume token, hexadecimal; None where it comes from the history."""

    def pack(self) -> str:
        """The cursor as an opaque text."""
        return packed([self.at.isoformat(), self.host_id, self.sequence, self.token])

    @classmethod
    def unpack(cls, cursor: str) -> Self:
        """What `pack` made; raises BadCursor for anything else."""
        try:
            at, host_id, sequence, token = unpacked(cursor)
            if not (isinstance(host_id, str) and type(sequence) is int and isinstance(token, str | None)):
                raise BadCursor
            if not 0 <= sequence < _LARGEST_SEQUENCE:
                raise BadCursor
            host_id.encode()
            return cls(datetime.fromisoformat(at).astimezone(UTC), host_id, sequence, token)
        except (ValueError, TypeError, OverflowError):
            raise BadCursor from None
