// The few names of a browser that Mermaid touches while it loads and parses; nothing here draws.
var window = globalThis, self = globalThis;
globalThis.structuredClone ??= (value) => {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [structuredClone(key), structuredClone(one)]));
  if (value instanceof Set) return new Set([...value].map(structuredClone));
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(structuredClone);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredClone(one)]));
};
globalThis.console = {log() {}, warn() {}, error() {}, info() {}, debug() {}, trace() {}};
globalThis.addEventListener = () => {};
globalThis.Element = function () {};
globalThis.Node = {prototype: {}};
globalThis.document = {nodeType: 9, implementation: {}, createElement() { return {}; }};
globalThis.Option = function () { this.style = {color: ""}; };
// Both libraries' cleaner of links takes an address apart and puts it together again; what it leaves must be what was written.
globalThis.URL = function (address) {
  const [, protocol = "", slashes = "", hostname, rest] = /^([a-z][a-z0-9+.-]*:)?(\/\/)?([^/?#]*)(.*)$/is.exec(String(address));
  Object.assign(this, {href: String(address), protocol, hostname});
  this.toString = () => this.protocol + slashes + this.hostname + rest;
};
URL.canParse = (address) => /^[a-z][a-z0-9+.-]*:/i.test(address);
globalThis.crypto = {getRandomValues: (array) => array.fill(7), randomUUID: () => "00000000-0000-4000-8000-000000000000"};
// What Mermaid's `getConfig` makes of its configuration, several times a diagram: a copy three levels deep without nulls and
// without repetitions in lists. Copied level by level this takes a tenth of the time; it was most of a verdict's.
globalThis.copyConfiguration = (from, depth = 2) => {
  const copy = {...from};
  if (depth === 0) return copy;
  for (const key in copy) {
    const value = copy[key];
    if (value === null) delete copy[key];
    else if (typeof value === "object") copy[key] = Array.isArray(value) ? [...new Set(value)] : copyConfiguration(value, depth - 1);
  }
  return copy;
};
