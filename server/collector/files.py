"""A directory of XML dumps as a host: every `*.xml` file in it is a domain or a resource."""

import asyncio
import os
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from lxml import etree
from watchfiles import awatch

import schema
from server.collector.calls import Calls
from server.collector.changes import Changes
from server.collector.inventory import Cause, HostFacts, Observation, ResourceObservation
from server.collector.readings import Readings
from server.collector.scopes import DUMPS, Scopes
from server.collector.source import HostLost

Result = TypeVar("Result")

LARGEST_FILE = 8 * 1024 * 1024
CALL_SECONDS = 30.0
LOOK_SECONDS = 2.0

_PIECE = 4096
"""Bytes of a file that are looked at together for its root element."""


class Directory:
    """A watched directory; see `Source`.

    The source key is the file name, with bytes that are not UTF-8 written as `\\xff`. Subdirectories and hidden files
    are not read. What is no resource by its root element is a domain, be it readable or not.
    """

    def __init__(self, path: Path, calls: Calls, resource_calls: Calls) -> None:
        self.changes = Changes()
        self.scopes = Scopes()
        self._readings = Readings(resource_calls, self.scopes, CALL_SECONDS)
        self._path = path
        self._calls = calls
        self._watching: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._names: dict[str, str] = {}
        self._identity: tuple[int, int] | None = None

    async def open(self) -> None:
        """Start watching; raises `HostLost` when the directory cannot be read."""
        self._identity = await self._call(partial(_identity, self._path))
        await self.source_keys()
        self._watching = asyncio.create_task(self._watch())
        await asyncio.sleep(0)  # the watch stands before the first listing, or a file could slip in between

    async def facts(self) -> HostFacts:
        """See `Source`."""
        return HostFacts(hypervisor="files", libvirt_version=None)

    async def source_keys(self) -> list[str]:
        """See `Source`; in the order of the names."""
        names = await self._call(partial(_names, self._path))
        self._names = {_source_key(name): name for name in names}
        return list(self._names)

    async def read(self, source_keys: Sequence[str], cause: Cause = Cause.RECONCILIATION) -> list[Observation]:
        """See `Source`."""

        def read_all() -> list[Observation]:
            found = (_read(self._path / self._names.get(key, key), key) for key in source_keys)
            return [seen for seen in found if seen and not resource_kind(seen.xml)]

        return await self._call(read_all)

    def whole(self) -> Sequence[str]:
        """See `Source`."""
        return (DUMPS,)

    def scopes_of(self, source_keys: Collection[str]) -> Sequence[str]:
        """See `Source`; a file may have become another thing."""
        return (DUMPS,) if source_keys else ()

    def scopes_below(self, scope: str) -> Sequence[str]:
        """See `Source`; there are none."""
        return ()

    async def read_scope(self, scope: str) -> list[ResourceObservation]:
        """See `Source`."""
        try:
            return await self._readings.read(scope, self._resources)
        except OSError as error:
            raise HostLost(f"The directory {self._path} cannot be read: {error.strerror}.") from error

    def _resources(self) -> Iterator[ResourceObservation]:
        for name in _names(self._path):
            key = _source_key(name)
            if (seen := _read(self._path / name, key)) and (kind := resource_kind(seen.xml)):
                yield ResourceObservation(kind, key, seen.xml)

    async def close(self) -> None:
        """See `Source`."""
        self.changes.close()
        self._readings.close()
        self._stop.set()
        if self._watching:
            self._watching.cancel()
            await asyncio.wait([self._watching])

    async def _watch(self) -> None:
        # inotify says nothing when the directory itself is replaced or unmounted, so it is looked at now and then.
        looks = awatch(
            self._path,
            recursive=False,
            watch_filter=None,
            stop_event=self._stop,
            rust_timeout=int(LOOK_SECONDS * 1000),
            yield_on_timeout=True,
        )
        try:
            async for changes in looks:
                for _change, path in changes:
                    if _is_dump(name := Path(path).name):
                        self.changes.report(name)
                if await self._call(partial(_identity, self._path)) != self._identity:
                    raise HostLost(f"The directory {self._path} was replaced.")
        except HostLost as lost:
            self.changes.lose(str(lost))
        except Exception as error:
            self.changes.lose(f"The directory {self._path} cannot be watched: {error}.")

    async def _call(self, call: Callable[[], Result]) -> Result:
        try:
            return await self._calls.run(call, CALL_SECONDS)
        except TimeoutError:
            raise HostLost(f"The directory {self._path} did not answer within {CALL_SECONDS:.0f} seconds.") from None
        except OSError as error:
            raise HostLost(f"The directory {self._path} cannot be read: {error.strerror}.") from error


def resource_kind(xml: str | bytes) -> str | None:
    """The `ResourceKind` that the root element of XML stands for; None where it is no resource or cannot be read."""
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True)
    content = xml.encode() if isinstance(xml, str) else xml
    try:
        for start in range(0, len(content), _PIECE):
            parser.feed(content[start : start + _PIECE])
            for _event, element in parser.read_events():
                return schema.RESOURCE_KINDS.get(element.tag)
    except etree.XMLSyntaxError:
        return None
    return None


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _is_dump(name: str) -> bool:
    return name.endswith(".xml") and not name.startswith(".")


def _names(path: Path) -> list[str]:
    return sorted(name for name in os.listdir(path) if _is_dump(name))  # noqa: PTH208 - names, not paths


def _source_key(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _read(path: Path, key: str) -> Observation | None:
    try:
        # Not blocking: a pipe that is called .xml must not stop the reading.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                return None
            if not stat.S_ISREG(mode):
                return _unreadable(key, "This is not a regular file.")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(LARGEST_FILE + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _unreadable(key, f"The file cannot be read: {error.strerror}.")
    if len(content) > LARGEST_FILE:
        return _unreadable(key, f"The file has more than {LARGEST_FILE // 1024**2} MiB.")
    return Observation(key, "UNKNOWN", content)


def _unreadable(key: str, why: str) -> Observation:
    return Observation(key, "UNKNOWN", b"", error=why)
