"""What a server is started with, and how it is run: under uvicorn, as `virtgraph serve` is."""

import argparse
import socket

import uvicorn
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from starlette.types import ASGIApp

from bench.rivals.words import Document
from server.listener import send_at_once

_HOST = "127.0.0.1"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mongodb-uri", required=True, help="the MongoDB to read")
    parser.add_argument("--database", required=True, help="its database")
    parser.add_argument("--port", type=int, default=0, help="TCP port to listen on; 0 takes a free one")
    return parser.parse_args()


def database() -> AsyncIOMotorDatabase[Document]:
    """The database, over motor's own pool of connections."""
    options = _options()
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(options.mongodb_uri)
    return client[options.database]


def serve(application: ASGIApp) -> None:
    """Answer requests until told to stop; whoever started the server waits for the printed line."""
    listener = socket.create_server((_HOST, _options().port))
    # As where uvicorn makes the socket itself.
    send_at_once(listener)
    print(f"ready http://{_HOST}:{listener.getsockname()[1]}/graphql", flush=True)
    uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])
