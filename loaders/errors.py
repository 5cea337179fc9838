"""Why a read of MongoDB failed, in words for a client."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import ExecutionTimeout, PyMongoError

TOO_LONG = "MongoDB took longer than the setting query_seconds allows: narrow the filter, or ask for less."


class ReadFailed(Exception):
    """MongoDB did not answer a read; the text is for the client."""


@contextmanager
def clear_failures() -> Iterator[None]:
    """Turn the driver's errors into ReadFailed."""
    try:
        yield
    except ExecutionTimeout as error:
        raise ReadFailed(TOO_LONG) from error
    except PyMongoError as error:
        raise ReadFailed("MongoDB does not answer; try again in a moment.") from error
