"""libvirt's own documents and the judge of losslessness, which lie beside the repository and are never copied."""

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.relaxng import Grammar, Writer

SHARED = Path(__file__).parent.parent.parent / "shared"
CORPUS = SHARED / "libvirt" / "corpus"
SCHEMAS = SHARED / "libvirt" / "schemas"

needs_judge = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the judge of losslessness is not in {SHARED}")
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"libvirt's documents are not at {CORPUS}")


@cache
def corpus(kind: str = "domain") -> tuple[Path, ...]:
    """The documents of one kind, by name; empty where they are absent."""
    return tuple(sorted((CORPUS / kind).glob("*.xml")))


@cache
def generated() -> dict[str, bytes]:
    """Valid documents, by name, that together have every path of libvirt's schemas; twenty seconds of work."""
    grammar = Grammar(SCHEMAS / "domain.rng")
    return {
        f"{number:04}.xml": xml for number, xml in enumerate(Writer(grammar).documents(grammar.targets(grammar.start)))
    }


@cache
def _judge() -> Callable[[str | bytes, str | bytes], str | None]:
    spec = importlib.util.spec_from_file_location("same_xml", SHARED / "tools" / "same_xml.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compare: Callable[[str | bytes, str | bytes], str | None] = module.compare
    return compare


def difference(one: str | bytes, other: str | bytes) -> str | None:
    """The first difference between two documents' information, None where there is none."""
    return _judge()(one, other)
