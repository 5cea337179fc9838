"""The floor: no GraphQL at all, but the answer to the tree query written by hand from MongoDB's raw batches.

The variables of a request say what it is for: `id` is one VM, `first` the first VMs by name.
"""

from typing import Any

import bson
import orjson
from graphql import FragmentDefinitionNode, parse
from motor.motor_asyncio import AsyncIOMotorDatabase
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.rivals import words
from bench.rivals.drawn import drawn
from bench.rivals.serve import database, serve
from bench.rivals.tree import written
from bench.rivals.words import Document
from bench.workloads import queries
from loaders.projections import projection
from schema.graph.selection import Selected, vm_paths

_BATCH = 101


def _paths(query: str) -> frozenset[str]:
    """What a query selects of VMs, which virtgraph works out better than a person would."""
    document = parse(query)
    (field,) = document.definitions[0].selection_set.selections  # type: ignore[attr-defined]
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    selected = Selected.of_nodes([field], fragments)
    return vm_paths(selected if field.name.value == "vm" else selected.entries())


_OF_ONE = projection(_paths(queries.TREE_OF_ONE), 1)
_OF_MANY = projection(_paths(queries.TREE_OF_MANY))


async def tree_of_one(source: AsyncIOMotorDatabase[Document], opaque: str) -> bytes:
    """The response for one VM."""
    found = await _read(source, {"_id": words.key_of_vm(opaque)}, 1, _OF_ONE)
    return orjson.dumps({"data": {"vm": written(found[0]) if found else None}})


async def tree_of_many(source: AsyncIOMotorDatabase[Document], first: int) -> bytes:
    """The response for the first VMs."""
    found = await _read(source, {}, first, _OF_MANY)
    return orjson.dumps({"data": {"vms": {"nodes": [drawn(vm) for vm in found]}}})


async def _read(
    source: AsyncIOMotorDatabase[Document], query: Document, limit: int, shown: Document | None
) -> list[Document]:
    cursor = source["vms"].find_raw_batches(query, shown, batch_size=_BATCH, limit=limit)
    found: list[Document] = []
    async for batch in cursor.sort([("name", 1), ("_id", 1)]):
        found += bson.decode_all(batch)
    return found


def application(source: AsyncIOMotorDatabase[Document]) -> Starlette:
    """The application over a database."""

    async def answer(request: Request) -> Response:
        variables: dict[str, Any] = orjson.loads(await request.body())["variables"]
        if "id" in variables:
            body = await tree_of_one(source, variables["id"])
        else:
            body = await tree_of_many(source, variables["first"])
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])])


if __name__ == "__main__":
    serve(application(database()))
