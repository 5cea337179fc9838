"""The page that maps libvirt's XML to documents and to GraphQL, made from the declarations."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from ..definition import WholeDomain
from ..device import Device
from ..devices import DEVICES, Devices
from ..element import Claim, Variant
from ..host import RESOURCES
from ..resource import roots
from ..tables import Child, Node, Slot, declared_name, node, reachable
from .schema import build_schema

_INTRODUCTION = """# libvirt's XML in virtgraph

Where each element and attribute of a domain's XML is kept, and of the XML of each resource: pools, networks, devices of
the host and so on; and what it is called in GraphQL. This page is made from the declarations by `virtgraph mapping`;
GraphiQL's documentation panel has the same fields with their descriptions.

- **XML**: libvirt's own name, as the path from the section's element: `driver/@cache` is an attribute, `serial` an
  element or its text, `readonly/` an element whose presence is the information.
- **Document**: the path in MongoDB and in what `schema.domain_from_xml` and `schema.resource_from_xml` return, from the
  section's object; `[]` is a list. A path in GraphQL has the same steps.
- **GraphQL** and **type**: the field that shows it. A link leads to the section of what is declared once for many.
- **Found**: *indexed* values can be searched through an index; *secret* ones are secrets themselves.
- **Since**: the libvirt release that brought it, where libvirt's documentation says so.

What no declaration knows is kept in `extra` of the object it stands in, and counted by the query `coverage`.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One element or attribute of libvirt, and ours."""

    xml: str
    document: str
    field: str
    graphql_type: str
    claim: Claim
    kinds: str = ""


def mapping_page() -> str:
    """The whole page, as Markdown."""
    return "\n".join([_INTRODUCTION, *_Page(build_schema()._schema).lines()])


_WHOLE = (WholeDomain, Devices)
"""What has sections of its own, wherever it stands."""


class _Page:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        declared: list[type[Any]] = [
            Device,
            *dict.fromkeys(cls for root in roots(WholeDomain) for cls in reachable(root)),
        ]
        uses = Counter(plan.of for cls in declared for _, plan in node(cls).plans() if isinstance(plan.of, type))
        # A class that several others hold has a section of its own, and so has a family, for its shapes.
        self._apart = {of for of, count in uses.items() if (count > 1 or issubclass(of, Variant)) and of not in _WHOLE}

    def lines(self) -> Iterator[str]:
        yield from _section("The domain", "`<domain>`.", self._domain())
        yield from _section("Every device", "What all elements of `<devices>` have in common.", self._rows(Device))
        common = set(node(Device).keys)
        for tag, declared in DEVICES.items():
            rows = [row for row in self._rows(declared) if row.document.split(".")[0].removesuffix("[]") not in common]
            place = f"`<{tag}>`, in the document under `devices.{declared.array}[]`, in GraphQL `{declared.__name__}`."
            yield from _section(f"`{tag}`", place, rows)
        for kind, resource in RESOURCES.items():
            place = f"`<{resource.tag}>`, in the collection `resources` with the kind `{kind}`."
            yield from _section(resource.__name__, place, self._rows(resource))
        yield "## Shared parts\n"
        for part in sorted(self._apart - set(DEVICES.values()), key=lambda part: part.__name__):
            yield from self._part(part)

    def _domain(self) -> Iterator[Row]:
        for row in self._rows(WholeDomain):
            if row.document != "devices":
                yield replace(row, document=f"{'' if row.field.startswith('Virtual') else 'domain.'}{row.document}")
        for slot in node(Devices).slots():
            yield self._value(WholeDomain, slot, f"devices/{slot.key}", "devices.")

    def _part(self, part: type[Any]) -> Iterator[str]:
        if not issubclass(part, Variant):
            yield from _section(part.__name__, "", self._rows(part), level=3)
            return
        shapes: dict[type[Any], list[str]] = {}
        for word, shape in part.shapes.items():
            shapes.setdefault(shape, []).append(word)
        word = f"@{part.own}" if part.own else "the owner's `@type`"
        rows = [Row(word, "kind", f"{part.__name__}.kind", "String!", Claim("attribute"), "every")]
        rows += [replace(row, kinds="every") for row in self._rows(part)]
        common = {row.document for row in rows}
        for shape, words in shapes.items():
            kinds = ", ".join(f"`{word}`" for word in words)
            rows += [replace(row, kinds=kinds) for row in self._rows(shape) if row.document not in common]
        every = ", ".join(f"`{shape.__name__}` ({', '.join(words)})" for shape, words in shapes.items())
        yield from _section(
            part.__name__, f"An interface in GraphQL with the kinds {every}.", rows, level=3, kinds=True
        )

    def _rows(self, cls: type[Any]) -> Iterator[Row]:
        yield from self._table(cls, node(cls), "", "")

    def _table(self, cls: type[Any], table: Node, xml: str, document: str) -> Iterator[Row]:
        for name, slot in table.attributes.items():
            yield self._value(cls, slot, f"{xml}@{declared_name(name[1:])}", document)
        if table.text is not None:
            yield self._value(cls, table.text, xml.removesuffix("/") or "the text", document)
        if table.presence is not None:
            yield self._value(cls, table.presence, xml, document)
        for name, plan in table.children.items():
            inner = f"{xml}{declared_name(name)}/"
            if isinstance(plan, Node):
                yield from self._table(cls, plan, inner, document)
            else:
                yield from self._child(cls, plan, inner, document)

    def _value(self, cls: type[Any], slot: Slot, xml: str, document: str) -> Row:
        return Row(xml, f"{document}{slot.key}", *self._field(cls, slot.key), slot.claim)

    def _child(self, cls: type[Any], plan: Child, xml: str, document: str) -> Iterator[Row]:
        path = f"{document}{plan.key}{'[]' if plan.many or plan.of is None else ''}"
        field, shown = self._field(cls, plan.key)
        if plan.of in self._apart:
            shown = f"[{shown}](#{plan.of.__name__.lower()})"
        yield Row(xml.removesuffix("/"), path, field, shown, plan.claim)
        if isinstance(plan.of, type) and plan.of not in self._apart and plan.of not in _WHOLE:
            yield from self._table(plan.of, node(plan.of), xml, f"{path}.")

    def _field(self, cls: type[Any], key: str) -> tuple[str, str]:
        """The GraphQL field of a class for a key, and its type."""
        for name in ("Domain", "VirtualMachine") if cls in (WholeDomain, Devices) else (cls.__name__,):
            of = self._schema.type_map[name]
            assert isinstance(of, GraphQLObjectType | GraphQLInterfaceType)
            if key in of.fields:
                return f"{name}.{key}", str(of.fields[key].type)
        raise KeyError(f"{cls.__name__}.{key}")


def _section(title: str, place: str, rows: Iterable[Row], *, level: int = 2, kinds: bool = False) -> Iterator[str]:
    yield f"{'#' * level} {title}\n"
    if place:
        yield f"{place}\n"
    found = list(rows)
    if not found:
        yield "It has nothing beyond what every device has.\n"
        return
    columns = [*(["kind"] if kinds else []), "XML", "document", "GraphQL", "type", "found", "since"]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in found:
        cells = [_code(row.xml), _code(row.document), _code(row.field), _code(row.graphql_type)]
        cells += [_found(row.claim), row.claim.since or ""]
        yield f"| {' | '.join([*([row.kinds] if kinds else []), *cells])} |"
    yield ""


def _code(text: str) -> str:
    return f"`{text}`" if text and "`" not in text and "](" not in text else text


def _found(claim: Claim) -> str:
    return ", ".join(word for word, holds in (("indexed", claim.searchable), ("secret", claim.secret)) if holds)
