// Material's search worker cuts a Chinese query into words of the index, but its loop stops before the last character:
// 张量并行 becomes 张量 and 并. A rare Han character at the end keeps the last real one inside the loop; the query as typed
// follows, so that half-typed words still match by their beginning. This runs before Material creates its worker.
(() => {
  const QUERY = 2; // Material's message type for a query
  const END = "\u303b"; // a Han character that no page holds
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    postMessage(message, ...rest) {
      const asked = message && message.type === QUERY && typeof message.data === "string";
      super.postMessage(asked ? {...message, data: widen(message.data)} : message, ...rest);
    }
  };
  const widen = (query) => {
    const closed = query.replace(/\p{Script=Han}{2,}/gu, (run) => run + END);
    return closed === query ? query : `${closed} ${query}`;
  };
})();
