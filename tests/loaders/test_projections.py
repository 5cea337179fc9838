"""How many paths MongoDB is asked for."""

import pytest

from loaders.projections import FEW_DOCUMENTS, FEW_PATHS, MANY_PATHS, projection

WIDE = frozenset({f"devices.{kind}.{path}" for kind in range(30) for path in ("id", "kind", "alias")} | {"name"})
VERY_WIDE = frozenset(f"devices.{kind}.{path}" for kind in range(30) for path in range(9)) | {"name", "domain.title"}


def test_everything_has_no_projection() -> None:
    assert projection(None) is None


def test_of_many_documents_only_what_is_wanted_is_shown() -> None:
    assert projection(WIDE) == dict.fromkeys(WIDE, 1)
    assert projection(WIDE, FEW_DOCUMENTS + 1) == dict.fromkeys(WIDE, 1)


def test_of_few_documents_objects_are_shown_that_many_paths_lead_into() -> None:
    assert projection(WIDE, 1) == {"name": 1, "devices": 1}


@pytest.mark.parametrize(("documents", "most"), [(1, FEW_PATHS), (500, MANY_PATHS)])
def test_there_are_never_more_paths_and_none_is_inside_another(documents: int, most: int) -> None:
    shown = projection(VERY_WIDE, documents)
    assert shown is not None
    assert len(shown) <= most
    assert all(any(path == one or path.startswith(f"{one}.") for one in shown) for path in VERY_WIDE)
    assert not any(one.startswith(f"{other}.") for one in shown for other in shown)
    assert shown["domain.title"] == 1


def test_many_paths_without_objects_stay() -> None:
    names = frozenset(map(str, range(200)))
    assert projection(names, 1) == dict.fromkeys(sorted(names), 1)


def test_of_attachments_those_to_what_devices_are_made_of_are_shown_unless_all_are() -> None:
    shown = projection(frozenset({"name", "sources"}))
    assert shown is not None
    assert set(shown) == {"name", "sources"}
    assert shown["sources"]["$filter"]["input"] == "$attachments"
    assert projection(frozenset({"attachments", "sources"})) == {"attachments": 1}
