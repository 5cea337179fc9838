// Resolvers that all of the servers on Node share; what is read in batches is left to each of them.
import { GraphQLScalarType } from "graphql";

import { isActive, vmProjection } from "./reads.mjs";
import { devicesIn, devicesOf, nodeId, parseNodeId, resourceId, resourceType, words } from "./words.mjs";

const byKind = (kinds) => ({ __resolveType: ({ kind }) => kinds[kind] });

const { Device: devices, Resource: resources, ...variants } = words.kinds;

const device = { id: ({ vm, id }) => nodeId("Device", vm._id, id) };

const resource = { id: resourceId, name: ({ label }) => label };

// Types of devices and of resources have what their interfaces have.
const each = (types, fields) => Object.fromEntries(Object.values(types).map((name) => [name, fields]));

export const RESOURCE_TYPES = [...Object.values(resources), "ReferencedResource"];

export const scalars = { Long: new GraphQLScalarType({ name: "Long" }) };

// The types; `reads` of a request's context are `Reads`.
export const types = {
  ...scalars,
  ...words.enums,
  ...Object.fromEntries(Object.entries(variants).map(([name, kinds]) => [name, byKind(kinds)])),
  Device: byKind(devices),
  ...each(devices, device),
  Resource: { __resolveType: resourceType },
  ...each(RESOURCE_TYPES, resource),
  Attachment: { active: isActive },
  VirtualMachine: {
    id: ({ _id }) => nodeId("VirtualMachine", _id),
    devices: devicesOf,
    disks: devicesIn("disks"),
    interfaces: devicesIn("interfaces"),
  },
};

export const resolvers = {
  ...types,
  Query: {
    vm: (_, { id }, { reads }, info) => {
      const [type, key] = parseNodeId(id) ?? [];
      return type === "VirtualMachine" ? reads.vm(key, vmProjection(info)) : null;
    },
    vms: (_, args, { reads }, info) => reads.page(args, vmProjection(info, ["nodes"])),
    fleet: (_, { groupBy }, { reads }, info) => reads.fleet(groupBy, info.schema),
  },
};
