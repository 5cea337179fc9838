// What a server is started with, and what it prints when it listens.
import { parseArgs } from "node:util";

import { MongoClient } from "mongodb";

export const HOST = "127.0.0.1";

const { values } = parseArgs({
  options: {
    "mongodb-uri": { type: "string" },
    database: { type: "string" },
    port: { type: "string", default: "0" },
  },
});

export const port = Number(values.port);
export const { "mongodb-uri": uri, database: name } = values;

// The database, over the driver's own pool of connections.
export async function connect() {
  const client = await new MongoClient(uri).connect();
  return client.db(name);
}

// Whoever started the server waits for this line.
export const ready = (at) => console.log(`ready http://${HOST}:${at}/graphql`);
