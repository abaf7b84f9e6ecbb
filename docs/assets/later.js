// Work for when the browser is at rest: done at once on every page's opening, it would keep a slow phone from answering.
globalThis.atlasLater = (work) => (window.requestIdleCallback ? requestIdleCallback(work, {timeout: 1000}) : setTimeout(work, 1));
