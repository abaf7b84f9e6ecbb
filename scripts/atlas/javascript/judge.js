// Mermaid's own verdict on a diagram: {ok, type} or {ok: false, message, line, column} with what is known of the place.
globalThis.judge = (text) => mermaid.parse(text).then(
  (result) => JSON.stringify({ok: true, type: result.diagramType}),
  (error) => {
    const place = (error.hash && error.hash.loc) || {};
    return JSON.stringify({
      ok: false,
      message: String(error.message || error),
      line: place.first_line ?? null,
      column: place.first_column ?? null,
      text: (error.hash && error.hash.text) || null,
    });
  },
);
