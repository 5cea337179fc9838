// Reads of the database: projected, and batched where a level of a query asks for many.
import { getNamedType, isEnumType } from "graphql";

import { referenced, words } from "./words.mjs";

export const USUAL_PAGE = 50;
const VM = { name: 1, uuid: 1, state: 1 };
const RUNNING = new Set(["RUNNING", "BLOCKED", "PAUSED"]);

// What fields of a VM need beside those that every VM is read with.
const NEEDED = {
  domain: { domain: 1 },
  devices: { devices: 1 },
  disks: { "devices.disks": 1, attachments: 1 },
  interfaces: { "devices.interfaces": 1 },
};

const projections = new WeakMap();

// The projection for the VMs below a field; worked out once for each field of a parsed document.
export function vmProjection(info, within = []) {
  const node = info.fieldNodes[0];
  let found = projections.get(node);
  if (found === undefined) {
    let selected = [node];
    for (const name of within) selected = selected.flatMap((one) => below(one, info)).filter((one) => one.name.value === name);
    found = { ...VM };
    for (const field of selected.flatMap((one) => below(one, info))) {
      if (field.name.value === "disks" && !below(field, info).some((one) => one.name.value === "resource")) {
        found["devices.disks"] = 1;
      } else {
        Object.assign(found, NEEDED[field.name.value]);
      }
    }
    projections.set(node, found);
  }
  return found;
}

// The fields that are selected below a field, those in fragments among them.
function below(node, info) {
  return (node.selectionSet?.selections ?? []).flatMap(function spread(one) {
    if (one.kind === "Field") return [one];
    const fragment = one.kind === "FragmentSpread" ? info.fragments[one.name.value] : one;
    return fragment.selectionSet.selections.flatMap(spread);
  });
}

// The query for a `VmFilter`: facets are what the index is on.
export function vmQuery(filter) {
  const conditions = Object.entries(filter ?? {}).map(([name, condition]) =>
    name === "host" ? { hostId: condition.eq } : { facets: { $elemMatch: facet(name, condition.some) } },
  );
  return conditions.length === 0 ? {} : { $and: conditions };
}

function facet(path, condition) {
  const [[name, value]] = Object.entries(condition);
  return name === "eq" ? { p: path, v: value } : facet(`${path}.${name}`, value);
}

export class Reads {
  constructor(database) {
    this.database = database;
    this.vms = database.collection("vms");
    this.resources = database.collection("resources");
  }

  vm(id, projection) {
    return this.vms.findOne({ _id: id }, { projection });
  }

  async page({ first, filter }, projection) {
    const limit = first ?? USUAL_PAGE;
    const found = await this.vms.find(vmQuery(filter), { projection }).sort({ name: 1, _id: 1 }).limit(limit + 1).toArray();
    return { nodes: found.slice(0, limit), pageInfo: { hasNextPage: found.length > limit } };
  }

  // How many VMs have which value under a path; a path into a list of devices counts each device.
  async fleet(path, schema) {
    const names = namesAt(path, schema);
    const stages = [];
    const [kind] = path.split(".");
    const listed = kind in words.arrays;
    const value = listed ? `$devices.${path}` : `$${path}`;
    if (listed) {
      stages.push({ $project: { [value.slice(1)]: 1 } });
      stages.push({ $unwind: { path: `$devices.${kind}`, preserveNullAndEmptyArrays: true } });
      stages.push({ $group: { _id: { vm: "$_id", value: { $ifNull: [value, null] } }, count: { $sum: 1 } } });
      stages.push({ $group: { _id: "$_id.value", vmCount: { $sum: 1 }, count: { $sum: "$count" } } });
    } else {
      stages.push({ $group: { _id: { $ifNull: [value, null] }, vmCount: { $sum: 1 } } });
      stages.push({ $set: { count: "$vmCount" } });
    }
    stages.push({ $sort: { vmCount: -1, _id: 1 } }, { $limit: USUAL_PAGE });
    const found = await this.vms.aggregate(stages).toArray();
    return { nodes: found.map(({ _id, vmCount, count }) => ({ value: names[_id] ?? _id, vmCount, count })) };
  }

  // For each key what answers to it, or what the key alone tells.
  async resourcesByKey(keys) {
    const projection = { kind: 1, label: 1, keys: 1 };
    const found = await this.resources.find({ keys: { $in: keys } }, { projection }).sort({ _id: 1 }).toArray();
    const byKey = new Map();
    for (const resource of found) {
      for (const key of resource.keys) if (!byKey.has(key)) byKey.set(key, resource);
    }
    return keys.map((key) => byKey.get(key) ?? referenced(key));
  }

  // For each list of keys the first attachments to them, by VM: one aggregate for a whole level of a query.
  async attachments(many, limit) {
    const stages = [{ $documents: many.map((keys, number) => ({ _id: number, keys })) }];
    if (many.flat().some((key) => key.split("|", 2)[1] === "")) {
      // What several hosts know a volume by makes it one volume.
      const join = { from: "resources", localField: "keys", foreignField: "keys", as: "alike" };
      const pipeline = [{ $match: { kind: "STORAGE_VOLUME" } }, { $project: { keys: 1 } }];
      const union = { $reduce: { input: "$alike.keys", initialValue: "$keys", in: { $setUnion: ["$$value", "$$this"] } } };
      stages.push({ $lookup: { ...join, pipeline } }, { $set: { keys: union } }, { $unset: "alike" });
    }
    const matched = { $filter: { input: "$attachments", cond: { $in: ["$$this.key", "$$keys"] } } };
    const pipeline = [{ $sort: { _id: 1 } }, { $limit: limit }, { $project: { ...VM, matched } }];
    const join = { from: "vms", localField: "keys", foreignField: "attachments.key", let: { keys: "$keys" } };
    stages.push({ $lookup: { ...join, pipeline, as: "vms" } }, { $unset: "keys" });
    const pages = many.map(() => []);
    for await (const { _id, vms } of this.database.aggregate(stages)) {
      pages[_id] = vms.flatMap((vm) => vm.matched.sort(byPlace).map((one) => ({ ...one, vm }))).slice(0, limit);
    }
    return pages.map((nodes) => ({ nodes }));
  }
}

const names = new Map();

// What the values under a path of a VM are called in GraphQL, where they are those of an enum.
function namesAt(path, schema) {
  if (!names.has(path)) {
    const parent = schema.getType("VirtualMachine");
    const type = path.split(".").reduce((at, name) => getNamedType(at?.getFields?.()[name]?.type), parent);
    const values = isEnumType(type) ? type.getValues() : [];
    names.set(path, Object.fromEntries(values.map(({ name, value }) => [value, name])));
  }
  return names.get(path);
}

const place = ({ device = "", role, key }) => `${device}\0${role}\0${key}`;

const byPlace = (one, other) => (place(one) < place(other) ? -1 : 1);

export const isActive = ({ vm }) => RUNNING.has(vm.state);
