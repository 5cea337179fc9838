"""The command `virtgraph`."""

import asyncio
import errno
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from server import __version__
from server.settings import Settings

ROOT = Path(__file__).parent.parent
SCHEMA_FILE = ROOT / "schema" / "schema.graphql"
MAPPING_FILE = ROOT / "docs" / "device-mapping.md"

app = typer.Typer(
    help="One GraphQL API over every virtual machine and every virtual device of many libvirt hosts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
errors = Console(stderr=True)


def _setting(name: str, *flags: str) -> Any:
    """A command-line option for a setting, with the setting's own description."""
    field = Settings.model_fields[name]
    default = None if field.default in (None, []) else str(field.default)
    return typer.Option(
        *(flags or (f"--{name.replace('_', '-')}",)),
        help=f"{field.description} [env: VIRTGRAPH_{name.upper()}]",
        show_default=default or False,
    )


Hosts = Annotated[list[str] | None, _setting("hosts", "--host")]
Listen = Annotated[str | None, _setting("listen")]
Port = Annotated[int | None, _setting("port")]
MongodbUri = Annotated[str | None, _setting("mongodb_uri")]
Database = Annotated[str | None, _setting("database")]
DataDirectory = Annotated[Path | None, _setting("data_directory")]
AllowedOrigins = Annotated[list[str] | None, _setting("allowed_origins", "--allowed-origin")]
CallsPerHost = Annotated[int | None, _setting("calls_per_host")]
ReconcileSeconds = Annotated[float | None, _setting("reconcile_seconds")]
KeepaliveSeconds = Annotated[int | None, _setting("keepalive_seconds")]
ReconnectSeconds = Annotated[float | None, _setting("reconnect_seconds")]
QuerySeconds = Annotated[float | None, _setting("query_seconds")]
HistoryDays = Annotated[float | None, _setting("history_days")]
HistoryMegabytes = Annotated[int | None, _setting("history_megabytes")]
OplogMegabytes = Annotated[int | None, _setting("oplog_megabytes")]
LeaseSeconds = Annotated[float | None, _setting("lease_seconds")]
SubscriberQueue = Annotated[int | None, _setting("subscriber_queue")]
TrustedDocuments = Annotated[str | None, _setting("trusted_documents")]
TrustedOnly = Annotated[bool | None, _setting("trusted_only")]
PersistedQueries = Annotated[bool | None, _setting("persisted_queries")]


def _fail(reason: object, status: int = 1) -> typer.Exit:
    """Say in one sentence why the command ends."""
    errors.print(f"virtgraph: {reason}", style="red", highlight=False, markup=False, soft_wrap=True)
    return typer.Exit(status)


def _settings(**given: Any) -> Settings:
    """The settings: options first, then the environment, then the defaults; exits with a sentence for a wrong one."""
    try:
        return Settings(**{name: value for name, value in given.items() if value not in (None, [])})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise _fail(f"the setting {name} is wrong: {first['msg']}.") from None


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        typer.echo(f"virtgraph {__version__}")
        raise typer.Exit


@app.command()
def serve(
    host: Hosts = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="Watch the two hosts of the sample if no host is named: a fleet in libvirt's test hypervisor, and a "
            "directory of XML dumps.",
        ),
    ] = False,
    no_collector: Annotated[
        bool, typer.Option("--no-collector", help="Only answer requests; `virtgraph collect` watches the hosts.")
    ] = False,
    listen: Listen = None,
    port: Port = None,
    mongodb_uri: MongodbUri = None,
    database: Database = None,
    data_directory: DataDirectory = None,
    allowed_origin: AllowedOrigins = None,
    calls_per_host: CallsPerHost = None,
    reconcile_seconds: ReconcileSeconds = None,
    keepalive_seconds: KeepaliveSeconds = None,
    reconnect_seconds: ReconnectSeconds = None,
    query_seconds: QuerySeconds = None,
    history_days: HistoryDays = None,
    history_megabytes: HistoryMegabytes = None,
    oplog_megabytes: OplogMegabytes = None,
    lease_seconds: LeaseSeconds = None,
    subscriber_queue: SubscriberQueue = None,
    trusted_documents: TrustedDocuments = None,
    trusted_only: TrustedOnly = None,
    persisted_queries: PersistedQueries = None,
) -> None:
    """Watch hosts and answer GraphQL requests about their virtual machines."""
    settings = _settings(
        hosts=host,
        listen=listen,
        port=port,
        mongodb_uri=mongodb_uri,
        database=database,
        data_directory=data_directory,
        allowed_origins=allowed_origin,
        calls_per_host=calls_per_host,
        reconcile_seconds=reconcile_seconds,
        keepalive_seconds=keepalive_seconds,
        reconnect_seconds=reconnect_seconds,
        query_seconds=query_seconds,
        history_days=history_days,
        history_megabytes=history_megabytes,
        oplog_megabytes=oplog_megabytes,
        lease_seconds=lease_seconds,
        subscriber_queue=subscriber_queue,
        trusted_documents=trusted_documents,
        trusted_only=trusted_only,
        persisted_queries=persisted_queries,
    )
    if sample and not settings.hosts:
        from server.sample import sample_hosts

        settings.hosts = sample_hosts()
    if no_collector and settings.mongodb_uri is None:
        raise _fail("--no-collector needs the MongoDB that the collector writes to: set --mongodb-uri.")
    if settings.trusted_only and settings.trusted_documents is None:
        raise _fail("--trusted-only needs the documents that are run: set --trusted-documents.")
    if settings.trusted_only and settings.persisted_queries:
        raise _fail("--trusted-only refuses the documents that --persisted-queries would remember: choose one of them.")
    _run(settings, answer=True, collect=not no_collector)


@app.command()
def collect(
    host: Hosts = None,
    mongodb_uri: MongodbUri = None,
    database: Database = None,
    calls_per_host: CallsPerHost = None,
    reconcile_seconds: ReconcileSeconds = None,
    keepalive_seconds: KeepaliveSeconds = None,
    reconnect_seconds: ReconnectSeconds = None,
    history_days: HistoryDays = None,
    history_megabytes: HistoryMegabytes = None,
    lease_seconds: LeaseSeconds = None,
) -> None:
    """Watch hosts and write what they say to MongoDB, for `virtgraph serve --no-collector` to answer from.

    Of several that are given the same hosts, each host is watched by one; the others stand by.
    """
    settings = _settings(
        hosts=host,
        mongodb_uri=mongodb_uri,
        database=database,
        calls_per_host=calls_per_host,
        reconcile_seconds=reconcile_seconds,
        keepalive_seconds=keepalive_seconds,
        reconnect_seconds=reconnect_seconds,
        history_days=history_days,
        history_megabytes=history_megabytes,
        lease_seconds=lease_seconds,
    )
    if settings.mongodb_uri is None:
        raise _fail("a collector of its own needs the MongoDB that the API reads: set --mongodb-uri.")
    if not settings.hosts:
        raise _fail("name at least one host: `--host qemu:///system`.")
    _run(settings, answer=False, collect=True)


def _run(settings: Settings, *, answer: bool, collect: bool) -> None:
    from server.collector.hosts import HostError
    from server.execution.trusted import TrustError
    from server.running import StartError, run
    from server.store.errors import StoreError

    try:
        asyncio.run(run(settings, answer=answer, collect=collect))
    except (StartError, HostError, StoreError, TrustError) as error:
        raise _fail(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command()
def forget(
    host: Annotated[str, typer.Argument(help="Name of the host.")],
    mongodb_uri: MongodbUri = None,
    database: Database = None,
) -> None:
    """Remove a host that nobody watches any more, and its virtual machines, from MongoDB."""
    from server.running import forget_host
    from server.store.errors import StoreError

    settings = _settings(mongodb_uri=mongodb_uri, database=database)
    if settings.mongodb_uri is None:
        raise _fail("set --mongodb-uri; `virtgraph serve` with its own MongoDB forgets hosts that it is not given.")
    try:
        count = asyncio.run(forget_host(settings, host))
    except StoreError as error:
        raise _fail(error) from None
    if count is None:
        raise _fail(f"there is no host called {host!r}.")
    typer.echo(f"forgot {host} and its {count} virtual machines")


@app.command()
def sdl(
    check: Annotated[
        bool, typer.Option("--check", help="Fail if the committed schema/schema.graphql differs from the declarations.")
    ] = False,
) -> None:
    """Print the GraphQL schema."""
    from schema.graph.schema import build_schema

    _print_or_check(build_schema().as_str() + "\n", "sdl", SCHEMA_FILE if check else None)


@app.command()
def mapping(
    check: Annotated[
        bool,
        typer.Option("--check", help="Fail if the committed docs/device-mapping.md differs from it."),
    ] = False,
) -> None:
    """Print where each element and attribute of libvirt's XML is kept, as a Markdown page."""
    from schema.graph.mapping import mapping_page

    _print_or_check(mapping_page(), "mapping", MAPPING_FILE if check else None)


def _print_or_check(made: str, command: str, committed: Path | None) -> None:
    """Print what is made from the declarations, or compare it with the committed file."""
    if committed is None:
        sys.stdout.write(made)
    elif not committed.exists() or committed.read_text(encoding="utf-8") != made:
        name = committed.relative_to(ROOT)
        raise _fail(f"{name} is stale: run `virtgraph {command} > {name}`.")


_INSPECT = (
    "Show domain XML as virtgraph understands it: devices, what is unknown, and whether it comes back exactly.\n\n"
    "Needs neither a database nor libvirt. Of more than ten documents only those are shown that have something unknown "
    "in them or do not come back exactly. Secrets are not shown. The exit status is 0 when every document was read and "
    "comes back exactly, 1 otherwise."
)
_INSPECT_EXAMPLES = """\b
Examples:
virsh dumpxml web-1 | virtgraph inspect
virtgraph inspect /etc/libvirt/qemu
virtgraph inspect --json *.xml | jq 'select(.exact | not) | .file'
"""


@app.command(help=_INSPECT, epilog=_INSPECT_EXAMPLES)
def inspect(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Domain XML files, or directories of *.xml files; - is standard input, which is also read when "
            "nothing is named and something is piped in.",
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show every document, also of more than ten those that hold no surprise.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per document and line, for programs.")
    ] = False,
) -> None:
    """Look at XML files; the sentences for `--help` stand above."""
    if not files and (sys.stdin is None or sys.stdin.isatty()):
        raise _fail("name files or directories, or pipe XML in: `virsh dumpxml VM | virtgraph inspect`.", status=2)
    from server.inspect.command import run

    try:
        status = run(files or ["-"], every=every, as_json=as_json, errors=errors)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left unwritten would fail once more
        if error.errno == errno.EPIPE:
            raise typer.Exit(1) from None
        raise _fail(f"the output cannot be written: {error.strerror}.") from None
    raise typer.Exit(status)


@app.command()
def coverage(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Domain XML files, or directories of them.")],
) -> None:
    """Print how much of the XML in these files lands in typed fields, kind by kind."""
    import schema
    from server.inspect.command import complain
    from server.inspect.reading import Unreadable, content, listed

    paths, unread = listed(files)
    totals: dict[str, Counter[str]] = {}
    unknown: Counter[str] = Counter()
    for path in track(paths, "Reading", console=errors, disable=not errors.is_terminal, transient=True):
        try:
            xml = content(path)
            definition = schema.domain_from_xml(xml)
        except (Unreadable, schema.XmlError) as error:
            unread.append(error if isinstance(error, Unreadable) else Unreadable(path, f"{error}."))
            continue
        for kind, counts in schema.typed_share(xml, definition).items():
            totals.setdefault(kind, Counter()).update(counts)
        unknown.update(schema.untyped(definition))
    _print_coverage(totals, unknown)
    for unreadable in unread:
        complain(unreadable, errors)
    if unread:
        raise typer.Exit(1)


def _print_coverage(totals: dict[str, Counter[str]], unknown: Counter[str]) -> None:
    table = Table("kind", "leaf values", "in typed fields", "share", title="Declared kinds")
    for column in table.columns[1:]:
        column.justify = "right"
    whole: Counter[str] = sum(totals.values(), Counter())
    for kind, counts in [*sorted(totals.items()), ("all", whole)]:
        typed = counts["total"] - counts["untyped"]
        share = f"{typed / counts['total']:.2%}" if counts["total"] else "-"
        table.add_row(kind, str(counts["total"]), str(typed), share)
    console = Console()
    console.print(table)
    if unknown:
        rest = Table("path", "documents' pieces", title="Kept in extra, most frequent first")
        for path, count in unknown.most_common(20):
            rest.add_row(path, str(count))
        console.print(rest)


def main() -> None:
    """Entry point of the command."""
    app()
