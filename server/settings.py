"""What an operator can set: one field per setting, read from `VIRTGRAPH_*` or from the command line."""

from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CommaSeparated = Annotated[list[str], NoDecode]


class Settings(BaseSettings):
    """Every setting of `virtgraph`, with its default.

    The environment variable is the field's name in capitals behind `VIRTGRAPH_`; lists are separated by commas.
    """

    model_config = SettingsConfigDict(env_prefix="VIRTGRAPH_", extra="forbid")

    hosts: CommaSeparated = Field(
        [], description="libvirt URIs to watch, each `URI` or `name=URI`; `files:///directory` for XML dumps."
    )
    listen: str = Field(
        "127.0.0.1", description="Address the API listens on; only loopback is accepted until authentication exists."
    )
    port: int = Field(8000, ge=0, le=65535, description="TCP port of the API; 0 takes a free one.")
    mongodb_uri: str | None = Field(
        None, description="An existing replica set or sharded cluster; without it an embedded MongoDB is started."
    )
    database: str = Field("virtgraph", description="Name of the MongoDB database.")
    data_directory: Path = Field(user_data_path("virtgraph"), description="Where the embedded MongoDB keeps its files.")
    allowed_origins: CommaSeparated = Field(
        [], description="Web origins, such as `https://fleet.example`, whose pages may call the API."
    )
    calls_per_host: int = Field(
        4, ge=1, le=64, description="VMs of one host that are read at a time, each over a connection of its own."
    )
    reconcile_seconds: float = Field(
        300, gt=0, description="Seconds between two complete re-readings of a host, the safety net behind events."
    )
    keepalive_seconds: int = Field(
        5, ge=1, description="Seconds between keepalive probes of a host; three unanswered ones end the connection."
    )
    reconnect_seconds: float = Field(30, gt=0, description="Longest wait between two attempts to reach a lost host.")
    query_seconds: float = Field(10, gt=0, description="Longest time MongoDB may spend on all reads of a request.")
    history_days: float = Field(30, gt=0, description="Days for which changes can be read.")
    history_megabytes: int = Field(
        2048,
        ge=1,
        description="Room for changes in MongoDB, in MiB; the oldest ones go before their time to keep to it.",
    )
    oplog_megabytes: int = Field(
        2048,
        ge=990,
        description="Room for the embedded MongoDB's own log, in MiB: how far back a subscriber can be resumed.",
    )
    lease_seconds: float = Field(
        10, ge=3, description="Seconds after which the hosts of a collector that died are another one's."
    )
    subscriber_queue: int = Field(
        4096, ge=1, description="Changes that wait for one slow subscriber before it is told that it lags behind."
    )

    trusted_documents: str | None = Field(
        None,
        description="GraphQL documents that are prepared at start and may be asked for by id: a directory of .graphql "
        "files, a JSON manifest, or `mongodb:COLLECTION`.",
    )
    trusted_only: bool = Field(False, description="Refuse all GraphQL documents but the trusted ones.")
    persisted_queries: bool = Field(
        False, description="Let clients have documents remembered by hash (Apollo's protocol); saves bytes, no more."
    )

    @field_validator("hosts", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
