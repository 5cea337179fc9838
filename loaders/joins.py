"""Joins between keys that one side names and keys that the other answers to, many at once and all within MongoDB."""

from collections.abc import Iterable, Sequence

from schema.edges import host_of
from schema.edges.spaces import VOLUME
from schema.element import Document

from .reading import Reading
from .reads import Reads
from .texts import storable, storable_ones

_MOST_ALIKE = 1000
"""Volumes that are taken to be the same as one on shared storage."""


class Joins(Reads):
    """What reads of resources and attachments have in common."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._volumes: dict[str, list[list[str]]] = {}
        """The keys of the volumes that have a key, as far as it was read."""

    async def _join(
        self, many: Sequence[Sequence[str]], collection: str, field: str, inner: list[Document], *, alike: int = 0
    ) -> list[list[Document]]:
        """For each list of keys, what of a collection has one of them in `field`, taken through the stages `inner`.

        With `alike`, the other keys of volumes that share a key count as well: 1 asks only where a key is known on
        all hosts, so that a volume on shared storage is one volume; 2 always, as for keys that came from a VM.
        """
        documents: list[Document] = [
            {"_id": number, "keys": some}
            for number, keys in enumerate(many)
            if (some := storable_ones(keys))  # none would be joined to whatever lacks the field
        ]
        for one in documents:
            one["start"] = one["keys"] if alike == 2 or (alike == 1 and _on_shared_storage(one["keys"])) else []
        stages: list[Document] = [{"$documents": documents}]
        if any(one["start"] for one in documents):
            stages += _alike_stages(alike)
        join = {"from": collection, "localField": "keys", "foreignField": field, "let": {"keys": "$keys"}}
        stages += [{"$lookup": {**join, "pipeline": inner, "as": "found"}}, {"$unwind": "$found"}]
        stages.append({"$project": {"found": 1}})
        found: list[list[Document]] = [[] for _ in many]
        if documents:
            for one in await self._aggregate(None, stages):
                found[one["_id"]].append(one["found"])
        return found

    async def _alike(self, many: Sequence[Sequence[str]]) -> list[set[str]]:
        """Each list of keys with the other keys of the volumes that share one of them, as for `alike=1`."""
        usual = storable("".join(map("".join, many)))
        found = [set(keys if usual else storable_ones(keys)) for keys in many]
        shared = [keys for keys in found if _on_shared_storage(keys)]
        if unknown := {key for keys in shared for key in keys if not _is_of_one(key)}.difference(self._volumes):
            query = {"keys": {"$in": sorted(unknown)}, "kind": "STORAGE_VOLUME"}
            self._remember_volumes(unknown, await self._find("resources", query, frozenset({"keys", "kind"})))
        for keys in shared:
            volumes = [volume for key in keys for volume in self._volumes.get(key, ())]
            keys.update(*volumes[:_MOST_ALIKE])
        return found

    def _remember_volumes(self, keys: Iterable[str], found: Iterable[Document]) -> None:
        """Remember which volumes have these keys, as all resources that have one were found."""
        known: dict[str, list[list[str]]] = {key: [] for key in keys}
        for volume in (one for one in found if one["kind"] == "STORAGE_VOLUME"):
            for key in known.keys() & volume["keys"]:
                known[key].append(volume["keys"])
        self._volumes |= known


def _on_shared_storage(keys: Iterable[str]) -> bool:
    """Whether a key is known on all hosts, so that volumes of several hosts may have it."""
    return any("||" in key and not host_of(key) for key in keys)


def _is_of_one(key: str) -> bool:
    """Whether no two volumes have the key: on a host no two pools have one name, in a pool no two volumes."""
    return key.partition("|")[0] == VOLUME.name


def _alike_stages(depth: int) -> list[Document]:
    """Stages that add to `keys` the keys of the volumes that have one of them."""
    found = {
        "from": "resources",
        "startWith": "$start",
        "connectFromField": "keys",
        "connectToField": "keys",
        "as": "alike",
        "maxDepth": depth - 1,
        "restrictSearchWithMatch": {"kind": "STORAGE_VOLUME"},
    }
    together = {"$reduce": {"input": {"$slice": ["$alike.keys", _MOST_ALIKE]}, "initialValue": "$keys", "in": {
        "$setUnion": ["$$value", "$$this"]
    }}}  # fmt: skip
    return [{"$graphLookup": found}, {"$set": {"keys": together}}, {"$unset": ["alike", "start"]}]
