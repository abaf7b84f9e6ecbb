// Mermaid's verdict on a diagram: what it parses, and what its renderer would read of the model, without drawing.
// {ok: true, type, facts} or {ok: false, stage: "parse" | "draw", message, line, column, …} with what is known of the place.
(() => {
  const api = mermaid.mermaidAPI;
  mermaid.initialize({startOnLoad: false});
  const CONFIGURED = /^\s*---|%%\s*\{/; // only such a text can change Mermaid's configuration
  const LONGEST = api.defaultConfig.maxTextSize ?? 50000;

  const has = (nodes, id) => nodes.some((node) => node.id === id);
  const fail = (message, name) => { throw Object.assign(new Error(message), {offender: name}); };

  // Each kind's renderer reads the model before (or while) it draws; these readings fail where the drawing would.
  const layout = (db) => {
    const {nodes, edges} = db.getData();
    for (const node of nodes) {
      if (node.id === undefined || node.id === null) fail("a node without an id");
      if (!node.isGroup && !node.shape) fail("No such shape: undefined", node.id.split("----")[0]);
    }
    const parents = new Map(nodes.map((node) => [node.id, node.parentId]));
    for (const {id} of nodes) {
      let above = parents.get(id);
      for (let steps = nodes.length; above !== undefined && steps > 0; steps--) {
        if (above === id) fail(`${id} is inside itself`, id); // Mermaid's layout never ends on it
        above = parents.get(above);
      }
    }
    for (const edge of edges) {
      for (const end of [edge.start, edge.end]) if (!has(nodes, end)) fail(`an edge to nothing: ${end}`, end ?? "");
    }
  };
  const circular = ({nodes, links}) => {
    const next = new Map(nodes.map((node) => [node.id, []]));
    for (const link of links) next.get(link.source)?.push(link.target);
    const open = new Set(), done = new Set();
    const visit = (id) => {
      if (open.has(id)) fail("circular link", id);
      if (done.has(id)) return;
      open.add(id);
      next.get(id)?.forEach(visit);
      open.delete(id);
      done.add(id);
    };
    nodes.forEach((node) => visit(node.id));
  };
  const readings = {
    stateDiagram: layout,
    requirement: layout,
    er: layout,
    classDiagram: layout,
    "flowchart-v2": (db) => db.getData(),
    architecture(db) {
      const seen = new Set();
      for (const {lhsId, rhsId} of db.getEdges()) {
        const id = `${lhsId}-${rhsId}`;
        if (seen.has(id)) fail(`Can not create second element with ID \`${id}\``, lhsId);
        seen.add(id);
      }
    },
    mindmap: (db) => db.getData(),
    kanban: (db) => db.getData(),
    gantt(db, source) {
      const [, name] = source.match(/^[ \t]*(?!(?:title|acc\w+|section|click|gantt|%%|\w+Format)\b)(\S[^:\n]*?)[ \t]*:/m) || [];
      const nothing = () => fail("Cannot read properties of undefined (reading 'endTime')", name);
      let tasks;
      try { tasks = db.getTasks(); } catch (error) { if (/endTime/.test(error.message)) nothing(); throw error; }
      // Mermaid keeps the tasks of the diagram before this one by mistake; on a page of its own this fails.
      if (tasks[0]?.raw.startTime.type === "prevTaskEnd") nothing();
    },
    sankey: (db) => circular(db.getGraph()),
    venn: (db) => db.getSubsetData().length || fail("no sets"),
    xychart: (db) => db.getXYChartData().plots.length || fail("no plots"),
    c4(db) {
      const known = (alias) => db.getC4ShapeArray().some((shape) => shape.alias === alias)
        || db.getBoundaries().some((boundary) => boundary.alias === alias);
      for (const {from, to} of db.getRels()) {
        for (const end of [from, to]) if (!known(end)) fail(`C4 rel "${from}" -> "${to}" references an unknown shape or boundary`, end);
      }
    },
  };

  // What every kind goes through after its own reading: its classes become style sheets, formulas in its labels KaTeX's.
  const SELECTOR = /^(?:--|-?(?:[A-Za-z_\u0080-\uffff]|\\.))(?:[\w\u0080-\uffff-]|\\.)*(?:[.#:][A-Za-z_-][\w-]*)*$/;
  const styles = (text, diagram) => {
    const classes = diagram.renderer.getClasses?.(text, diagram);
    if (!(classes instanceof Map)) return;
    for (const {id, styles, textStyles} of classes.values()) {
      if ((styles?.length || textStyles?.length) && !SELECTOR.test(id)) fail(`Failed to parse the rule '.${id}'`, id);
    }
  };
  const WITH_FORMULAS = /^(?:flowchart|swimlane|sequence|state|class|mindmap|er$|requirement|kanban|agentflow|block|usecase)/;
  const formulas = (text, type) => {
    if (!text.includes("$$") || !WITH_FORMULAS.test(type)) return;
    for (const [, tex] of text.replace(/^\s*%%.*$/gm, "").matchAll(/\$\$(.*?)\$\$/g)) {
      try {
        katex.renderToString(tex, {throwOnError: true, displayMode: true, output: "mathml"});
      } catch (error) {
        fail(error.message, tex);
      }
    }
  };

  const place = (error) => {
    const {loc, text, expected} = error.hash || {};
    return {
      message: String(error.message || error).slice(0, 4000),
      line: loc?.first_line ?? null, column: loc?.first_column ?? null, lastLine: loc?.last_line ?? null, lastColumn: loc?.last_column ?? null,
      text: text ?? null, token: error.hash?.token ?? null, expected: expected ?? [], offender: error.offender ?? null,
    };
  };

  globalThis.judge = async (text) => {
    const configured = CONFIGURED.test(text);
    let stage = "parse";
    try {
      if (text.length > LONGEST) fail("Maximum text size in diagram exceeded");
      if (configured) await api.parse(text);
      const diagram = await api.getDiagramFromText(text);
      const {type, db} = diagram;
      stage = "draw";
      readings[type]?.(db, text);
      styles(text, diagram);
      formulas(text, type);
      return JSON.stringify({ok: true, type, facts: facts[type]?.(db) ?? {}});
    } catch (error) {
      return JSON.stringify({ok: false, stage, ...place(error)});
    } finally {
      if (configured) api.reset();
    }
  };

  const keys = (collection) => (collection instanceof Map ? [...collection.keys()] : Object.keys(collection ?? {}));
  const values = (collection) => (collection instanceof Map ? [...collection.values()] : Object.values(collection ?? {}));
  const text = (value) => (value === undefined || value === null ? "" : String(value));
  const facts = {
    "flowchart-v2": (db) => ({
      nodes: values(db.getVertices()).map((one) => [one.id, text(one.text ?? one.id)]),
      groups: db.getSubGraphs().map((one) => [one.id, text(one.title)]),
      classes: keys(db.getClasses()), edges: db.getEdges().length, edgeIds: db.getEdges().map((one) => text(one.id)),
    }),
    stateDiagram: (db) => ({
      nodes: values(db.getStates()).map((one) => [one.id, text(one.descriptions?.[0]), text(one.type)]),
      classes: keys(db.getClasses()),
    }),
    classDiagram: (db) => ({
      nodes: values(db.getClasses()).map((one) => [one.id, text(one.label), one.members.length + one.methods.length]),
      classes: keys(db.styleClasses),
    }),
    er: (db) => ({nodes: [...db.getEntities()].map(([name, one]) => [name, text(one.alias)]), classes: keys(db.getClasses())}),
    requirement: (db) => ({nodes: [...keys(db.getRequirements()), ...keys(db.getElements())].map((name) => [name, ""]), classes: keys(db.getClasses())}),
    block: (db) => ({nodes: db.getBlocksFlat().map((one) => [one.id, text(one.label)]), classes: keys(db.getClasses())}),
    treemap: (db) => ({nodes: [], classes: keys(db.getClasses())}),
    sequence: (db) => ({nodes: values(db.getActors()).map((one) => [one.name, text(one.description)])}),
    gantt: (db) => ({nodes: db.getTasks().map((one) => [one.id, text(one.task)])}),
  };
  facts.swimlane = facts["flowchart-v2"];
})();
globalThis.optionNames = () => JSON.stringify(Object.keys(mermaid.mermaidAPI.defaultConfig).concat(["themeCSS", "altFontFamily", "look", "layout"]));
