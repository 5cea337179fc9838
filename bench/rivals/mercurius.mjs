// Mercurius on Fastify: queries compiled by graphql-jit from the first time on, edges by Mercurius' own loaders.
import { makeExecutableSchema } from "@graphql-tools/schema";
import Fastify from "fastify";
import mercurius from "mercurius";

import { Reads } from "./reads.mjs";
import { RESOURCE_TYPES, resolvers } from "./resolvers.mjs";
import { HOST, connect, port, ready } from "./serve.mjs";
import { sourceKey, typeDefs } from "./words.mjs";

const reads = new Reads(await connect());

// Loaders remember by the JSON of what they are asked for, which costs more than it saves.
const opts = { cache: false };

const resource = {
  async loader(asked, { reads }) {
    const keys = asked.map(({ obj }) => sourceKey(obj));
    const wanted = [...new Set(keys.filter((key) => key !== undefined))];
    const found = await reads.resourcesByKey(wanted);
    const byKey = new Map(wanted.map((key, number) => [key, found[number]]));
    return keys.map((key) => byKey.get(key) ?? null);
  },
  opts,
};

const attachments = {
  async loader(asked, { reads }) {
    const wanted = new Map(asked.map(({ obj }) => [String(obj.keys), obj.keys]));
    const found = await reads.attachments([...wanted.values()], asked[0].params.first);
    const byKeys = new Map([...wanted.keys()].map((keys, number) => [keys, found[number]]));
    return asked.map(({ obj }) => byKeys.get(String(obj.keys)));
  },
  opts,
};

const app = Fastify();
app.register(mercurius, {
  schema: makeExecutableSchema({ typeDefs, resolvers }),
  loaders: {
    Disk: { resource },
    ...Object.fromEntries(RESOURCE_TYPES.map((name) => [name, { attachments }])),
  },
  context: () => ({ reads }),
  jit: 1,
});
await app.listen({ host: HOST, port });
ready(app.server.address().port);
