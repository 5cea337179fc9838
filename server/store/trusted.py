"""Trusted documents that are kept in MongoDB."""

from pymongo.errors import PyMongoError

from server.execution.trusted import TrustedDocument
from server.store.connection import Store
from server.store.errors import StoreError
from server.store.writes import reason


async def stored_documents(store: Store, collection: str) -> list[TrustedDocument]:
    """The documents of a collection, each `{_id: "its-name", text: "query …"}`; raises StoreError."""
    try:
        found = [one async for one in store.database[collection].find({}, {"text": 1}).sort("_id", 1)]
    except PyMongoError as error:
        raise StoreError(f"The trusted documents cannot be read: {reason(error)}.") from error
    if not found:
        raise StoreError(f"The collection {collection!r} of {store.database.name!r} has no trusted documents.")
    documents = []
    for one in found:
        if not isinstance(one["_id"], str) or not isinstance(one.get("text"), str):
            raise StoreError(f"{collection}, {one['_id']!r}: a trusted document has a string `_id` and a `text`.")
        documents.append(TrustedDocument(one["text"], f"{collection}, {one['_id']}", one["_id"]))
    return documents
