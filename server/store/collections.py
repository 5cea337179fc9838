"""The collections: their indexes, their validators, their options; brought to what they should be at every start."""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

import schema
from schema.terms import MOST_TERMS
from server.collector.inventory import Cause, HostState
from server.collector.scopes import KINDS
from server.store.connection import Document, Store
from server.store.errors import StoreError

_TEXT = {"bsonType": "string"}
_NUMBER = {"bsonType": ["int", "long"]}
_TIME = {"bsonType": "date"}

STATES = ["UNKNOWN", "NOSTATE", "RUNNING", "BLOCKED", "PAUSED", "SHUTDOWN", "SHUTOFF", "CRASHED", "PMSUSPENDED"]

_CONTENT = {
    "_id": _TEXT,
    "hostId": _TEXT,
    "sourceKey": _TEXT,
    "uuid": _TEXT,
    "name": _TEXT,
    "changedAt": _TIME,
    "declarations": _TEXT,
    "domain": {"bsonType": "object"},
    "error": _TEXT,
    "rawXml": _TEXT,
}

_UNAUTHORIZED, _NAMESPACE_EXISTS, _CONFLICTING_OPERATION = 13, 48, 117
_INDEX_CONFLICTS = {85, 86}


def _index(*paths: str, **options: Any) -> IndexModel:
    return IndexModel([(path, ASCENDING) for path in paths], **options)


INDEXES: Mapping[str, list[IndexModel]] = {
    "hosts": [],
    "vms": [
        _index("name", "_id"),
        _index("hostId", "name", "_id"),
        _index("state", "name", "_id"),
        _index("uuid"),
        _index("facets.p", "facets.v", "name", "_id"),
        _index("untyped.path", "name", "_id"),
        _index("error", sparse=True),
        _index("changedAt", "_id"),
        _index("declarations"),
        _index("attachments.key", "_id"),
        _index("terms.t", "_id"),
    ],
    "definitions": [_index("declarations"), _index("hostId")],
    "resources": [
        _index("kind", "label", "_id"),
        _index("hostId", "kind", "label", "_id"),
        _index("keys"),
        _index("links.key"),
        _index("terms.t", "_id"),
        _index("untyped.path"),
        _index("declarations"),
    ],
    "changes": [
        _index("key", "revision"),
        _index("at", "hostId", "sequence"),
        _index("hostId", "at", "sequence"),
    ],
    "earlier": [_index("key", "revision"), _index("at")],
    "leases": [],
    "history": [],
}


def _object(required: list[str], properties: Document) -> Document:
    return {"bsonType": "object", "required": required, "properties": properties}


def _devices() -> Document:
    """The arrays of devices; arrays that no declaration knows are left alone, for a newer release may have them."""
    return {
        "bsonType": "object",
        "properties": {
            array: {
                "bsonType": "array",
                "items": _object(
                    ["id", "kind"], {"id": _TEXT, "kind": {"enum": [kind]}, "extra": {"bsonType": "array"}}
                ),
            }
            for array, kind in schema.DEVICE_KINDS.items()
        },
    }


def validators() -> dict[str, Document]:
    """The `$jsonSchema` of each collection: envelope, identity, kinds and arrays, down to the device and no deeper."""
    definition = _CONTENT | {"devices": _devices()}
    facets = {"bsonType": "array", "items": _object(["p", "v"], {"p": _TEXT})}
    untyped = {
        "bsonType": "array",
        "items": _object(["path", "count"], {"path": _TEXT, "count": _NUMBER | {"minimum": 1}}),
    }
    attachments = {
        "bsonType": "array",
        "items": _object(["role", "key", "access"], {"device": _TEXT, "role": _TEXT, "key": _TEXT, "access": _TEXT}),
    }
    terms = {
        "bsonType": "array",
        "maxItems": MOST_TERMS,
        "items": _object(["t", "p"], {"t": _TEXT, "p": _TEXT, "d": _TEXT, "v": _TEXT}),
    }
    vm = definition | {
        "attachments": attachments,
        "terms": terms,
        "state": {"enum": STATES},
        "revision": _NUMBER | {"minimum": 1},
        "facets": facets,
        "untyped": untyped,
    }
    host = {
        "_id": _TEXT,
        "uri": _TEXT,
        "state": {"enum": [str(state) for state in HostState]},
        "since": _TIME,
        "error": _TEXT,
        "synchronizedAt": _TIME,
        "listedKinds": {"bsonType": "array", "items": _TEXT},
        "unreadScopes": {
            "bsonType": "array",
            "items": _object(
                ["scope", "error", "unsupported"], {"scope": _TEXT, "error": _TEXT, "unsupported": {"bsonType": "bool"}}
            ),
        },
    }
    resource = {
        "_id": _TEXT,
        "hostId": _TEXT,
        "sourceKey": _TEXT,
        "kind": {"enum": sorted(KINDS)},
        "label": _TEXT,
        "revision": _NUMBER | {"minimum": 1},
        "changedAt": _TIME,
        "declarations": _TEXT,
        "facts": {"bsonType": "object"},
        "keys": {"bsonType": "array", "items": _TEXT},
        "links": {"bsonType": "array", "items": _object(["role", "key"], {"role": _TEXT, "key": _TEXT})},
        "terms": terms,
        "untyped": untyped,
        "extra": {"bsonType": "array"},
        "error": _TEXT,
        "rawXml": _TEXT,
    }
    change = {
        "_id": _TEXT,
        "subject": {"enum": ["VM", "RESOURCE"]},
        "key": _TEXT,
        "hostId": _TEXT,
        "sourceKey": _TEXT,
        "name": _TEXT,
        "kind": {"enum": sorted(KINDS)},
        "operation": {"enum": ["ADDED", "CHANGED", "REMOVED"]},
        "revision": _NUMBER | {"minimum": 1},
        "sequence": _NUMBER | {"minimum": 1},
        "at": _TIME,
        "cause": {"enum": [str(cause) for cause in Cause]},
        "declarations": _TEXT,
        "devices": {"bsonType": "array"},
        "changes": {"bsonType": "array"},
        "orders": {"bsonType": "object"},
        "persistent": {"bsonType": "object"},
        "touched": {"bsonType": "array"},
    }
    every_change = [key for key in change if key not in ("name", "kind", "persistent")]
    earlier = {
        "_id": _TEXT,
        "key": _TEXT,
        "revision": _NUMBER | {"minimum": 1},
        "of": {"enum": ["VM", "RESOURCE", "PERSISTENT"]},
        "at": _TIME,
        "document": {"bsonType": "object"},
    }
    lease = {"_id": _TEXT, "owner": _TEXT, "until": _TIME, "sequence": _NUMBER | {"minimum": 0}}
    identity = ["_id", "hostId", "sourceKey", "changedAt", "declarations"]
    return {
        "hosts": {"$jsonSchema": _object(["_id", "uri", "state", "since"], host)},
        "vms": {"$jsonSchema": _object([*identity, "state", "revision"], vm)},
        "definitions": {"$jsonSchema": _object(identity, definition)},
        "resources": {"$jsonSchema": _object([*identity, "kind", "label", "revision", "facts"], resource)},
        "changes": {"$jsonSchema": _object(every_change, change)},
        "earlier": {"$jsonSchema": _object([*earlier], earlier)},
        "leases": {"$jsonSchema": _object(["_id", "owner", "sequence"], lease)},
        "history": {"$jsonSchema": _object(["_id", "since"], {"_id": _TEXT, "since": _TIME})},
    }


async def prepare(store: Store) -> None:
    """Create what is missing and correct what differs; nothing is written where all is as it should be.

    Several processes may do this at once. Raises `StoreError` when the user lacks the right.
    """
    try:
        for name, validator in validators().items():
            options: Document = {"validator": validator, "validationAction": "error", "validationLevel": "strict"}
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(
                    lambda error: isinstance(error, OperationFailure) and error.code == _CONFLICTING_OPERATION
                ),
                wait=wait_random_exponential(multiplier=0.05, max=1),
                stop=stop_after_delay(10),
                reraise=True,
            ):
                with attempt:
                    await _collection(store, name, options)
            await _indexes(store, name)
    except OperationFailure as error:
        if error.code != _UNAUTHORIZED:
            raise
        raise StoreError(
            f"The user of MongoDB at {store.uri} may not prepare the database {store.database.name!r}: "
            "it needs the roles readWrite and dbAdmin there."
        ) from error


async def _collection(store: Store, name: str, options: Document) -> None:
    found = await (await store.database.list_collections(filter={"name": name})).to_list(1)
    if not found:
        try:
            await store.database.create_collection(name, check_exists=False, **options)
        except CollectionInvalid:
            pass
        except OperationFailure as error:
            if error.code != _NAMESPACE_EXISTS:
                raise
        else:
            return
        found = await (await store.database.list_collections(filter={"name": name})).to_list(1)
    present: Mapping[str, Any] = found[0].get("options", {})
    if present.get("changeStreamPreAndPostImages", {}).get("enabled"):
        # Older releases of virtgraph had them; every write paid for it.
        options = options | {"changeStreamPreAndPostImages": {"enabled": False}}
    # A user without dbAdmin may still start where nothing is to be changed.
    if any(present.get(option) != value for option, value in options.items()):
        await store.database.command({"collMod": name, **options})


async def _indexes(store: Store, name: str) -> None:
    for index in INDEXES[name]:
        try:
            await store.database[name].create_indexes([index])
        except OperationFailure as error:
            if error.code not in _INDEX_CONFLICTS:
                raise
            await store.database[name].drop_index(index.document["name"])
            await store.database[name].create_indexes([index])
