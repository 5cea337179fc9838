"""Documents are read once, kept within bounds, and refused where only others are trusted."""

import secrets
import tracemalloc

import pytest
from graphql import GraphQLError, parse

from schema.graph.schema import build_schema
from server.bounds import LARGEST_REQUEST, MOST_TOKENS
from server.endpoint import served_schema
from server.event_source import DOCUMENT
from server.execution.documents import NOT_TRUSTED, ROOM, Documents
from server.execution.trusted import Policy, TrustedDocument, TrustError
from server.mistakes import ServedSchema

LOOK = "{ __typename }"


@pytest.fixture(scope="module")
def schema() -> ServedSchema:
    made = build_schema(ServedSchema)
    assert isinstance(made, ServedSchema)
    return made


@pytest.fixture
def documents(schema: ServedSchema) -> Documents:
    return Documents(schema._schema)


def test_the_same_text_is_the_same_document(documents: Documents) -> None:
    one, again = documents.get("".join(LOOK)), documents.get(LOOK[:3] + LOOK[3:])
    assert one is again
    assert one.operations[0] is again.operations[0]
    assert documents.get(f"{LOOK} ") is not one


async def test_every_transport_runs_the_same_document(schema: ServedSchema) -> None:
    query = f"{{ a{secrets.token_hex(8)}: __typename }}"
    document = schema.documents.get(query)
    assert (await schema.execute(query)).errors is None
    assert schema.documents.get(query) is document


def test_a_document_that_was_refused_is_told_the_same_again(documents: Documents) -> None:
    wrong = documents.get("{ nothing }")
    assert wrong.errors[0].message == "Cannot query field 'nothing' on type 'Query'."
    assert documents.get("{ nothing }") is wrong
    for _ in range(2):
        with pytest.raises(GraphQLError, match="Syntax Error"):
            documents.get("{")


async def test_errors_are_as_new_each_time(schema: ServedSchema) -> None:
    for _ in range(2):
        result = await schema.execute("{ nothing }")
        assert [error.message for error in result.errors or []] == ["Cannot query field 'nothing' on type 'Query'."]


def test_documents_are_kept_within_bounds(schema: ServedSchema) -> None:
    documents = Documents(schema._schema, room=100_000)
    first = documents.get(LOOK)
    for index in range(20):
        documents.get(f"{{ a{index}: __typename }}")
    assert documents.get(LOOK) is not first
    huge = f"{{ {'__typename ' * 200} }}"
    assert documents.get(huge) is not documents.get(huge)


@pytest.mark.parametrize("filler", ["__typename ", "a:x ", "...{a} ", "#\n"])
def test_what_a_document_is_reckoned_to_take_is_no_less_than_it_takes(schema: ServedSchema, filler: str) -> None:
    text = f"{{ __typename {filler * 4000} }}"
    tracemalloc.start()
    kept = parse(text)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.definitions
    assert Documents(schema._schema).get(text).bytes > taken


def test_several_of_the_largest_documents_have_room() -> None:
    assert 3 * (MOST_TOKENS * 1024 + LARGEST_REQUEST) < ROOM


def test_trusted_documents_stay(schema: ServedSchema) -> None:
    documents = Documents(schema._schema, room=20_000)
    (trusted,) = documents.trust([TrustedDocument(LOOK, "look.graphql")])
    for index in range(5):
        documents.get(f"{{ a{index}: __typename }}")
    assert documents.get(LOOK) is trusted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n{", "wrong.graphql, line 2: Syntax Error: Expected Name, found <EOF>."),
        ("{\n nothing }", "wrong.graphql, line 2: Cannot query field 'nothing' on type 'Query'."),
        ("fragment F on Query { __typename }", "wrong.graphql, line 1: Fragment 'F' is never used."),
    ],
)
def test_what_cannot_be_run_cannot_be_trusted(documents: Documents, text: str, message: str) -> None:
    with pytest.raises(TrustError) as refused:
        documents.trust([TrustedDocument(text, "wrong.graphql")])
    assert str(refused.value) == message


def test_others_are_refused_where_only_trusted_ones_are_run(documents: Documents) -> None:
    documents.trust([TrustedDocument(LOOK, "look.graphql")])
    documents.trusted_only = True
    assert documents.get(LOOK).errors == ()
    with pytest.raises(GraphQLError, match=NOT_TRUSTED):
        documents.get(f"{LOOK} ")


async def test_the_subscription_of_the_plain_stream_is_always_trusted() -> None:
    schema = served_schema(policy=Policy((TrustedDocument(LOOK, "look.graphql"),), trusted_only=True))
    assert isinstance(schema, ServedSchema)
    assert schema.documents.get(DOCUMENT).errors == ()
