// Mermaid text → SVG by Pele for a given width, and → the diagram's own model as an outline for readers who can't see it.
(() => {
  // Widths in 1/1000 em of the printable ASCII characters in the widest common sans-serif faces (Helvetica, Segoe UI,
  // Roboto, Noto Sans), rounded up: boxes drawn with these never cut a text, whichever of the fonts a reader has.
  const ASCII = [
    292, 300, 410, 650, 580, 880, 720, 240, 340, 340, 520, 620, 290, 340, 290, 400, // space … /
    590, 590, 590, 590, 590, 590, 590, 590, 590, 590, 290, 290, 620, 620, 620, 560, // 0 … ?
    1015, 690, 690, 730, 740, 670, 620, 780, 760, 340, 520, 690, 580, 900, 760, 790, // @ … O
    670, 790, 730, 670, 640, 740, 690, 970, 690, 690, 640, 330, 400, 330, 560, 570, // P … _
    350, 580, 630, 570, 630, 590, 360, 630, 620, 280, 280, 570, 280, 940, 620, 620, // ` … o
    630, 630, 400, 540, 380, 620, 570, 800, 560, 570, 540, 360, 300, 360, 620,      // p … ~
  ];
  const advance = (point) => {
    if (point < 32 || (point >= 0x200b && point <= 0x200d)) return 0;
    if (point < 127) return ASCII[point - 32];
    return point < 0x2e80 && !(point >= 0x2000 && point < 0x2c00) ? 640 : 1000;
  };
  const BOLD = 1;
  const measurer = {
    width(text, size, style) {
      let width = 0;
      for (const character of text) width += advance(character.codePointAt(0));
      return (width / 1000) * size * (style & BOLD ? 1.06 : 1);
    },
  };

  globalThis.draw = (text, idPrefix, width, flip) => {
    try {
      const {svg, width: w, height: h, links, type} = pele.render(text, {
        measurer, idPrefix, fontSize: 14, responsive: true, links: true, images: false, now: 0,
        maxWidth: width, autoDirection: flip, directionBreakpoint: width + 1,
      });
      return JSON.stringify({ok: true, svg, width: w, height: h, links, type});
    } catch (error) {
      return JSON.stringify({
        ok: false, message: String(error.message || error), code: error.code || "crash",
        line: error.line || null, column: error.column || null, snippet: error.snippet || "",
      });
    }
  };

  const plain = (value) => {
    if (value === undefined || value === null) return "";
    const text = typeof value === "object" ? (value.text ?? value.label ?? "") : String(value);
    return String(text).replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "").replace(/[*_`]{1,2}(\S[^*_`]*)[*_`]{1,2}/g, "$1")
      .replace(/\s+/g, " ").trim();
  };
  const item = (text, items = []) => ({text: plain(text), items: items.filter((one) => one && (one.text || one.items.length))});
  const values = (collection) => (collection instanceof Map ? [...collection.values()] : Object.values(collection || {}));
  const arrow = (from, to, label, open) => item(`${plain(from)} ${open ? "—" : "→"} ${plain(to)}${plain(label) ? "：" + plain(label) : ""}`);
  const nested = (nodes, text, children) => (nodes || []).map((node) => item(text(node), nested(children(node), text, children)));

  const outlines = {
    flowchart(model) {
      const name = (id) => plain(model.nodes.get(id)?.text) || plain(model.subgraphs.find((group) => group.id === id)?.title) || id;
      const owner = new Map(model.subgraphs.flatMap((group) => group.nodes.map((id) => [id, group.id])));
      const inside = (group) => item(group.title || group.id, group.nodes.map((id) => {
        const child = model.subgraphs.find((one) => one.id === id);
        return child ? inside(child) : item(name(id));
      }));
      const groups = model.subgraphs.filter((group) => !owner.has(group.id)).map(inside);
      const ends = new Set(model.edges.flatMap((edge) => [edge.start, edge.end]));
      const alone = [...model.nodes.keys()].filter((id) => !ends.has(id) && !owner.has(id)).map((id) => item(name(id)));
      const edges = model.edges.filter((edge) => edge.stroke !== "invisible").map(
        (edge) => arrow(name(edge.start), name(edge.end), edge.text, edge.type === "arrow_open"));
      return [...groups, ...alone, ...edges];
    },
    sequence(model) {
      const name = (id) => plain(model.actors.get(id)?.description) || id;
      const GROUPS = {10: "循环", 12: "如果", 13: "否则", 15: "可选", 19: "并行", 20: "同时", 27: "关键", 28: "另一种", 30: "中断"};
      return model.messages.map((message) => {
        const text = plain(message.message);
        if (message.type in GROUPS) return item(`${GROUPS[message.type]}：${text}`);
        if (message.type === 2) return item(`注（${[].concat(message.from, message.to).filter(Boolean).map(name)
          .filter((one, index, all) => all.indexOf(one) === index).join("、")}）：${text}`);
        if (!message.from || !message.to || typeof message.message === "object") return null;
        return arrow(name(message.from), name(message.to), text);
      });
    },
    mindmap: (model) => nested(model.nodes.filter((node) => node.isRoot || node.level === 0).slice(0, 1),
      (node) => node.descr, (node) => node.children),
    timeline: (model) => {
      const period = (one) => item(one.text, one.events.map((event) => item(event)));
      if (!model.sections.length) return model.periods.map(period);
      return model.sections.map((section) => item(section, model.periods.filter((one) => one.section === section).map(period)));
    },
    gantt: (model) => {
      const unit = model.dateFormat === "X" ? 1000 : model.dateFormat === "x" ? 1 : 0;
      const time = (date) => (!date ? "" : unit ? String(+date / unit) : new Date(date).toISOString().slice(0, 10));
      const task = (one) => item(`${plain(one.task)}：${time(one.startTime)} – ${time(one.endTime)}`);
      const tasks = model.getTasks(0);
      const sections = model.sections.length ? model.sections : [""];
      return sections.map((section) => item(section || "任务", tasks.filter((one) => (one.section || "") === section).map(task)));
    },
    pie: (model) => [...model.sections].map(([label, value]) => item(`${plain(label)}：${value}`)),
    xychart: (model) => {
      const axis = plain(model.yAxis.title);
      return model.plots.map((plot) => item(plain(plot.title) || axis || (plot.type === "bar" ? "柱" : "线"),
        plot.data.map(([label, value]) => item(`${plain(label)}：${value}`))));
    },
    quadrant(model) {
      const between = (low, high) => [low, high].map(plain).filter(Boolean).join(" → ");
      const axes = [item(`横轴：${between(model.xAxisLeft, model.xAxisRight)}`), item(`纵轴：${between(model.yAxisBottom, model.yAxisTop)}`)];
      return [...axes, ...model.points.map((point) => item(`${plain(point.text)}：横 ${point.x}，纵 ${point.y}`))];
    },
    state(model) {
      const label = (id) => {
        const state = model.states.get(id) || {};
        const text = [].concat(state.descriptions || [], state.description || []).map(plain).filter(Boolean)[0];
        return text || (/(^|_)(start|end)$/.test(id) || id.startsWith("root_") ? (/start/.test(id) ? "开始" : "结束") : id);
      };
      return model.relations.map((one) => arrow(label(one.id1), label(one.id2), one.relationTitle));
    },
    class(model) {
      const member = (one) => item(one.text ?? one.id ?? one.getDisplayDetails?.().displayText ?? one.memberType);
      const classes = values(model.classes).map((one) => item(one.label || one.id, [...one.members, ...one.methods].map(member)));
      return [...classes, ...model.relations.map((one) => arrow(one.id1, one.id2, one.title))];
    },
    er(model) {
      const name = new Map(values(model.entities).map((one) => [one.id, one.alias || one.label]));
      const entities = values(model.entities).map((one) => item(one.alias || one.label, one.attributes.map((a) => item(`${a.type} ${a.name}`))));
      return [...entities, ...model.relationships.map((one) => arrow(name.get(one.entityA) || one.entityA, name.get(one.entityB) || one.entityB, one.roleA))];
    },
    block(model) {
      const tree = (blocks) => (blocks || []).filter((one) => one.type !== "space" && one.type !== "column-setting" && one.type !== "edge")
        .map((one) => item(one.label || (one.children ? "" : one.id), tree(one.children)));
      const name = (id) => plain(model.byId.get(id)?.label) || id;
      return [...tree(model.root.children || model.blocks), ...model.edges.map((one) => arrow(name(one.start), name(one.end), one.label))];
    },
    journey: (model) => model.tasks.map((one) => item(`${plain(one.section)} ${plain(one.task)}：${one.score} 分`)),
    kanban: (model) => model.sections.map((one) => item(one.label, one.items.map((card) => item(card.label)))),
    treemap: (model) => nested(model.roots, (node) => `${plain(node.name)}${node.value === undefined ? "" : "：" + node.value}`, (node) => node.children),
    packet: (model) => model.rows.flat().map((one) => item(`第 ${one.start}–${one.end} 位：${plain(one.label)}`)),
    radar: (model) => model.curves.map((curve) => item(curve.label || curve.name,
      model.axes.map((axis, index) => item(`${plain(axis.label || axis.name)}：${curve.entries[index]}`)))),
    ishikawa: (model) => nested(model.root ? [model.root] : [], (node) => node.text, (node) => node.children),
    treeview: (model) => nested(model.root.children, (node) => node.name, (node) => node.children),
  };

  globalThis.outline = (text) => {
    try {
      const model = pele.parse(text);
      const read = outlines[model.type] || outlines[String(model.type).replace(/Chart$|-beta$/g, "").toLowerCase()];
      const items = read ? read(model).filter((one) => one && (one.text || one.items.length)) : [];
      return JSON.stringify({ok: true, type: model.type, accTitle: plain(model.accTitle || model.title), accDescr: plain(model.accDescr), items});
    } catch (error) {
      return JSON.stringify({ok: false, message: String(error.message || error)});
    }
  };
})();
// All that a page asks of its diagrams, in one call: verdicts, and for what is drawn its outline and its drawings.
globalThis.study = async (texts, widths, idPrefix) => {
  const answers = [];
  for (const text of texts) {
    const verdict = JSON.parse(await judge(text));
    const shown = verdict.ok && widths.length > 0;
    answers.push({
      verdict, outline: shown ? JSON.parse(outline(text)) : null,
      drawings: shown ? widths.map((width) => JSON.parse(draw(text, idPrefix, width, true))) : [],
    });
  }
  return JSON.stringify(answers);
};
