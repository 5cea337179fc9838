"""What is libvirt's own: its documents, its schemas, and the judge of losslessness.

They lie beside the repository and are never copied; where schemas are not there, the host's own are taken.
"""

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from schema.comparison import first_difference
from tests.relaxng import Grammar, Writer

SHARED = Path(__file__).parent.parent.parent / "shared"
JUDGE = SHARED / "tools" / "same_xml.py"
CORPUS = SHARED / "libvirt" / "corpus"
SCHEMAS = next(
    (folder for folder in (SHARED / "libvirt" / "schemas", Path("/usr/share/libvirt/schemas")) if folder.is_dir()), None
)

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"libvirt's documents are not at {CORPUS}")
needs_schemas = pytest.mark.skipif(SCHEMAS is None, reason="libvirt's RelaxNG schemas are not on this machine")


@cache
def corpus(kind: str = "domain") -> tuple[Path, ...]:
    """The documents of one kind, by name; empty where they are absent."""
    return tuple(sorted((CORPUS / kind).glob("*.xml")))


@cache
def grammar(name: str = "domain") -> Grammar:
    """The schema of a kind of document, `domain` for instance."""
    assert SCHEMAS is not None
    return Grammar(SCHEMAS / f"{name}.rng")


@cache
def generated() -> dict[str, bytes]:
    """Valid documents, by name, that together have every path of the schema; twenty seconds of work."""
    documents = Writer(grammar()).documents(grammar().targets(grammar().start))
    return {f"{number:04}.xml": xml for number, xml in enumerate(documents)}


@cache
def _judge() -> Callable[[str | bytes, str | bytes], str | None]:
    spec = importlib.util.spec_from_file_location("same_xml", JUDGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compare: Callable[[str | bytes, str | bytes], str | None] = module.compare
    return compare


def difference(one: str | bytes, other: str | bytes) -> str | None:
    """The first difference between two documents' information, None where there is none.

    The judge says so; where it is absent, our own comparison, which is tested against the judge.
    """
    if JUDGE.is_file():
        return _judge()(one, other)
    found = first_difference(one, other)
    return None if found is None else str(found)
