// The few names of a browser that Mermaid touches while it loads and parses; nothing here draws.
var window = globalThis, self = globalThis;
globalThis.structuredClone ??= (value) => JSON.parse(JSON.stringify(value));
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
