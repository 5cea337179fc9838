"""Reads of the database: projected, and batched where a level of a query asks for many."""

from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, GraphQLEnumType, GraphQLResolveInfo, GraphQLSchema, get_named_type
from graphql.language import FragmentSpreadNode, SelectionNode
from motor.motor_asyncio import AsyncIOMotorDatabase
from strawberry.dataloader import DataLoader

from bench.rivals.words import ARRAYS, Document, referenced

_USUAL_PAGE = 50
_BATCH = 100
_VM = {"name": 1, "uuid": 1, "state": 1}
_NEEDED = {
    "domain": {"domain": 1},
    "devices": {"devices": 1},
    "disks": {"devices.disks": 1},
    "interfaces": {"devices.interfaces": 1},
}
"""What fields of a VM need beside those that every VM is read with."""

_projections: dict[tuple[str, int], dict[str, int]] = {}
_names: dict[str, dict[str, str]] = {}


def vm_projection(info: GraphQLResolveInfo[Any], *within: str) -> dict[str, int]:
    """The projection for the VMs below a field; worked out once for each text of a query."""
    node = info.field_nodes[0]
    assert node.loc
    place = (node.loc.source.body, node.loc.start)
    if place not in _projections:
        nodes: list[FieldNode] = [node]
        for name in within:
            nodes = [one for parent in nodes for one in _below(parent, info) if one.name.value == name]
        found = dict(_VM)
        for field in (one for parent in nodes for one in _below(parent, info)):
            found |= _NEEDED.get(field.name.value, {})
            if any(one.name.value == "resource" for one in _below(field, info)):
                found["attachments"] = 1
        _projections[place] = found
    return _projections[place]


def _below(node: FieldNode, info: GraphQLResolveInfo[Any]) -> list[FieldNode]:
    """The fields that are selected below a field, those in fragments among them."""

    def fields(selections: tuple[SelectionNode, ...]) -> Iterator[FieldNode]:
        for one in selections:
            if isinstance(one, FieldNode):
                yield one
            else:
                fragment: Any = info.fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else one
                yield from fields(fragment.selection_set.selections)

    return list(fields(node.selection_set.selections)) if node.selection_set else []


def vm_query(condition: Document | None) -> Document:
    """The query for a `VmFilter`: facets are what the index is on."""
    conditions: list[Document] = [
        {"hostId": given["eq"]} if name == "host" else {"facets": {"$elemMatch": _facet(name, given["some"])}}
        for name, given in (condition or {}).items()
    ]
    return {"$and": conditions} if conditions else {}


def _facet(path: str, condition: Document) -> Document:
    ((name, value),) = condition.items()
    return {"p": path, "v": value} if name == "eq" else _facet(f"{path}.{name}", value)


class Reads:
    """The reads of one request; a resource asked for twice is read once."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._database = database
        self.resources = DataLoader(self._resources_by_key)
        self._attachments: dict[int, DataLoader[tuple[str, ...], Document]] = {}

    async def vm(self, key: str, projection: dict[str, int]) -> Document | None:
        """A VM by its key."""
        found: Document | None = await self._database["vms"].find_one({"_id": key}, projection)
        return found

    async def page(self, condition: Document | None, first: int | None, projection: dict[str, int]) -> Document:
        """The first VMs by name that meet a filter."""
        limit = _USUAL_PAGE if first is None else first
        cursor = self._database["vms"].find(vm_query(condition), projection, batch_size=_BATCH)
        found = await cursor.sort([("name", 1), ("_id", 1)]).limit(limit + 1).to_list(limit + 1)
        return {"nodes": found[:limit], "pageInfo": {"hasNextPage": len(found) > limit}}

    async def fleet(self, path: str, schema: GraphQLSchema) -> Document:
        """How many VMs have which value under a path; a path into a list of devices counts each device."""
        kind = path.partition(".")[0]
        stages: list[Document]
        if kind in ARRAYS:
            value = f"devices.{path}"
            stages = [
                {"$project": {value: 1}},
                {"$unwind": {"path": f"$devices.{kind}", "preserveNullAndEmptyArrays": True}},
                {"$group": {"_id": {"vm": "$_id", "value": {"$ifNull": [f"${value}", None]}}, "count": {"$sum": 1}}},
                {"$group": {"_id": "$_id.value", "vmCount": {"$sum": 1}, "count": {"$sum": "$count"}}},
            ]
        else:
            stages = [
                {"$group": {"_id": {"$ifNull": [f"${path}", None]}, "vmCount": {"$sum": 1}}},
                {"$set": {"count": "$vmCount"}},
            ]
        stages += [{"$sort": {"vmCount": -1, "_id": 1}}, {"$limit": _USUAL_PAGE}]
        found = await self._database["vms"].aggregate(stages).to_list(_USUAL_PAGE)
        names = _names_at(path, schema)
        return {"nodes": [{**one, "value": names.get(one["_id"], one["_id"])} for one in found]}

    async def attachments(self, keys: list[str], first: int) -> Document:
        """The first attachments to what answers to these keys, by VM."""
        if first not in self._attachments:

            async def load(many: list[tuple[str, ...]]) -> list[Document]:
                return await self._attached(many, first)

            self._attachments[first] = DataLoader(load)
        return await self._attachments[first].load(tuple(keys))

    async def _resources_by_key(self, keys: list[str]) -> list[Document]:
        projection = {"kind": 1, "label": 1, "keys": 1}
        cursor = self._database["resources"].find({"keys": {"$in": keys}}, projection).sort("_id", 1)
        by_key: dict[str, Document] = {}
        for resource in await cursor.to_list(None):
            for key in resource["keys"]:
                by_key.setdefault(key, resource)
        return [by_key.get(key) or referenced(key) for key in keys]

    async def _attached(self, many: list[tuple[str, ...]], limit: int) -> list[Document]:
        """For each list of keys the first attachments: one aggregate for a whole level of a query."""
        stages: list[Document] = [{"$documents": [{"_id": one, "keys": list(keys)} for one, keys in enumerate(many)]}]
        if any(key.split("|", 2)[1] == "" for keys in many for key in keys):
            # What several hosts know a volume by makes it one volume.
            alike = [{"$match": {"kind": "STORAGE_VOLUME"}}, {"$project": {"keys": 1}}]
            join: Document = {
                "from": "resources",
                "localField": "keys",
                "foreignField": "keys",
                "pipeline": alike,
                "as": "alike",
            }
            union = {"$setUnion": ["$$value", "$$this"]}
            together = {"$reduce": {"input": "$alike.keys", "initialValue": "$keys", "in": union}}
            stages += [{"$lookup": join}, {"$set": {"keys": together}}, {"$unset": "alike"}]
        matched = {"$filter": {"input": "$attachments", "cond": {"$in": ["$$this.key", "$$keys"]}}}
        inner: list[Document] = [{"$sort": {"_id": 1}}, {"$limit": limit}, {"$project": {**_VM, "matched": matched}}]
        join = {"from": "vms", "localField": "keys", "foreignField": "attachments.key", "let": {"keys": "$keys"}}
        stages += [{"$lookup": {**join, "pipeline": inner, "as": "vms"}}, {"$unset": "keys"}]
        pages: list[Document] = [{"nodes": []} for _ in many]
        async for found in self._database.aggregate(stages):
            nodes = [{**one, "vm": vm} for vm in found["vms"] for one in sorted(vm["matched"], key=_place)]
            pages[found["_id"]] = {"nodes": nodes[:limit]}
        return pages


def _place(attachment: Document) -> tuple[str, str, str]:
    return attachment.get("device", ""), attachment["role"], attachment["key"]


def _names_at(path: str, schema: GraphQLSchema) -> dict[str, str]:
    """What the values under a path of a VM are called in GraphQL, where they are those of an enum."""
    if path not in _names:
        at: Any = schema.get_type("VirtualMachine")
        for name in path.split("."):
            at = get_named_type(at.fields[name].type)
        _names[path] = {one.value: name for name, one in at.values.items()} if isinstance(at, GraphQLEnumType) else {}
    return _names[path]
