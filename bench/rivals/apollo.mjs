// Apollo Server, which caches parsed and validated documents by itself.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { makeExecutableSchema } from "@graphql-tools/schema";

import { batchingResolvers as resolvers, requestContext } from "./batching.mjs";
import { Reads } from "./reads.mjs";
import { HOST, connect, port, ready } from "./serve.mjs";
import { typeDefs } from "./words.mjs";

const reads = new Reads(await connect());
const server = new ApolloServer({ schema: makeExecutableSchema({ typeDefs, resolvers }) });
const { url } = await startStandaloneServer(server, {
  listen: { host: HOST, port },
  context: async () => requestContext(reads),
});
ready(new URL(url).port);
