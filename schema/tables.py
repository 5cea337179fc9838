"""What the declarations mean for XML: each declared class compiled once into tables.

A `Node` leads from XML names to what is done with them, in reading and in writing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from .element import NAMESPACES, PREFIXES, Claim, Element, Variant, claims, document_key
from .scalars import Integer, LooseBoolean, Real, Spelling, Verbatim, bare, spelling_of
from .xmltext import SEPARATOR, Tree


@dataclass(slots=True)
class Slot:
    """Where a single value goes, and how it is spelled; `spelling` is None for a presence."""

    key: str
    spelling: Spelling | None
    claim: Claim
    verbatim: bool = field(init=False)
    """Whether the text is the value."""
    numeric: bool = field(init=False)
    """Whether different texts spell one value."""

    def __post_init__(self) -> None:
        self.verbatim = isinstance(self.spelling, Verbatim)
        self.numeric = isinstance(self.spelling, Integer | LooseBoolean | Real)


@dataclass(slots=True, eq=False)
class Node:
    """What one element's attributes, text and children mean. A fold shares its owner's document."""

    cls: type
    attributes: dict[str, Slot] = field(default_factory=dict)
    text: Slot | None = None
    presence: Slot | None = None
    children: "dict[str, Child | Node]" = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def slots(self) -> Iterator[Slot]:
        """The single values that go into this element's own document, folds included."""
        yield from self.attributes.values()
        yield from (slot for slot in (self.text, self.presence) if slot is not None)
        for plan in self.children.values():
            if isinstance(plan, Node):
                yield from plan.slots()

    def plans(self) -> "Iterator[tuple[str, Child]]":
        """The children with documents of their own, by XML name, folds included."""
        for name, plan in self.children.items():
            if isinstance(plan, Node):
                yield from plan.plans()
            else:
                yield name, plan

    def below(self, key: str) -> "Iterator[Node | None]":
        """What stands under a key of the document: the tables of its shapes, or None for a single value."""
        yield from (None for slot in self.slots() if slot.key == key)
        for _, plan in self.plans():
            if plan.key == key and isinstance(plan.of, type):
                yield from (node(shape) for shape in plan.shapes())


@dataclass(slots=True)
class Child:
    """A child with documents of its own: `many` says whether the key holds a list."""

    key: str
    claim: Claim
    of: Any
    """A declared class, a family of variants, a `Spelling` for lists of text, or None for raw XML."""
    many: bool = field(init=False)
    """Whether the document holds a list."""
    varies: bool = field(init=False)
    """Whether the documents are variants, told apart by `kind`."""
    _tables: dict[str, Node] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.many = self.claim.role in ("children", "chain", "variants")
        self.varies = self.claim.role in ("variant", "variants")

    def shapes(self) -> list[type[Any]]:
        """The declared classes that a document here can be of."""
        return list(dict.fromkeys(self.of.shapes.values())) if self.varies else [self.of]

    def shape(self, kind: str) -> Node:
        """The tables for one child of this kind."""
        found = self._tables.get(kind)
        if found is None:
            found = self._tables[kind] = node(self.of.shapes[kind] if self.varies else self.of)
        return found

    def kind(self, tree: Tree, owner: Tree) -> str | None:
        """The kind of variant that a child is; None where it is no variant."""
        if not self.varies:
            return None
        holder, name = (tree, self.of.own) if self.of.own else (owner, self.claim.by)
        word = holder.get(f"@{name}") if isinstance(holder, dict) else None
        if word is None:
            return "other" if self.of.own else str(self.of.default)
        return word if word in self.of.shapes else "other"


def qualified(name: str) -> str:
    """The name as the parser gives it: `qemu:arg` → `http://… arg`."""
    prefix, colon, local = name.partition(":")
    return f"{NAMESPACES[prefix]}{SEPARATOR}{local}" if colon else name


def declared_name(name: str) -> str:
    """The inverse of `qualified`; a namespace that has no prefix here is written out: `{urn:news}name`."""
    namespace, _, local = name.rpartition(SEPARATOR)
    if not namespace:
        return local
    return f"{PREFIXES[namespace]}:{local}" if namespace in PREFIXES else f"{{{namespace}}}{local}"


_nodes: dict[Any, Node] = {}


def node(cls: type[Any]) -> Node:
    """The tables of a declared class, made once; raises TypeError for a declaration that contradicts itself."""
    if cls not in _nodes:
        _nodes[cls] = _compiled(cls)
    return _nodes[cls]


def _compiled(cls: type[Any]) -> Node:
    compiled = Node(cls)
    hints = get_type_hints(cls, include_extras=True)
    for python_name, claim in claims(cls).items():
        _compile(compiled, document_key(python_name), claim, hints[python_name])
    return compiled


def _compile(compiled: Node, key: str, claim: Claim, annotation: Any) -> None:
    field_name = f"{compiled.cls.__name__}.{key}"
    name = qualified(claim.xml or key)
    steps = [qualified(step) for step in claim.within]
    if claim.role in ("text", "flag") and claim.xml is not None:
        steps.append(name)
    compiled.keys.add(key)
    home = compiled
    for step in steps:
        inner = home.children.setdefault(step, Node(compiled.cls))
        if not isinstance(inner, Node):
            raise TypeError(f"{field_name} reaches into <{step}>, which has an object of its own")
        home = inner
    taken = False
    if claim.role == "attribute":
        taken = f"@{name}" in home.attributes
        home.attributes[f"@{name}"] = Slot(key, _spelling(annotation, field_name), claim)
    elif claim.role == "text":
        taken = home.text is not None
        home.text = Slot(key, _spelling(annotation, field_name), claim)
    elif claim.role == "flag":
        taken = home.presence is not None
        home.presence = Slot(key, None, claim)
    else:
        taken = name in home.children
        home.children[name] = Child(key, claim, _of(claim, bare(annotation), field_name))
    if taken:
        raise TypeError(f"{field_name} claims XML that another field claims")


def _spelling(annotation: Any, field_name: str) -> Spelling:
    try:
        return spelling_of(annotation)
    except TypeError as error:
        raise TypeError(f"{field_name}: {error}") from None


def _of(claim: Claim, annotation: Any, field_name: str) -> Any:
    if claim.role == "raw":
        return None
    if not isinstance(annotation, type) or not issubclass(annotation, Element):
        return _spelling(annotation, field_name)
    if claim.role in ("variant", "variants"):
        _check_family(annotation, claim, field_name)
    return annotation


def _check_family(members: Any, claim: Claim, field_name: str) -> None:
    """Every word must find a shape, and survive in it."""
    name = members.__name__
    if not issubclass(members, Variant) or "shapes" not in vars(members):
        raise TypeError(f"{field_name}: {name} is no family")
    if (members.own is None) == (claim.by is None):
        raise TypeError(f"{field_name}: the word must stand on {name} (own=) or on its owner (by=), one of them")
    if "other" not in members.shapes:
        raise TypeError(f'{field_name}: {name} has no shape("other") for words that nobody declared')
    if members.own is not None and f"@{members.own}" not in node(members.shapes["other"]).attributes:
        raise TypeError(f"{field_name}: the shape for other words of {name} must declare the attribute {members.own}")


def reachable(cls: type[Any]) -> list[type[Any]]:
    """A declared class and every one below it, each once; of a family all its shapes."""
    found = {cls: None}
    waiting = [cls]
    for each in waiting:  # grows while it is walked
        for _, plan in node(each).plans():
            fresh = [shape for shape in (plan.shapes() if isinstance(plan.of, type) else ()) if shape not in found]
            found |= dict.fromkeys(fresh)
            waiting += fresh
    return list(found)
