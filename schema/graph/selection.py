"""Which paths of a stored document a query needs.

Keys of documents are the names of the API, so a selection is nearly a projection: plain fields become paths, a field
that is computed from its neighbours becomes the path of the object it stands in.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from strawberry.types.nodes import FragmentSpread as Spread
from strawberry.types.nodes import InlineFragment, SelectedField, Selection

from ..devices import DEVICES
from ..domain import Domain
from ..element import Variant
from ..tables import Child, node

_PLAIN = {
    "name": "name",
    "uuid": "uuid",
    "sourceKey": "sourceKey",
    "state": "state",
    "revision": "revision",
    "changedAt": "changedAt",
    "error": "error",
    "host": "hostId",
    "emulator": "devices.emulator",
}
_EVERYTHING = ("name", "uuid", "domain", "devices", "rawXml")
_EXTRA = ("domain.extra", "devices.extra")
_ARRAYS = {declared.array: declared for declared in DEVICES.values()}


def _flat(selections: Iterable[Selection]) -> Iterator[SelectedField]:
    for selection in selections:
        if isinstance(selection, SelectedField):
            yield selection
        elif isinstance(selection, InlineFragment | Spread):
            yield from _flat(selection.selections)


def under(selections: Iterable[Selection], *names: str) -> list[Selection]:
    """The selections below the fields of these names."""
    return [inner for field in _flat(selections) if field.name in names for inner in field.selections]


def selected(selections: Iterable[Selection], name: str) -> bool:
    """Whether a field of this name is selected."""
    return any(field.name == name for field in _flat(selections))


def vm_paths(selections: Iterable[Selection]) -> frozenset[str]:
    """The paths of a VM that these selections read, none inside another."""
    return _shortest({"_id", "hostId", *_vm(selections)})


def _shortest(paths: set[str]) -> frozenset[str]:
    """MongoDB refuses a projection of both `source` and `source.file`."""
    return frozenset(path for path in paths if not any(path.startswith(f"{other}.") for other in paths))


def _vm(selections: Iterable[Selection]) -> Iterator[str]:
    for field in _flat(selections):
        if field.name in _PLAIN:
            yield _PLAIN[field.name]
        elif field.name == "xml":
            yield from _EVERYTHING
        elif field.name == "extra":
            yield from _EXTRA
        elif field.name == "domain":
            yield from _element(Domain, field.selections, "domain")
        elif field.name == "devices":
            for array, declared in _ARRAYS.items():
                yield from _device(declared, _for_type(field.selections, declared), f"devices.{array}")
        elif field.name in _ARRAYS:
            yield from _device(_ARRAYS[field.name], field.selections, f"devices.{field.name}")


def _for_type(selections: Iterable[Selection], declared: type[Any]) -> Iterator[Selection]:
    """The selections that reach objects of this class; fragments on other kinds are left out."""
    for selection in selections:
        condition = getattr(selection, "type_condition", None)
        if condition in (None, declared.__name__, "Device", "Node"):
            yield selection


def _device(declared: type[Any], selections: Iterable[Selection], at: str) -> Iterator[str]:
    yield f"{at}.id"
    yield f"{at}.kind"
    for field in _flat(selections):
        if field.name == "vm":
            yield from _vm(field.selections)
        elif field.name == "xml":
            yield at
        elif field.name not in ("id", "kind", "__typename"):
            yield from _field([declared], field, at)


def _element(cls: type[Any], selections: Iterable[Selection], at: str) -> Iterator[str]:
    classes = list(dict.fromkeys(cls.shapes.values())) if issubclass(cls, Variant) else [cls]
    fields = list(_flat(selections))
    if issubclass(cls, Variant) or not fields:
        yield f"{at}.kind"
    for field in fields:
        if field.name == "__typename":
            yield f"{at}.kind" if issubclass(cls, Variant) else at
        elif field.name == "kind":
            yield f"{at}.kind"
        else:
            yield from _field(classes, field, at)


def _field(classes: list[type[Any]], field: SelectedField, at: str) -> Iterator[str]:
    if field.name == "extra":
        yield f"{at}.extra"
        return
    found: Child | None = None
    for cls in classes:
        table = node(cls)
        if any(slot.key == field.name for slot in table.slots()):
            yield f"{at}.{field.name}"
            return
        found = found or next((plan for _, plan in table.plans() if plan.key == field.name), None)
    if found is None:
        yield at  # computed from its neighbours
    elif isinstance(found.of, type):
        yield from _element(found.of, field.selections, f"{at}.{field.name}")
    else:
        yield f"{at}.{field.name}"
