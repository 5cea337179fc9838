"""The schema behind Strawberry's own ASGI application."""

from enum import Enum
from typing import Any

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.rivals import words
from bench.rivals.plain_strawberry import devices, machines, variants
from bench.rivals.plain_strawberry.context import Info
from bench.rivals.plain_strawberry.inputs import VmFilter
from bench.rivals.plain_strawberry.scalars import LONG, Long
from bench.rivals.reads import Reads, vm_projection
from bench.rivals.serve import database, serve
from bench.rivals.words import KINDS


@strawberry.type
class Query:
    """The roots."""

    @strawberry.field(graphql_type=machines.VirtualMachine | None)  # type: ignore[untyped-decorator]
    async def vm(self, info: Info, id: strawberry.ID) -> Any:
        """A VM."""
        key = words.key_of_vm(id)
        return None if key is None else await info.context.vm(key, vm_projection(info._raw_info))

    @strawberry.field(graphql_type=machines.VmConnection)  # type: ignore[untyped-decorator]
    async def vms(self, info: Info, first: int | None = None, filter: VmFilter | None = None) -> Any:
        """VMs by name."""
        return await info.context.page(_given(filter), first, vm_projection(info._raw_info, "nodes"))

    @strawberry.field(graphql_type=machines.FleetConnection)  # type: ignore[untyped-decorator]
    async def fleet(self, info: Info, groupBy: str) -> Any:
        """Counts of VMs."""
        return await info.context.fleet(groupBy, info._raw_info.schema)


def _given(condition: Any) -> Any:
    """A filter as the documents have it."""
    if isinstance(condition, Enum):
        return condition.value
    if not hasattr(condition, "__dict__"):
        return condition
    return {name: _given(value) for name, value in vars(condition).items() if value not in (None, strawberry.UNSET)}


def _types() -> list[type]:
    """The types behind interfaces; those that have no fields of their own are made here."""
    found: list[type] = []
    for family, kinds in KINDS.items():
        interface = next(getattr(module, family) for module in (machines, variants) if hasattr(module, family))
        names = {*kinds.values(), *(["ReferencedResource"] if family == "Resource" else [])}
        for name in sorted(names):
            declared = next((getattr(one, name) for one in (machines, devices, variants) if hasattr(one, name)), None)
            found.append(declared or strawberry.type(type(name, (interface,), {"__annotations__": {}})))
    return found


schema = strawberry.Schema(
    Query,
    types=_types(),
    extensions=[lambda: ParserCache(maxsize=256), lambda: ValidationCache(maxsize=256)],
    config=StrawberryConfig(
        auto_camel_case=False, default_resolver=lambda document, name: document.get(name), scalar_map={Long: LONG}
    ),
)


class Endpoint(GraphQL[Reads, None]):
    """Strawberry's application, with a context for each request and a faster writer of JSON."""

    async def get_context(self, request: Any, response: Any) -> Reads:
        """The reads of the request."""
        return Reads(_database)

    def encode_json(self, data: object) -> bytes:
        """JSON."""
        return orjson.dumps(data)


if __name__ == "__main__":
    _database = database()
    serve(Starlette(routes=[Route("/graphql", Endpoint(schema, graphql_ide=None), methods=["POST"])]))
