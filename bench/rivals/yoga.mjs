// GraphQL Yoga, which caches parsing and validation by itself, with queries compiled by graphql-jit.
import { createServer } from "node:http";

import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";

import { batchingResolvers as resolvers, requestContext } from "./batching.mjs";
import { Reads } from "./reads.mjs";
import { HOST, connect, port, ready } from "./serve.mjs";
import { typeDefs } from "./words.mjs";

const reads = new Reads(await connect());
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: () => requestContext(reads),
  plugins: [useGraphQlJit()],
  graphiql: false,
  landingPage: false,
  logging: false,
});
const server = createServer(yoga);
server.listen(port, HOST, () => ready(server.address().port));
