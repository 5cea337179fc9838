"""Whose mistake an error is: the client's own goes back as it is, ours goes to the log and back as one sentence."""

import logging

from graphql import GraphQLError
from graphql.validation.validate import ValidationAbortedError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext

from loaders.errors import ReadFailed
from schema.xmltext import DefinitionError
from server.latest import LatestSchema

_LOGGER = logging.getLogger(__name__)

OUR_MISTAKE = "The server made a mistake, which its log describes."
NOT_CHECKED = "The operation is nested too deeply, or has too many mistakes, to be checked."

_CLIENTS = (ValueError, MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)


class ServedSchema(LatestSchema):
    """A schema whose errors are clear on every transport, and logged once."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log what is ours, once per cause, and put in its place what a client may see.

        HTTP responses, WebSocket messages and server-sent events are all made from this very list, after this.
        """
        logged: set[object] = set()
        for index, error in enumerate(errors):
            cause = _cause(error)
            key = str(cause) if isinstance(cause, ReadFailed) else id(cause)
            if key not in logged:
                logged.add(key)
                _log(error, cause)
            errors[index] = _clear(error, cause)


def _cause(error: GraphQLError) -> Exception:
    """What was raised first; a GraphQLError where GraphQL itself refused something."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_clients(cause: Exception) -> bool:
    """Whether the client made the mistake. A stored definition that cannot be written is none of its."""
    return isinstance(cause, _CLIENTS) and not isinstance(cause, DefinitionError)


def _log(error: GraphQLError, cause: Exception) -> None:
    if isinstance(cause, GraphQLError):
        # Without a path the request was refused before it ran. With one, a stored value may not fit its type.
        if error.path is not None:
            _LOGGER.warning("%s at %s", error.message, _place(error))
    elif isinstance(cause, ReadFailed):
        _LOGGER.warning("%s (%s)", cause, cause.__cause__ or "no cause is known")
    elif not _is_clients(cause):
        _LOGGER.error("%s at %s", error.message, _place(error), exc_info=cause)


def _place(error: GraphQLError) -> str:
    return ".".join(map(str, error.path)) if error.path else "the operation"


def _clear(error: GraphQLError, cause: Exception) -> GraphQLError:
    message = error.message
    if isinstance(cause, ValidationAbortedError):
        message = NOT_CHECKED
    elif isinstance(cause, CannotGetOperationTypeError):
        message = cause.as_http_error_reason()
    elif not isinstance(cause, GraphQLError | ReadFailed) and not _is_clients(cause):
        message = OUR_MISTAKE
    # Always a plain one: for a syntax error of one operation Strawberry would close a WebSocket with all the others.
    return GraphQLError(
        message, error.nodes, error.source, error.positions, error.path, extensions=error.extensions or None
    )
