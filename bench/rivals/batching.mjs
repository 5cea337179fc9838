// Edges by DataLoader, for servers that have nothing of their own for it.
import DataLoader from "dataloader";

import { RESOURCE_TYPES, resolvers } from "./resolvers.mjs";
import { sourceKey } from "./words.mjs";

// The context of a request, in which what is asked for twice is read once.
export function requestContext(reads) {
  return {
    reads,
    resources: new DataLoader((keys) => reads.resourcesByKey(keys)),
    attachments: {},
  };
}

// The resources of devices, and what is attached to resources.
const edges = {
  Disk: {
    resource: (disk, _, { resources }) => {
      const key = sourceKey(disk);
      return key === undefined ? null : resources.load(key);
    },
  },
  ...Object.fromEntries(
    RESOURCE_TYPES.map((name) => [
      name,
      {
        attachments: ({ keys }, { first }, { reads, attachments }) => {
          attachments[first] ??= new DataLoader((many) => reads.attachments(many, first), { cacheKeyFn: String });
          return attachments[first].load(keys);
        },
      },
    ]),
  ),
};

const together = (name) => ({ ...resolvers[name], ...edges[name] });

export const batchingResolvers = {
  ...resolvers,
  ...Object.fromEntries(Object.keys(edges).map((name) => [name, together(name)])),
};
