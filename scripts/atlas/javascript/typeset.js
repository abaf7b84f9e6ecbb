// TeX → MathML by KaTeX: {ok, html} or {ok: false, message, position}, the position counting UTF-16 units from 0.
globalThis.typeset = (tex, display) => {
  try {
    const html = katex.renderToString(tex, {
      output: "mathml", throwOnError: true, strict: "ignore", trust: false, displayMode: display,
    });
    return JSON.stringify({ok: true, html});
  } catch (error) {
    return JSON.stringify({ok: false, message: error.rawMessage || error.message, position: error.position ?? null});
  }
};
