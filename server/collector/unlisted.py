"""What domains name and no listing has.

libvirt tells nobody of a volume or a network filter that is made. Where a domain names one that a listing lacks, the
listing is older than the domain; what no domain names may wait for a complete reading.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from schema.edges.keys import path
from server.collector.inventory import Observation, ResourceObservation

_OF_FILES = ("dir", "fs", "netfs", "logical")
"""Types of pools whose volumes lie side by side in one directory, under their names."""


class Unlisted:
    """Remembers what the listings of one connection had, and says which of them domains show to be out of date."""

    def __init__(self) -> None:
        self._pools: dict[str, str] = {}
        """UUIDs of pools by name."""
        self._directories: dict[str, str] = {}
        """UUIDs of pools by the directory of their volumes."""
        self._volumes: dict[str, frozenset[str]] = {}
        """Names of volumes by the UUID of their pool, as far as they were listed."""
        self._filters: frozenset[str] | None = None

    def listed(self, scope: str, seen: Sequence[ResourceObservation]) -> None:
        """All that a scope held when it was read just now."""
        listing, _, of = scope.partition("/")
        match listing:
            case "pools":
                self._know_pools(seen)
            case "volumes":
                self._volumes[of] = frozenset(one.source_key.removeprefix(f"{of}/") for one in seen)
            case "nwfilters":
                roots = (_parsed(one.xml) for one in seen)
                self._filters = frozenset(root.get("name", "") for root in roots if root is not None)

    def scopes(self, observations: Iterable[Observation]) -> set[str]:
        """The scopes that lack something which these domains name."""
        found: set[str] = set()
        if not self._volumes and self._filters is None:
            return found  # nothing was listed yet
        for observation in observations:
            for xml in (observation.xml, observation.persistent_xml or ""):
                if (root := _parsed(xml)) is not None:
                    found.update(self._lacking(root))
        return found

    def _know_pools(self, seen: Sequence[ResourceObservation]) -> None:
        pools: dict[str, str] = {}
        directories: dict[str, str] = {}
        for one in seen:
            if (root := _parsed(one.xml)) is None:
                continue
            pools[root.findtext("name", "")] = one.source_key
            if root.get("type") in _OF_FILES and (directory := root.findtext("target/path")):
                directories[path(directory)] = one.source_key
        gone = self._volumes.keys() - {one.source_key for one in seen}
        self._volumes = {uuid: names for uuid, names in self._volumes.items() if uuid not in gone}
        self._pools, self._directories = pools, directories

    def _lacking(self, domain: etree._Element) -> Iterator[str]:
        for uuid, volume in self._named(domain):
            if uuid is not None and volume not in self._volumes.get(uuid, {volume}):
                yield f"volumes/{uuid}"
        if self._filters is not None and any(
            one.get("filter") not in self._filters for one in domain.iter("filterref")
        ):
            yield "nwfilters"

    def _named(self, domain: etree._Element) -> Iterator[tuple[str | None, str]]:
        """The volumes that a domain names, by the pool that each would be in."""
        for source in domain.iter("source"):
            if volume := source.get("volume"):
                yield self._pools.get(source.get("pool", "")), volume
            elif place := source.get("file") or source.get("dev"):
                directory, name = posixpath.split(path(place))
                yield self._directories.get(directory), name


def _parsed(xml: str | bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(xml.encode() if isinstance(xml, str) else xml, parser)
    except etree.XMLSyntaxError:
        return None
