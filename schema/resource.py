"""What all resources of a host have in common, the register of their kinds, and their XML in and out.

A resource is what VMs use and share: a storage pool, a network, a PCI function. Like a device it is a declared
element; unlike one it is a document of its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, cast

import strawberry
from graphql import GraphQLResolveInfo

from .codec import read, write
from .element import Document, Documents, Element, derived, derived_together, element, is_document
from .graph.arguments import After, First
from .node import Node, node_id
from .roles import Roles, wanted_roles
from .xmltext import DefinitionError, Source, XmlError

if TYPE_CHECKING:
    from .graph.host import Host
    from .graph.resources import Reference

T = TypeVar("T", bound=type)

RESOURCES: dict[str, type["Resource"]] = {}
"""Declared resources by their `ResourceKind`, such as `STORAGE_POOL`."""

ENVELOPE = frozenset(
    {"_id", "hostId", "sourceKey", "revision", "changedAt", "declarations", "label", "keys", "links", "facts",
     "untyped", "terms", "error", "rawXml", "referenced"}
)  # fmt: skip
"""Keys that the store puts around a resource's own; no declared resource has a field of such a name."""


@strawberry.interface(
    description="Something of a host that VMs use and may share: storage, a network, a device of the host, a filter. "
    "Each kind has a type."
)
class Resource(Element, Node):
    """Something of a host that VMs use and may share."""

    tag: ClassVar[str]
    """The root element of its XML: `pool`."""
    kind_name: ClassVar[str]
    """The `ResourceKind`: `STORAGE_POOL`."""

    @derived("Opaque id, the same as long as the host has the resource; `node` finds the resource by it.")
    def id(document: strawberry.Parent[Document]) -> strawberry.ID:  # noqa: D102
        return node_id("Resource", document["_id"])

    @derived(
        "Which kind of resource it is; it decides the type.",
        graphql_type=Annotated["ResourceKind", strawberry.lazy("schema.host")],  # noqa: F821
    )
    def kind(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return str(document["kind"])

    @derived("What it is called: its name where it has one, or what tells it from others of its kind.")
    def name(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return cast(str | None, document.get("label"))

    @derived_together(
        "The host that has the resource; null for what belongs to no single host.",
        graphql_type=Annotated["Host", strawberry.lazy("schema.graph.host")] | None,
    )
    def host(documents: Documents, info: strawberry.Info[Any, Any]) -> Any:  # noqa: D102
        return info.context.loaders.hosts_of(documents)

    @derived("Whether it is in use on its host: a pool that is mounted, a network that is up; null where it is always.")
    def active(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return cast(bool | None, document.get("facts", {}).get("active"))

    @derived("Whether its host remembers it when it is not active; null where libvirt does not say.")
    def persistent(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return cast(bool | None, document.get("facts", {}).get("persistent"))

    @derived("Whether it becomes active when its host starts; null where libvirt does not say.")
    def autostart(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return cast(bool | None, document.get("facts", {}).get("autostart"))

    @derived("Why the resource's XML cannot be read; null when it can.")
    def error(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        return cast(str | None, document.get("error"))

    @derived("XML paths of everything in `extra`, here and in all that is below, each once.")
    def untyped(document: strawberry.Parent[Document]) -> list[str]:  # noqa: D102
        return [counted["path"] for counted in document.get("untyped", [])]

    @derived_together(
        "What is attached to it: devices of VMs, and VMs themselves, by VM. On storage that several hosts share, "
        "VMs of all these hosts.",
        graphql_type=Annotated["AttachmentConnection", strawberry.lazy("schema.graph.attachment")],  # noqa: F821
    )
    def attachments(  # noqa: D102
        documents: Documents,
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
        roles: Roles = None,
    ) -> Any:
        from .graph.attachment import attachment_connections

        return attachment_connections(documents, info, first, after, roles)

    @derived(
        "What the resource itself names: the image below a volume, the bridge of a network, the filters in a filter.",
        graphql_type=list[Annotated["Reference", strawberry.lazy("schema.graph.resources")]],
    )
    def references(document: strawberry.Parent[Document], roles: Roles = None) -> Any:  # noqa: D102
        wanted = wanted_roles(roles)
        return [link for link in document.get("links", ()) if wanted is None or link["role"] in wanted]

    @derived(
        "The resources that name this one, by kind and name.",
        graphql_type=Annotated["ResourceConnection", strawberry.lazy("schema.graph.resources")],  # noqa: F821
    )
    async def referenced_by(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
        roles: Roles = None,
    ) -> Any:
        from .graph.resources import naming_connection

        return await naming_connection(document, info, first, after, roles=wanted_roles(roles))

    @derived(
        "The changes of the resource, the newest first, as long as they are kept; none for what is only named.",
        graphql_type=Annotated["ChangeConnection", strawberry.lazy("schema.graph.change")],  # noqa: F821
    )
    async def history(  # noqa: D102
        document: strawberry.Parent[Document],
        info: strawberry.Info[Any, Any],
        first: First = None,
        after: After = None,
    ) -> Any:
        from .graph.change import history_connection

        return await history_connection(info, None if "referenced" in document else document["_id"], None, first, after)

    @derived("The resource as libvirt XML; of XML that cannot be read, the text as it came; null where there is none.")
    def xml(document: strawberry.Parent[Document]) -> str | None:  # noqa: D102
        if "error" in document:
            return cast(str | None, document.get("rawXml"))
        return None if "referenced" in document else resource_to_xml(document)

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """What a resource of this kind is called; kinds without a `<name>` say it here."""
        return document.get("name")

    @classmethod
    def settle(cls, document: Document) -> None:
        """Complete a document that was just read from XML, in place, by what follows from the rest of it."""

    @classmethod
    def resolve_type(cls, document: Document, _info: GraphQLResolveInfo[Any], _type: Any) -> str:
        """The GraphQL type of a stored resource."""
        return type_name(document)

    is_type_of = staticmethod(is_document)


def type_name(document: Document) -> str:
    """The GraphQL type of a resource; one that is only named has a type of its own, whatever its kind."""
    return "ReferencedResource" if "referenced" in document else RESOURCES[document["kind"]].__name__


def roots(*others: type[Any]) -> tuple[type[Any], ...]:
    """The declared resources behind other classes that are roots of XML."""
    return (*others, *RESOURCES.values())


def called(document: Document) -> str | None:
    """What a resource is called."""
    return RESOURCES[document["kind"]].name_of(document)


def resource(tag: str, kind: str) -> Callable[[T], T]:
    """Class decorator: this class declares the resource whose XML has the root `tag`; `kind` is its `ResourceKind`."""

    def declare(cls: T) -> T:
        members: Any = cls
        members.tag, members.kind_name = tag, kind
        RESOURCES[kind] = element(cls)
        return cls

    return declare


def resource_from_xml(xml: str | bytes) -> Document:
    """The resource that XML describes, `{kind, …}`; the root element says which kind it is.

    Raises XmlError for XML that is malformed, hostile (document types, entities), deeper than 64 levels, larger than
    8 MiB or rooted in an element that is no resource of libvirt. Anything else is taken in without loss.
    """
    source = Source(xml)
    declared = next((cls for cls in RESOURCES.values() if cls.tag == source.name), None)
    if declared is None:
        known = ", ".join(sorted(f"<{cls.tag}>" for cls in RESOURCES.values()))
        raise XmlError(f"the root element is <{source.name}>, not one of {known}")
    document = {"kind": declared.kind_name, **read(source, declared)}
    declared.settle(document)
    return document


def resource_to_xml(document: Document) -> str:
    """The XML that a resource describes, the inverse of `resource_from_xml`; stored ones may keep their envelope.

    Raises DefinitionError for a value that no XML can hold or that is not of its field's type, naming the path.
    """
    declared = RESOURCES.get(document.get("kind", ""))
    if declared is None:
        raise DefinitionError(f"{document.get('kind')!r} is no kind of resource: {', '.join(RESOURCES)}")
    own = {key: value for key, value in document.items() if key not in ENVELOPE}
    return str(write(own, declared, declared.tag))
