// What the words of the stored documents mean in GraphQL.
import { readFileSync } from "node:fs";

const file = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

export const typeDefs = file("schema.graphql");
export const words = JSON.parse(file("words.json"));

const SOURCES = new Set(words.sources);

export const nodeId = (...parts) => Buffer.from(JSON.stringify(parts)).toString("base64url");

// The type and the parts of an opaque id; null for what is none.
export function parseNodeId(id) {
  try {
    const parts = JSON.parse(Buffer.from(id, "base64url").toString());
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}

// The key by which a device names what it is made of.
export function sourceKey(device) {
  const found = device.vm.attachments?.find((one) => one.device === device.id && SOURCES.has(one.role));
  return found?.key;
}

// What a key alone tells where nothing answers to it.
export function referenced(key) {
  const [space, host] = key.split("|", 2);
  const label = key.slice(space.length + host.length + 2);
  return { kind: words.spaces[space], referenced: true, keys: [key], label: label.replace(/^name:/, "") };
}

export const resourceType = (resource) =>
  resource.referenced ? "ReferencedResource" : words.kinds.Resource[resource.kind];

export const resourceId = (resource) =>
  resource.referenced ? nodeId("Resource", "", resource.keys[0]) : nodeId("Resource", resource._id);

const ARRAYS = Object.entries(words.arrays);

// All devices of a VM in libvirt's order of kinds, each knowing its VM.
export function devicesOf(vm) {
  const found = [];
  for (const [array] of ARRAYS) {
    for (const device of vm.devices?.[array] ?? []) found.push({ ...device, vm });
  }
  return found;
}

export const devicesIn = (array) => (vm) => (vm.devices?.[array] ?? []).map((device) => ({ ...device, vm }));
