// The few names of a browser that Mermaid touches while it loads and parses; nothing here draws.
var window = globalThis, self = globalThis;
globalThis.structuredClone ??= (value) => JSON.parse(JSON.stringify(value));
globalThis.console = {log() {}, warn() {}, error() {}, info() {}, debug() {}, trace() {}};
globalThis.addEventListener = () => {};
globalThis.Element = function () {};
globalThis.Node = {prototype: {}};
globalThis.document = {nodeType: 9, implementation: {}, createElement() { return {}; }};
globalThis.Option = function () { this.style = {color: ""}; };
globalThis.URL = function (address) {
  this.href = address;
  this.protocol = String(address).split(":")[0] + ":";
};
URL.canParse = (address) => /^[a-z][a-z0-9+.-]*:/i.test(address);
