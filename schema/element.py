"""The words a declaration is written in.

A class declares one libvirt element as a table: name, type, sentence. Everything else follows from that line: the
XML mapping and the stored shape (`schema.codec`), the GraphQL output type (the class itself, through Strawberry) and
the documentation. Values at run time are plain dicts; these classes are never instantiated.

    @element
    class DiskTarget(Element):
        "How the guest addresses the disk."

        dev: str | None = attribute("Name of the disk inside libvirt, such as `vda`.", searchable=True)
        bus: DiskBus | None = attribute("Bus the guest sees the disk on.", searchable=True)
        rotation_rate: int | None = attribute("Rotation speed in rpm; 1 is an SSD.", xml="rotation_rate")

| word | the XML it claims, seen from the class's own element |
|---|---|
| `attribute` | an attribute: `dev='vda'` |
| `text` | the element's own text |
| `text_child` | the text of a child: `<serial>WD-1</serial>` |
| `flag` | a child that is there or not: `<readonly/>` |
| `child`, `children` | one child, or any number, each of the class in the annotation; `list[str]`: the text of each |
| `chain` | a child that holds the next one of its own name, stored as one flat list: `<backingStore>` |
| `variant`, `variants` | children whose shape a word decides; see `family` |
| `raw_children` | children kept as XML, in order: `<metadata>` |
| `derived` | no XML: computed from the other fields |
| `derived_together` | no XML: read from elsewhere, for many documents at once |

The XML name is the field's GraphQL name (camelCase) unless `xml=` says otherwise; `xml="qemu:arg"` names one in a
namespace. `within="tune"` reaches through a child that gets no object of its own, so that `<model type='e1000'/>`
can be `model: str | None = attribute("…", xml="type", within="model")`. Numbers and booleans say how they are
spelled by their type: `int`, `Long`, `float`, `Hex2`, `YesNo`, `OnOff` … (`schema.scalars`). Every word takes
`since=`, the libvirt release that brought the thing; it is told at the end of the description.

Shapes of one element, told apart by a word that the document keeps as `kind`:

    @family(own="type")  # the word is this element's own attribute; otherwise the field says by="type" of its owner
    class Address(Variant):
        "Where a device sits on its bus."

    @shape("pci")  # declares what only this shape has; the word itself is no field
    class PciAddress(Address): ...

    @shape("other")  # for words that nobody declared; with `own` it declares the attribute, so that the word survives
    class OtherAddress(Address):
        type: str | None = attribute("libvirt's word for the type of address.")

Fields of different kinds of devices, or shapes of a family, that share a name must agree on their GraphQL type and
on being a list (GraphQL's overlapping-fields rule); objects may differ as long as what they hold agrees. So `type`,
`model`, `mode` and `protocol` are Strings everywhere, with their words in the sentence, lists are plurals
(`sources`), and what must differ is named apart (`portNumber`). A test spreads every kind in one query.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ClassVar, Literal, TypeVar, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

Document = dict[str, Any]
"""A declared element as it is stored: the keys are GraphQL names, what is absent in XML is absent here."""

Documents = strawberry.Parent[list[Document]]
"""The documents that a field is resolved for together."""

Role = Literal["attribute", "text", "flag", "child", "children", "chain", "variant", "variants", "raw"]

NAMESPACES = (
    {
        prefix: f"http://libvirt.org/schemas/domain/{prefix}/1.0"
        for prefix in ("qemu", "lxc", "xen", "bhyve", "test", "vmware")
    }
    | {prefix: f"http://libvirt.org/schemas/storagepool/{prefix}/1.0" for prefix in ("fs", "rbd")}
    | {"dnsmasq": "http://libvirt.org/schemas/network/dnsmasq/1.0"}
)
"""The prefixes that `xml=` may use; documents match on the URI, whatever their prefix."""

PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
"""The prefix that is written for a namespace."""

_METADATA = "virtgraph"
_TOGETHER = "virtgraph.together"
T = TypeVar("T", bound=type)


@dataclass(frozen=True, slots=True)
class Claim:
    """The XML that one field claims: `within` are the children passed on the way, `xml` the name found there.

    `since` is the libvirt release that brought it; it changes no document and is no part of the claim's identity.
    """

    role: Role
    xml: str | None = None
    within: tuple[str, ...] = ()
    by: str | None = None
    searchable: bool = False
    term: bool = False
    secret: bool = False
    since: str | None = field(default=None, repr=False, compare=False)


def derived(description: str, *, graphql_type: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """A field computed from the others: `def bytes(document: strawberry.Parent[Document]) -> …`.

    `graphql_type` names the type where the resolver's annotation cannot: stored words of an enum, dicts of a class.
    """
    return lambda resolver: strawberry.field(resolver, description=description, graphql_type=graphql_type)


Together = Callable[..., Sequence[Any] | Awaitable[Sequence[Any]]]
"""Resolves a field for many documents at once: a value for each, or the exception that it fails with."""


def derived_together(description: str, *, graphql_type: Any) -> Callable[[Together], Any]:
    """A field computed for all documents of a level of a query at once, since it is read from elsewhere.

    `def resource(documents: Documents, info: …) -> Sequence[…]`, or an awaitable of it. Where documents are resolved
    one at a time, it is called for each of them.
    """

    def declared(resolver: Together) -> Any:
        @wraps(resolver)
        def of_one(documents: Document, **arguments: Any) -> Any:
            found = resolver([documents], **arguments)
            return _awaited(found) if isinstance(found, Awaitable) else _only(found)

        return strawberry.field(
            of_one, description=description, graphql_type=graphql_type, metadata={_TOGETHER: resolver}
        )

    return declared


def _only(values: Sequence[Any]) -> Any:
    (value,) = values
    if isinstance(value, BaseException):
        raise value
    return value


async def _awaited(found: Awaitable[Sequence[Any]]) -> Any:
    return _only(await found)


def together(field: StrawberryField) -> Together | None:
    """What resolves a field for many documents at once; None for one that is resolved for each."""
    return field.metadata.get(_TOGETHER)


def is_document(value: Any, _info: GraphQLResolveInfo[Any]) -> bool:
    """`is_type_of` of what is stored: the interfaces know the type, so that any document will do."""
    return isinstance(value, dict)


@strawberry.type(description="A piece of XML that no declaration claims, kept as it was read.")
class Extra:
    """A piece of XML that no declaration claims, kept as it was read."""

    path: str | None = strawberry.field(description="Elements between the owner and the piece, joined by `/`.")
    name: str = strawberry.field(description="Name of the attribute or element; `#text` for character data.")
    namespace: str | None = strawberry.field(description="Namespace URI of the name, where it has one.")
    value: str | None = strawberry.field(description="Value of the attribute, or the character data.")
    xml: str | None = strawberry.field(description="The whole element as XML, where the piece is one.")


@strawberry.type
class Element:
    """An XML element that a declaration describes."""

    @derived("What the XML says here and no field of this API stands for; empty as a rule.")
    def extra(document: strawberry.Parent[Document]) -> list[Extra]:  # noqa: D102
        return cast(list[Extra], document.get("extra", []))


@strawberry.type
class Variant(Element):
    """One of several shapes of an element; `kind` in the document tells which."""

    own: ClassVar[str | None]
    default: ClassVar[str]
    shapes: ClassVar[dict[str, type["Variant"]]]

    kind: str = strawberry.field(description="libvirt's word for this shape; `other` where no such shape is known.")

    @classmethod
    def types_by_kind(cls) -> dict[str, str]:
        """The GraphQL type of a document by its `kind`, which is all that decides on it."""
        return {kind: declared.__name__ for kind, declared in cls.shapes.items()}

    @classmethod
    def resolve_type(cls, document: Document, _info: GraphQLResolveInfo[Any], _type: Any) -> str:
        """The GraphQL type of a stored variant."""
        return cls.shapes[document["kind"]].__name__

    is_type_of = staticmethod(is_document)


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def value_at(document: Any, path: str) -> Any:
    """The value under a dotted path of a document, None where the path leads nowhere: `source.file`."""
    for step in _steps(path):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def claims(cls: type) -> dict[str, Claim]:
    """The fields of a declared class that claim XML, by Python name, in the order of the page."""
    fields = cls.__strawberry_definition__.fields  # type: ignore[attr-defined]
    return {field.python_name: field.metadata[_METADATA] for field in fields if _METADATA in field.metadata}


def document_key(python_name: str) -> str:
    """The key in the document, which is the field's name in GraphQL: `queue_size` → `queueSize`."""
    return to_camel_case(python_name)


def released(description: str, since: str | None) -> str:
    """The description with the libvirt release that brought the thing, where it is known."""
    return f"{description} Since libvirt {since}." if since else description


def _claim(description: str, claim: Claim, *, resolver: Any = None, graphql_type: Any = None) -> Any:
    return strawberry.field(
        resolver,
        description=released(description, claim.since),
        metadata={_METADATA: claim},
        graphql_type=graphql_type,
    )


def _path(within: str) -> tuple[str, ...]:
    return tuple(within.split("/")) if within else ()


def attribute(
    description: str,
    *,
    xml: str | None = None,
    within: str = "",
    searchable: bool = False,
    term: bool = False,
    secret: bool = False,
    since: str | None = None,
) -> Any:
    """An attribute of this element, or of the child `within`.

    `searchable` values go into the index: what people look for (names, paths, addresses, models, formats), not every
    switch. A `term` is found by `search` as well: what somebody holds in hand who asks where it is from, such as an
    address, a path, a serial; of objects, `schema.terms` knows how they are written. `secret` marks a value that is
    a secret itself, such as a password, not a reference to one. An element that is only passed on the way and turns
    out empty (`<boot/>`) is remembered in `spelling`, as `boot/`.
    """
    return _claim(
        description,
        Claim("attribute", xml, _path(within), searchable=searchable, term=term, secret=secret, since=since),
    )


def text(
    description: str,
    *,
    within: str = "",
    searchable: bool = False,
    term: bool = False,
    secret: bool = False,
    since: str | None = None,
) -> Any:
    """The element's own character data."""
    return _claim(
        description, Claim("text", None, _path(within), searchable=searchable, term=term, secret=secret, since=since)
    )


def text_child(
    description: str,
    *,
    xml: str | None = None,
    within: str = "",
    searchable: bool = False,
    term: bool = False,
    secret: bool = False,
    since: str | None = None,
) -> Any:
    """The character data of a child that carries nothing else."""
    return _claim(
        description,
        Claim("text", xml or "", _path(within), searchable=searchable, term=term, secret=secret, since=since),
    )


def flag(description: str, *, xml: str | None = None, within: str = "", since: str | None = None) -> Any:
    """A child whose presence is the information: `true`, or absent."""
    return _claim(description, Claim("flag", xml or "", _path(within), since=since))


def child(
    description: str,
    *,
    xml: str | None = None,
    within: str = "",
    term: bool = False,
    since: str | None = None,
    resolver: Callable[..., Any] | None = None,
    graphql_type: Any = None,
) -> Any:
    """One child element, of the class in the annotation.

    `resolver` and `graphql_type` are for a child that GraphQL shows in another shape than the stored one.
    """
    claim = Claim("child", xml, _path(within), term=term, since=since)
    return _claim(description, claim, resolver=resolver, graphql_type=graphql_type)


def children(
    description: str,
    *,
    xml: str,
    within: str = "",
    searchable: bool = False,
    term: bool = False,
    since: str | None = None,
) -> Any:
    """Every child named `xml` (the field is its plural): `list[Class]`, or `list[str]` for the text of each."""
    return _claim(description, Claim("children", xml, _path(within), searchable=searchable, term=term, since=since))


def chain(description: str, *, xml: str, since: str | None = None) -> Any:
    """A child that may hold the next one under its own name; the list runs from the outermost inwards."""
    return _claim(description, Claim("chain", xml, since=since))


def variant(
    description: str,
    *,
    by: str | None = None,
    xml: str | None = None,
    within: str = "",
    since: str | None = None,
) -> Any:
    """One child of a family; `by` is the owner's attribute that names the shape, unless the child says it itself."""
    return _claim(description, Claim("variant", xml, _path(within), by=by, since=since))


def variants(
    description: str, *, xml: str, by: str | None = None, within: str = "", term: bool = False, since: str | None = None
) -> Any:
    """Every child named `xml`, each of a family."""
    return _claim(description, Claim("variants", xml, _path(within), by=by, term=term, since=since))


def raw_children(description: str, *, xml: str, since: str | None = None) -> Any:
    """The children of the child `xml`, each as XML, in order: `list[str]`."""
    return _claim(description, Claim("raw", xml, since=since))


def sentence(cls: type) -> str:
    """The docstring as a GraphQL description."""
    return "\n".join(line.strip() for line in (cls.__doc__ or "").strip().splitlines())


def first_sentence(cls: type) -> str:
    """The first sentence of the docstring, on one line: what the element is, in brief."""
    return re.split(r"(?<=\.)\s", sentence(cls), maxsplit=1)[0].replace("\n", " ")


def element(cls: T) -> T:
    """Class decorator: this class declares an element."""
    declared: T = strawberry.type(cls, description=sentence(cls))
    return declared


def family(*, own: str | None = None, default: str = "other") -> Callable[[T], T]:
    """Class decorator: this class gathers the shapes of one element.

    `own` is the element's own attribute that names the shape (`type` in `<address type='pci'>`); without it the
    word stands on the owner and the field names it with `by=`. `default` is the shape where the word is missing.
    """

    def declare(cls: T) -> T:
        members: Any = cls
        members.own, members.default, members.shapes = own, default, {}
        declared: T = strawberry.interface(cls, description=sentence(cls))
        return declared

    return declare


def shape(*kinds: str) -> Callable[[T], T]:
    """Class decorator: this class is its family's shape for these words; `other` takes the words nobody declared.

    Where the family has an `own` attribute, the shape for `other` declares it as a field, so that the word survives.
    """

    def declare(cls: T) -> T:
        declared = element(cls)
        for kind in kinds:
            cast(Any, cls).shapes[kind] = declared
        return declared

    return declare
