"""What the declarations make of an XML path, and which of their fields a definition fills."""

import inspect
from collections.abc import Iterator
from typing import Any

from schema.definition import WholeDomain
from schema.element import Document, claims, document_key
from schema.resource import RESOURCES
from schema.tables import Child, Node, Slot, node, qualified, reachable

OWN_WORD = "the word of a family"
"""What `claimed` finds for an attribute that a family keeps as `kind`."""


Place = tuple[Node, dict[str, Child]]
"""An element's table, and the chain that goes on in it."""


def claimed(path: str, root: type[Any] = WholeDomain) -> list[Any]:
    """What claims a path such as `domain/devices/disk/@type`: slots and plans, of every shape that may stand there."""
    places: list[Place] = [(node(root), {})]
    found: list[Any] = [places[0][0]]
    for step in path.split("/")[1:]:
        if step[0] == "@":
            return [claim for table, _ in places for claim in _attribute(table, step)]
        plans = [{**table.children, **chain} for table, chain in places]
        name = qualified(step)
        found = [plan[name] for plan in plans if name in plan]
        if any(isinstance(plan, Child) and plan.of is None for plan in found):
            return found
        places = [place for plan in found for place in _below(plan, name)]
    return found


def _attribute(table: Node, step: str) -> Iterator[Any]:
    if step in table.attributes:
        yield table.attributes[step]
    elif getattr(table.cls, "own", None) == step[1:]:
        yield OWN_WORD


def _below(plan: Node | Child, name: str) -> Iterator[Place]:
    if isinstance(plan, Node):
        yield plan, {}
    elif isinstance(plan.of, type):
        yield from ((node(shape), {name: plan} if plan.claim.role == "chain" else {}) for shape in plan.shapes())


def declared_fields(root: type[Any] = WholeDomain) -> set[str]:
    """Every field that claims XML, under the class that declares it: `DiskTarget.bus`."""
    return {field for cls in reachable(root) for field in _fields(cls).values()}


def filled_fields(definition: Document) -> Iterator[str]:
    """The fields that a definition or a resource fills, under the classes that declare them."""
    if (declared := RESOURCES.get(definition.get("kind", ""))) is not None:
        yield from _filled(node(declared), definition)
        return
    whole = {**definition["domain"], **{key: definition[key] for key in definition if key != "domain"}}
    yield from _filled(node(WholeDomain), whole)


def _fields(cls: type[Any]) -> dict[str, str]:
    """The fields of a class by key, each under the class in which its line stands."""
    return {
        document_key(name): next(
            f"{base.__name__}.{name}" for base in cls.__mro__ if name in inspect.get_annotations(base)
        )
        for name in claims(cls)
    }


def _filled(table: Node, document: Document) -> Iterator[str]:
    fields = _fields(table.cls)
    yield from (fields[key] for key in document if key in fields)
    for _, plan in table.plans():
        value = document.get(plan.key)
        if isinstance(plan.of, type) and value is not None:
            for item in value if isinstance(value, list) else (value,):
                yield from _filled(plan.shape(item.get("kind", "")), item)


def spelled(claim: Any) -> Any:
    """How a single value is spelled; None for what is none."""
    if isinstance(claim, Slot):
        return claim.spelling
    if isinstance(claim, Node):
        return claim.text.spelling if claim.text else None
    if isinstance(claim, Child) and not isinstance(claim.of, type):
        return claim.of
    if isinstance(claim, Child):
        texts = [node(shape).text for shape in claim.shapes()]
        return next((text.spelling for text in texts if text is not None), None)
    return None
