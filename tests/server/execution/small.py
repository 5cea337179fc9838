"""A small schema of documents, with plans and without, whose resolvers are counted."""

import asyncio
from collections import Counter
from enum import Enum
from typing import Annotated, Any, cast

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult

from schema.element import Document, Documents, derived, derived_together, is_document
from schema.graph.schema import stored_value
from server.execution.executor import EventExecutor, planned_executor
from server.execution.plans import Plans
from server.execution.prepared import PreparedSchema


@strawberry.enum
class Size(Enum):
    """How large an animal is."""

    SMALL = "small"
    LARGE = "large"


@strawberry.interface
class Animal:
    """Told by its kind."""

    name: str
    kind: str

    @derived("The name, loudly.")
    def shout(document: strawberry.Parent[Document]) -> str:
        return str(document["name"]).upper()

    @derived("The friend that another document is.", graphql_type=Annotated["Animal", strawberry.lazy(__name__)] | None)
    async def friend(document: strawberry.Parent[Document], info: strawberry.Info[Any, None]) -> Any:
        info.context.calls["friend"] += 1
        await asyncio.sleep(0)
        if document.get("friend") == "nobody":
            raise ValueError("nobody is no animal")
        return info.context.animals.get(document.get("friend"))

    @derived_together("The name that others call it by.", graphql_type=str | None)
    async def nickname(documents: Documents, info: strawberry.Info[Any, None], suffix: str = "y") -> Any:
        info.context.calls["nickname"] += 1
        await asyncio.sleep(0)
        return [ValueError("too dear") if one["name"] == "Cleo" else one["name"] + suffix for one in documents]

    @derived_together("How many letters the name has.", graphql_type=int)
    def letters(documents: Documents, info: strawberry.Info[Any, None]) -> Any:
        info.context.calls["letters"] += 1
        return [len(one["name"]) for one in documents]

    @classmethod
    def types_by_kind(cls) -> dict[str, str]:
        return {"cat": "Cat", "dog": "Dog"}

    @classmethod
    def resolve_type(cls, document: Document, _info: Any, _type: Any) -> str:
        return {"cat": "Cat", "dog": "Dog", "stone": "Query"}[document["kind"]]

    is_type_of = staticmethod(is_document)


@strawberry.type
class Cat(Animal):
    """Has lives."""

    lives: int
    size: Size | None = strawberry.field(default=None)
    toys: list[str | None] | None


@strawberry.type
class Dog(Animal):
    """Has a weight."""

    weight: float | None
    good: bool
    puppies: list[Annotated["Dog", strawberry.lazy(__name__)]] | None


@strawberry.type
class Query:
    """Where the animals are."""

    @strawberry.field
    def animals(self, info: strawberry.Info[Any, None], of: list[str] | None = None) -> list[Animal]:
        info.context.calls["animals"] += 1
        found = [one for one in info.context.animals.values() if of is None or one["kind"] in of]
        return cast(list[Animal], found)

    @strawberry.field
    async def animal(self, info: strawberry.Info[Any, None], name: str) -> Animal | None:
        info.context.calls["animal"] += 1
        return info.context.animals.get(name)  # type: ignore[no-any-return]

    @strawberry.field
    def either(self, info: strawberry.Info[Any, None]) -> Annotated[Cat | Dog, strawberry.union("CatOrDog")]:
        return cast(Cat, next(iter(info.context.animals.values())))


class Animals:
    """The context: what there is, and how often resolvers were called."""

    def __init__(self, animals: list[Document], *, written: bool = False) -> None:
        self.animals = {one.get("name"): one for one in animals}
        self.calls: Counter[str] = Counter()
        self.selections: dict[int, Any] = {}
        self.written = written


def schema_of(executor: Any) -> PreparedSchema:
    return PreparedSchema(
        query=Query,
        types=[Cat, Dog],
        config=StrawberryConfig(default_resolver=stored_value),
        execution_context_class=executor,
    )


class Zoo:
    """Both schemas."""

    def __init__(self) -> None:
        self.plans = Plans()
        self.planned = schema_of(planned_executor(self.plans))
        self.plain = schema_of(EventExecutor)

    async def ask(self, query: str, animals: list[Document], **variables: Any) -> tuple[ExecutionResult, Counter[str]]:
        """The planned result, which is the plain one as well, and how often its resolvers were called."""
        context, plain_context = Animals(animals), Animals(animals)
        planned = await self.planned.execute(query, variables, context)
        plain = await self.plain.execute(query, variables, plain_context)
        assert planned.data == plain.data
        assert _keys(planned.data) == _keys(plain.data)
        assert sorted(map(str, planned.errors or ())) == sorted(map(str, plain.errors or ()))
        return planned, context.calls


def _keys(value: Any) -> Any:
    """What equality of dicts leaves out: the order of their keys."""
    if isinstance(value, dict):
        return [(key, _keys(inner)) for key, inner in value.items()]
    return [_keys(inner) for inner in value] if isinstance(value, list) else None
