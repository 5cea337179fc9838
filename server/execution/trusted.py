"""Documents that the operator trusts, and where they are read: a directory, or the manifest that a build wrote."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SUFFIXES = (".graphql", ".gql")
_NAME = re.compile(r"[A-Za-z0-9._~-]+")
"""What may be an id of one's own: the specification's "custom document identifier"."""

_APOLLO = "apollo-persisted-query-manifest"


class TrustError(ValueError):
    """A document cannot be trusted; the message says where it is, and why."""


def sha256(text: str) -> str:
    """The hash by which clients name a document."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document that the operator trusts."""

    text: str
    where: str
    """Where it was found, for messages."""
    name: str | None = None
    """Its id beside the hash of its text."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which documents are run."""

    trusted: tuple[TrustedDocument, ...] = ()
    trusted_only: bool = False
    """No others are run."""
    persisted_queries: bool = False
    """Clients may have documents remembered by their hash."""


ANY_DOCUMENT = Policy()


def by_id(documents: Iterable[TrustedDocument]) -> dict[str, str]:
    """The texts by hash and by name; raises TrustError where two have the same name."""
    found: dict[str, str] = {}
    for document in documents:
        for one in (sha256(document.text), document.name):
            if one is not None and found.setdefault(one, document.text) != document.text:
                raise TrustError(f"{document.where}: another document has the id {one!r}, too.")
    return found


def read_trusted(path: Path) -> list[TrustedDocument]:
    """What a directory, or a manifest, holds; raises TrustError."""
    try:
        documents = _directory(path) if path.is_dir() else _manifest(path)
    except OSError as error:
        raise TrustError(f"{error.filename or path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise TrustError(f"{path}: not everything in it is UTF-8.") from None
    if not documents:
        raise TrustError(f"{path}: there are no documents: a directory has them in files {', '.join(_SUFFIXES)}.")
    return documents


def _directory(path: Path) -> list[TrustedDocument]:
    files = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    return [_document(_exactly(file), str(file), file.stem) for file in files]


def _exactly(file: Path) -> str:
    # Not read_text(), which changes the ends of lines, and with them the hash.
    return file.read_bytes().decode()


def _manifest(path: Path) -> list[TrustedDocument]:
    try:
        content = json.loads(path.read_bytes())
    except (json.JSONDecodeError, RecursionError):
        raise TrustError(f"{path}: this is neither a directory nor JSON.") from None
    entries = _entries(content)
    if not all(isinstance(part, str) for entry in entries for part in entry):
        raise TrustError(f"{path}: a manifest is a JSON object of ids and the texts of documents.")
    return [_document(text, f"{path}, {name}", name.removeprefix("sha256:")) for name, text in entries]


def _entries(content: Any) -> list[tuple[Any, Any]]:
    """Id and text of each document: of Relay's and GraphQL Code Generator's manifests, and of Apollo's."""
    if not isinstance(content, dict):
        return [(None, None)]
    if content.get("format") == _APOLLO and isinstance(content.get("operations"), list):
        operations = [one if isinstance(one, dict) else {} for one in content["operations"]]
        return [(one.get("id"), one.get("body")) for one in operations]
    return list(content.items())


def _document(text: str, where: str, name: str) -> TrustedDocument:
    return TrustedDocument(text, where, name if _NAME.fullmatch(name) else None)
