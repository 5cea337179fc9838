// graphql-compose-mongoose: a model of the stored VMs, read lean and served by Apollo Server as its documentation does.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Kind, parse, print, visit } from "graphql";
import { SchemaComposer } from "graphql-compose";
import { composeMongoose } from "graphql-compose-mongoose";
import mongoose from "mongoose";

import { batchingResolvers, requestContext } from "./batching.mjs";
import { Reads, USUAL_PAGE, vmProjection, vmQuery } from "./reads.mjs";
import { HOST, name, port, ready, uri } from "./serve.mjs";
import { parseNodeId, typeDefs } from "./words.mjs";

await mongoose.connect(uri, { dbName: name, autoIndex: false, autoCreate: false });
const reads = new Reads(mongoose.connection.db);

const { Mixed } = mongoose.Schema.Types;
const Vm = mongoose.model(
  "VirtualMachine",
  new mongoose.Schema({ _id: String, name: String, uuid: String, state: String, domain: Mixed }, { collection: "vms" }),
);

// The SDL but for the VM and the roots, which the model makes.
const MADE = new Set(["VirtualMachine", "Query"]);
const parts = visit(parse(typeDefs), { ObjectTypeDefinition: (node) => (MADE.has(node.name.value) ? null : undefined) });
const composer = new SchemaComposer();
composer.addTypeDefs(print(parts));
const { Query, VirtualMachine, ...resolvers } = batchingResolvers;
for (const [name, { __resolveType, ...methods }] of Object.entries(resolvers)) {
  if (__resolveType) {
    composer.getIFTC(name).setResolveType(__resolveType);
  } else if (composer.isEnumType(name)) {
    composer.getETC(name).setFields(Object.fromEntries(Object.entries(methods).map(([key, value]) => [key, { value }])));
  } else if (composer.isObjectType(name)) {
    composer.addResolveMethods({ [name]: methods });
  }
}
for (const { kind, name } of parts.definitions) {
  if (kind === Kind.OBJECT_TYPE_DEFINITION) composer.addSchemaMustHaveType(composer.getOTC(name.value));
}

const VmTC = composeMongoose(Vm, { schemaComposer: composer, removeFields: ["_id"] });
VmTC.extendField("state", { type: "VmState!" });
VmTC.extendField("domain", { type: "Domain" });
VmTC.addFields({
  id: { type: "ID!", resolve: VirtualMachine.id },
  devices: { type: "[Device!]!", resolve: VirtualMachine.devices },
  disks: { type: "[Disk!]!", resolve: VirtualMachine.disks },
  interfaces: { type: "[Interface!]!", resolve: VirtualMachine.interfaces },
});

const byId = VmTC.mongooseResolvers.findById({ lean: true });
const many = VmTC.mongooseResolvers.findMany({ lean: true });

composer.Query.addFields({
  vm: {
    type: VmTC,
    args: { id: "ID!" },
    resolve: (source, { id }, context, info) => {
      const [type, _id] = parseNodeId(id) ?? [];
      if (type !== "VirtualMachine") return null;
      return byId.resolve({ source, args: { _id }, context, info, projection: vmProjection(info) });
    },
  },
  vms: {
    type: "VmConnection!",
    args: { first: "Int", filter: "VmFilter" },
    resolve: async (source, { first, filter }, context, info) => {
      const limit = first ?? USUAL_PAGE;
      const args = { limit: limit + 1, sort: { name: 1, _id: 1 } };
      const projection = vmProjection(info, ["nodes"]);
      const found = await many.resolve({ source, args, context, info, projection, rawQuery: vmQuery(filter) });
      return { nodes: found.slice(0, limit), pageInfo: { hasNextPage: found.length > limit } };
    },
  },
  fleet: { type: "FleetConnection!", args: { groupBy: "String!" }, resolve: Query.fleet },
});

const schema = composer.buildSchema();
const server = new ApolloServer({ schema });
const { url } = await startStandaloneServer(server, {
  listen: { host: HOST, port },
  context: async () => requestContext(reads),
});
ready(new URL(url).port);
