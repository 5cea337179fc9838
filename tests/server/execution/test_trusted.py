"""Where trusted documents are read, and what is said of those that cannot be."""

import hashlib
import json
from pathlib import Path

import pytest

from server.execution.trusted import TrustedDocument, TrustError, by_id, read_trusted, sha256

LOOK = "query Look { __typename }\r\n"


def test_a_directory_has_documents_by_their_names_and_hashes(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "look.graphql").write_bytes(LOOK.encode())
    (tmp_path / "deeper" / "two words.gql").write_text("{ __typename }")
    (tmp_path / "readme.md").write_text("not one")
    found = by_id(read_trusted(tmp_path))
    assert found == {
        "look": LOOK,
        hashlib.sha256(LOOK.encode()).hexdigest(): LOOK,
        sha256("{ __typename }"): "{ __typename }",
    }


@pytest.mark.parametrize(
    "manifest",
    [
        {"5f2a": LOOK},
        {"sha256:5f2a": LOOK},
        {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [{"id": "5f2a", "name": "Look", "type": "query", "body": LOOK}],
        },
    ],
)
def test_a_manifest_has_documents_by_its_ids_and_their_hashes(tmp_path: Path, manifest: object) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(manifest))
    assert by_id(read_trusted(file)) == {"5f2a": LOOK, sha256(LOOK): LOOK}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "this is neither a directory nor JSON."),
        (b"[]", "a manifest is a JSON object of ids and the texts of documents."),
        (b'{"a": 5}', "a manifest is a JSON object of ids and the texts of documents."),
        (
            b'{"format": "apollo-persisted-query-manifest", "operations": [5]}',
            "a manifest is a JSON object of ids and the texts of documents.",
        ),
        (b'{"a": "\xff"}', "not everything in it is UTF-8."),
        (b"{}", "there are no documents: a directory has them in files .graphql, .gql."),
    ],
)
def test_what_is_no_manifest_is_told_why(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(content)
    with pytest.raises(TrustError) as refused:
        read_trusted(file)
    assert str(refused.value) == f"{file}: {message}"


def test_a_path_without_documents_is_told_why(tmp_path: Path) -> None:
    with pytest.raises(TrustError, match="there are no documents"):
        read_trusted(tmp_path)
    with pytest.raises(TrustError, match="nowhere: No such file or directory"):
        read_trusted(tmp_path / "nowhere")


def test_an_id_belongs_to_one_document() -> None:
    same = [TrustedDocument(LOOK, "a/look.graphql", "look"), TrustedDocument(LOOK, "b/look.graphql", "look")]
    assert by_id(same)["look"] == LOOK
    with pytest.raises(TrustError, match=r"b/look.graphql: another document has the id 'look', too"):
        by_id([same[0], TrustedDocument("{ __typename }", "b/look.graphql", "look")])
