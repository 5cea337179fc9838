"""The aggregates that find conflicts: stages that give `{_id, key, parties, hosts, running}` each.

A party is `{vm, hostId, uuid, state, device, role, key, access}`. With `keys`, only what VMs name by these keys is
looked at, out of an index.
"""

import re
from collections.abc import Sequence
from typing import Any

from schema.conflicts import CHANGING, CLAIMING, CONTESTED, RUNNING
from schema.edges import SPACES
from schema.element import Document

from .texts import begins

Stages = list[Document]
Keys = Sequence[str] | None

MOST_PARTIES = 100
"""Attachments that are told of one conflict."""

IOMMU_GROUPS = "iommu-group|"
"""What the keys of IOMMU groups begin with."""

BELOW = "backing-chain"
"""The role of images below that of a disk."""

MISSED = {
    space.name: space.kind
    for space in SPACES.values()
    if space.listed and space.kind in ("NETWORK", "NWFILTER", "SECRET", "STORAGE_POOL", "STORAGE_VOLUME", "NODE_DEVICE")
}
"""Spaces of what a VM cannot do without, and the kind that a host must list before we can know that one is missing."""


def contested(keys: Keys) -> Stages:
    """Of `vms`: one thing, several VMs, and one of them counts on having it alone."""
    changed = {"$or": [{"$in": ["$$this.access", sorted(CHANGING)]}, {"$eq": ["$$this.role", BELOW]}]}
    answer = {
        "from": "resources",
        "localField": "_id",
        "foreignField": "keys",
        "pipeline": [{"$sort": {"_id": 1}}, {"$limit": 1}, {"$project": {"keys": 1}}],
        "as": "answer",
    }
    fleet_wide = {"$filter": {
        "input": {"$ifNull": [{"$first": "$answer.keys"}, []]},
        "cond": {"$regexMatch": {"input": "$$this", "regex": r"^network-volume\|\|"}},
    }}  # fmt: skip
    # What answers to several keys is one thing; on storage that hosts share, one for all of them.
    one = {"$ifNull": [{"$first": fleet_wide}, {"$first": "$answer._id"}, "$_id"]}
    together = {"$reduce": {"input": "$groups", "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}}
    # A VM that was moved may leave its definition behind: it is not in its own way unless both run.
    apart = {"$or": [{"$gt": [{"$size": "$uuids"}, 1]}, {"$gt": [{"$size": "$running"}, 1]}]}
    return [
        *_ties(keys, CONTESTED, changed),
        _grouped(),
        {"$lookup": answer},
        {"$group": {"_id": one, "key": {"$min": "$_id"}, "groups": {"$push": "$parties"}}},
        {"$set": {"parties": together}},
        {"$match": {"parties.access": {"$in": sorted(CLAIMING)}}},
        *_told(),
        {"$match": {"$expr": {"$and": [{"$gt": [{"$size": "$vms"}, 1]}, apart]}}},
    ]


def split(groups: Keys) -> Stages:
    """Of `resources`: functions of one IOMMU group, of these if any are given, that several VMs have."""
    of_group = {"$regexMatch": {"input": "$$this.key", "regex": r"^iommu-group"}}
    among: Any = begins(IOMMU_GROUPS) if groups is None else {"$in": list(groups)}
    return [
        {"$match": {"kind": "NODE_DEVICE", "links.key": among}},
        *_users({"attachments.access": "EXCLUSIVE"}),
        {"$match": {"parties": {"$ne": []}}},
        {"$set": {"users": {"$sortArray": {"input": {"$setUnion": "$parties.vm"}, "sortBy": 1}}}},
        {"$set": {"group": {"$filter": {"input": "$links", "cond": of_group}}}},
        {"$unwind": "$group"},
        {"$unwind": "$parties"},
        {
            "$group": {
                "_id": "$group.key",
                "key": {"$first": "$group.key"},
                "parties": {"$push": "$parties"},
                "shares": {"$addToSet": "$users"},
            }
        },
        *_told(),
        # VMs that all have all of it share it, which is a conflict of its own.
        {"$match": {"$expr": {"$and": [{"$gt": [{"$size": "$vms"}, 1]}, {"$gt": [{"$size": "$shares"}, 1]}]}}},
    ]


def twins(uuids: Sequence[str] | None) -> Stages:
    """Of `vms`: one UUID, of these if any are given, that runs on several hosts."""
    among: Document = {"$exists": True} if uuids is None else {"$in": list(uuids)}
    party = {"vm": "$_id", "hostId": "$hostId", "uuid": "$uuid", "state": "$state"}
    return [
        {"$match": {"state": {"$in": sorted(RUNNING)}, "uuid": among}},
        {"$group": {"_id": "$uuid", "parties": {"$push": party}}},
        *_told(),
        {"$match": {"$expr": {"$gt": [{"$size": "$hosts"}, 1]}}},
    ]


def missing(keys: Keys) -> Stages:
    """Of `vms`: what VMs name and their hosts would list if it were there."""
    parts = {"$split": ["$_id", "|"]}
    branches = [{"case": {"$eq": ["$space", space]}, "then": kind} for space, kind in MISSED.items()]
    hosts = {
        "from": "hosts",
        "localField": "hosts",
        "foreignField": "_id",
        "pipeline": [{"$project": {"listedKinds": 1}}],
        "as": "lists",
    }
    pools = {
        "from": "resources",
        "localField": "pool",
        "foreignField": "keys",
        "pipeline": [{"$project": {"active": "$facts.active"}}],
        "as": "pools",
    }
    pool = {"$first": {"$split": [{"$arrayElemAt": [parts, 2]}, "/"]}}
    return [
        *_ties(keys, tuple(MISSED)),
        _grouped(),
        *unanswered(),
        {"$set": {"key": "$_id", "space": {"$first": parts}}},
        {"$set": {"pool": {"$concat": ["pool|", {"$arrayElemAt": [parts, 1]}, "|", pool]}}},
        *_told(),
        {"$lookup": hosts},
        {"$set": {"kind": {"$switch": {"branches": branches, "default": None}}}},
        {"$match": {"$expr": {"$in": ["$kind", {"$ifNull": [{"$first": "$lists.listedKinds"}, []]}]}}},
        {"$lookup": pools},
        # Of a pool that is not active nobody knows what it holds.
        {"$match": {"$or": [{"space": {"$ne": "volume"}}, {"pools": []}, {"pools.active": True}]}},
    ]


def broken(keys: Keys, places: Sequence[re.Pattern[str]]) -> Stages:
    """Of `vms`: images that are not where a storage pool would list them.

    `places` fit the keys of what lies in the directories of active pools. VMs that run have opened their images, so
    that a pool which does not know them was refreshed too long ago.
    """
    if not places:
        return [{"$match": {"_id": {"$in": []}}}]
    link = {"links.role": "host-vol-backing", "$or": [{"links.key": one} for one in places]}
    overlays: Stages = [
        {"$match": {"kind": "STORAGE_VOLUME", "links.role": "host-vol-backing"}},
        {"$unwind": "$links"},
        {"$match": link},
        {"$project": {"ties": {"key": "$links.key"}}},
    ]
    stages = _ties(keys, ("path",), {"$in": ["$$this.role", ["disk-file", "disk-block", BELOW]]})
    return [
        *stages,
        *([{"$unionWith": {"coll": "resources", "pipeline": overlays}}] if keys is None else []),
        {"$match": {"$or": [{"ties.key": one} for one in places]}},
        _grouped(),
        *unanswered(),
        {"$set": {"key": "$_id"}},
        *_told(),
        {"$match": {"running": []}},
    ]


def circles(keys: Keys) -> Stages:
    """Of `resources`: volumes and filters that lie below themselves."""
    below = {
        "from": "resources",
        "startWith": "$links.key",
        "connectFromField": "links.key",
        "connectToField": "keys",
        "maxDepth": 200,
        "restrictSearchWithMatch": {"kind": {"$in": ["STORAGE_VOLUME", "NWFILTER"]}},
        "as": "below",
    }
    among: Document = {} if keys is None else {"keys": {"$in": list(keys)}}
    return [
        {"$match": {"links.role": {"$in": ["host-vol-backing", "host-nwfilter-tree"]}, **among}},
        {"$graphLookup": below},
        {"$match": {"$expr": {"$in": ["$_id", "$below._id"]}}},
        *_users({}),
        {"$project": {"key": {"$first": "$keys"}, "parties": 1, "hostId": 1}},
        *_told(),
        {"$set": {"hosts": ["$hostId"]}},
    ]


def unanswered() -> Stages:
    """Keys, as `_id`, that no resource answers to."""
    answers = {
        "from": "resources",
        "localField": "_id",
        "foreignField": "keys",
        "pipeline": [{"$limit": 1}, {"$project": {"_id": 1}}],
        "as": "answers",
    }
    return [{"$lookup": answers}, {"$match": {"answers": []}}]


def _ties(keys: Keys, spaces: Sequence[str], condition: Document | None = None) -> Stages:
    """The attachments of VMs to something in these spaces that meet a condition, one a document, as `ties`."""
    ranges = [{"ties.key": begins(f"{space}|")} for space in spaces]
    among: Stages = [] if keys is None else [{"$match": {"attachments.key": {"$in": list(keys)}}}]
    ties: Any = "$attachments" if condition is None else {"$filter": {"input": "$attachments", "cond": condition}}
    return [
        *among,
        {"$project": {"hostId": 1, "uuid": 1, "state": 1, "ties": ties}},
        {"$unwind": "$ties"},
        {"$match": {"$or": ranges} if keys is None else {"$or": ranges, "ties.key": {"$in": list(keys)}}},
    ]


def _grouped() -> Document:
    return {"$group": {"_id": "$ties.key", "parties": {"$push": _party("$ties")}}}


def _users(condition: Document) -> Stages:
    """The VMs that are attached to a resource, as `parties`."""
    users = {
        "from": "vms",
        "localField": "keys",
        "foreignField": "attachments.key",
        "let": {"keys": "$keys"},
        "pipeline": [
            {"$limit": MOST_PARTIES},
            {"$unwind": "$attachments"},
            {"$match": {"$expr": {"$in": ["$attachments.key", "$$keys"]}, **condition}},
            {"$replaceWith": _party("$attachments")},
        ],
        "as": "parties",
    }
    return [{"$lookup": users}]


def _party(tie: str) -> Document:
    return {
        "vm": "$_id",
        "hostId": "$hostId",
        "uuid": {"$ifNull": ["$uuid", "$_id"]},
        "state": "$state",
        **{field: f"{tie}.{field}" for field in ("device", "role", "key", "access")},
    }


def _told() -> Stages:
    """What follows from the parties; those without a VM, which stand for resources, are none."""
    running = {"$filter": {"input": "$parties", "cond": {"$in": ["$$this.state", sorted(RUNNING)]}}}
    real = {"$filter": {"input": "$parties", "cond": {"$gt": ["$$this.state", None]}}}
    return [
        {"$set": {"parties": real}},
        {"$set": {"running": running}},
        {"$set": {
            "vms": {"$setUnion": "$parties.vm"},
            "hosts": {"$setUnion": "$parties.hostId"},
            "uuids": {"$setUnion": "$parties.uuid"},
            "running": {"$setUnion": "$running.vm"},
        }},
    ]  # fmt: skip
