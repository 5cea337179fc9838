"""Ariadne: the SDL with resolvers bound to it, edges by DataLoader, the parsed and validated documents kept."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import orjson
from ariadne import EnumType, InterfaceType, ObjectType, QueryType, ScalarType, make_executable_schema
from ariadne.asgi import GraphQL
from ariadne.asgi.handlers import GraphQLHTTPHandler
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    TypeInfo,
    parse,
    validate,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.rivals import words
from bench.rivals.reads import Reads, vm_projection
from bench.rivals.serve import database, serve
from bench.rivals.words import ENUMS, KINDS, TYPE_DEFS, Document

Info = GraphQLResolveInfo[Any]

query = QueryType()


@query.field("vm")
async def _vm(_: None, info: Info, id: str) -> Document | None:
    key = words.key_of_vm(id)
    return None if key is None else await info.context.vm(key, vm_projection(info))


@query.field("vms")
async def _vms(_: None, info: Info, first: int | None = None, filter: Document | None = None) -> Document:
    page: Document = await info.context.page(filter, first, vm_projection(info, "nodes"))
    return page


@query.field("fleet")
async def _fleet(_: None, info: Info, groupBy: str) -> Document:
    counted: Document = await info.context.fleet(groupBy, info.schema)
    return counted


vm = ObjectType("VirtualMachine")
vm.set_field("id", lambda vm, _: words.vm_id(vm))
vm.set_field("devices", lambda vm, _: words.devices_of(vm))
for array in ("disks", "interfaces"):
    vm.set_field(array, lambda vm, _, array=array: words.devices_in(array, vm))

device = InterfaceType("Device", lambda device, *_: KINDS["Device"][device["kind"]])
device.set_field("id", lambda device, _: words.device_id(device))

disk = ObjectType("Disk")


@disk.field("resource")
async def _resource(disk: Document, info: Info) -> Document | None:
    key = words.source_key(disk)
    return None if key is None else await info.context.resources.load(key)


resource = InterfaceType("Resource", lambda resource, *_: words.resource_type(resource))
resource.set_field("id", lambda resource, _: words.resource_id(resource))
resource.set_alias("name", "label")


@resource.field("attachments")
async def _attachments(resource: Document, info: Info, first: int) -> Document:
    attached: Document = await info.context.attachments(resource["keys"], first)
    return attached


attachment = ObjectType("Attachment")
attachment.set_field("active", lambda attachment, _: words.is_active(attachment))


def _variant(name: str) -> InterfaceType:
    kinds = KINDS[name]
    return InterfaceType(name, lambda value, *_: kinds[value["kind"]])


schema = make_executable_schema(
    TYPE_DEFS,
    [query, vm, device, disk, resource, attachment, ScalarType("Long")],
    [_variant(name) for name in KINDS if name not in ("Device", "Resource")],
    [EnumType(name, values) for name, values in ENUMS.items()],
)


_texts = lru_cache(maxsize=256)(parse)


def _parsed(_: Any, data: Document) -> DocumentNode:
    return _texts(data["query"])


@lru_cache(maxsize=256)
def _errors(text: str) -> list[GraphQLError]:
    return validate(schema, _texts(text))


def _valid(
    schema: GraphQLSchema,
    document_ast: DocumentNode,
    rules: Collection[type[ASTValidationRule]] | None = None,
    max_errors: int | None = None,
    type_info: TypeInfo | None = None,
) -> list[GraphQLError]:
    assert document_ast.loc
    return _errors(document_ast.loc.source.body)


class _Handler(GraphQLHTTPHandler):
    """Ariadne's handler, with a faster writer of JSON."""

    async def create_json_response(self, request: Request, result: Document, success: bool) -> Response:
        return Response(orjson.dumps(result), 200 if success else 400, media_type="application/json")


if __name__ == "__main__":
    _database = database()
    endpoint = GraphQL(
        schema,
        context_value=lambda *_: Reads(_database),
        query_parser=_parsed,
        query_validator=_valid,
        http_handler=_Handler(),
    )
    serve(Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])]))
