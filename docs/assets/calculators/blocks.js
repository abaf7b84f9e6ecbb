// A result → HTML, the same text as scripts/atlas/calculators/blocks.py gives.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const STEP = 22, LANE = 24, WIDEST = 10000, STRETCH = 8, START = {digits: 4};
  const SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"};
  const escape = (text) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign]);
  const {show, fixed} = atlas;
  const isText = (form) => form.style === "text";
  const pixels = (value) => fixed(value, 1).replaceAll(",", "");

  const values = (named, given) => {
    if (!named.length) return "";
    const rows = named.map((one) =>
      `<div${one.key ? ' class="atlas-calculator-key"' : ""} data-value="${one.name}"><dt>${escape(one.label)}</dt>` +
      `<dd>${escape(show(given[one.name], one.form ?? {}))}</dd></div>`);
    return `<dl class="atlas-calculator-values">${rows.join("")}</dl>`;
  };
  const head = (label, plain) =>
    plain ? `<th scope="col">${escape(label)}</th>` : `<th scope="col" class="atlas-number">${escape(label)}</th>`;
  const cell = (text, plain) => (plain ? `<td>${escape(text)}</td>` : `<td class="atlas-number">${escape(text)}</td>`);
  const framed = (name, title, heads, body, legend, search) =>
    `<div class="atlas-calculator-block" data-block="${name}"${search ? ` data-search="${body.length}"` : ""}>${legend}` +
    `<div class="atlas-calculator-scroll" role="group" tabindex="0" aria-label="${escape(title)}">` +
    `<table class="atlas-calculator-table"><caption>${escape(title)}</caption>` +
    `<thead><tr>${heads}</tr></thead><tbody>${body.join("")}</tbody></table></div></div>`;

  const table = (one, rows) => {
    const columns = one.columns.map((column) => ({label: column.label, form: column.form ?? {style: "text"}}));
    const heads = columns.map((column) => head(column.label, isText(column.form))).join("");
    const body = rows.map((row) => {
      const cells = columns.map((column, at) => show(row[at], column.form));
      const more = columns.slice(1).map((column, at) => cell(cells[at + 1], isText(column.form))).join("");
      return `<tr><th scope="row">${escape(cells[0])}</th>${more}</tr>`;
    });
    return framed(one.name, one.title, heads, body, "", one.search);
  };

  const legend = (labels) =>
    `<ul class="atlas-calculator-legend">${labels.map((label, at) =>
      `<li><span class="atlas-part atlas-part-${at + 1}"></span>${escape(label)}</li>`).join("")}</ul>`;
  const extent = (parts, limit) => {
    let total = 0;
    for (const part of parts) total += part;
    return limit === null ? total : Math.max(total, limit);
  };
  const drawn = (parts, limit, scale) => {
    let at = 0;
    const pieces = [];
    parts.forEach((part, number) => {
      if (part > 0 && scale > 0) {
        const left = fixed((100 * at) / scale, 2), wide = fixed((100 * part) / scale, 2);
        pieces.push(`<rect class="atlas-part-${number + 1}" x="${left}%" y="2" width="${wide}%" height="14"></rect>`);
      }
      at += part;
    });
    if (limit !== null && scale > 0) {
      const place = fixed((100 * limit) / scale, 2);
      pieces.push(`<line class="atlas-limit" x1="${place}%" x2="${place}%" y1="0" y2="18"></line>`);
    }
    const kind = limit !== null && at > limit ? " atlas-over" : "";
    return `<svg class="atlas-calculator-bar${kind}" width="100%" height="18" aria-hidden="true">${pieces.join("")}</svg>`;
  };
  const bar = (one, [label, parts, limit, note], scale) => {
    let cells = one.note ? cell(note, true) : "";
    if (one.limit) cells += cell(show(limit, one.form ?? {}), false);
    cells += `<td>${drawn(parts, limit, scale)}</td>`;
    if (one.detailed) cells += parts.map((part) => cell(show(part, one.form ?? {}), false)).join("");
    return `<tr><th scope="row">${escape(label)}</th>${cells}</tr>`;
  };
  const bars = (one, rows) => {
    let heads = head(one.row, true) + (one.note ? head(one.note, true) : "") + (one.limit ? head(one.limit, false) : "");
    heads += head("图", true) + (one.detailed ? one.parts.map((label) => head(label, false)).join("") : "");
    const widest = Math.max(0, ...rows.map((row) => extent(row[1], row[2])));
    const body = rows.map((row) => bar(one, row, one.own_scale ? extent(row[1], row[2]) : widest));
    return framed(one.name, one.title, heads, body, legend(one.parts), one.search);
  };

  const room = (text) => Math.max(14, 4 + 6 * text.length);
  // One path for all cells of a kind: a large schedule has thousands.
  const lane = (one, number, cells, step) => {
    const top = number * LANE, boxes = new Map(Object.keys(one.kinds).map((kind) => [kind, ""]));
    let texts = "";
    for (const [start, length, kind, text] of cells) {
      const wide = pixels(length * step);
      boxes.set(kind, `${boxes.get(kind)}M${pixels(start * step)} ${top + 1}h${wide}v${LANE - 2}h-${wide}z`);
      if (text && length * step >= room(text)) {
        texts += `<text x="${pixels((start + length / 2) * step)}" y="${top + 16}">${escape(text)}</text>`;
      }
    }
    const paths = [...boxes.values()].map((found, part) =>
      found ? `<path class="atlas-part-${part + 1}" d="${found}"></path>` : "");
    return paths.join("") + texts;
  };
  const scaled = (cells) => {
    let end = 0, legible = 0;
    for (const [start, length, , text] of cells) {
      [end, legible] = [Math.max(end, start + length), Math.max(legible, room(text) / length)];
    }
    return end > 0 ? [Math.min(Math.max(STEP, Math.min(legible, STRETCH * STEP)), WIDEST / end), end] : [STEP, end];
  };
  const saidOf = (cells) => cells.map(([start, , kind, text]) => `${kind}${text}（${show(start, START)}）`).join("、");
  const schedule = (one, lanes) => {
    const [step, end] = scaled(lanes.flatMap((row) => row[1]));
    const inside = lanes.map((row, number) => lane(one, number, row[1], step)).join("");
    const said = lanes.map(([label, cells]) => `<li>${escape(`${label}：${saidOf(cells)}`)}</li>`).join("");
    const [width, height] = [pixels(end * step), lanes.length * LANE];
    return `<figure class="atlas-calculator-block" data-block="${one.name}">${legend(Object.values(one.kinds))}` +
      `<div class="atlas-calculator-scroll" role="group" tabindex="0" aria-label="${escape(one.title)}">` +
      `<svg class="atlas-calculator-schedule" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `text-anchor="middle" role="img" aria-label="${escape(one.title)}">${inside}</svg></div>` +
      `<figcaption><p>${escape(one.title)}${one.unit ? `（${escape(one.unit)}）` : ""}</p>` +
      `<details><summary>文字版：括号里是开始的时刻</summary><ol>${said}</ol></details></figcaption></figure>`;
  };

  const MADE = {table: ["tables", table], bar: ["bars", bars], schedule: ["schedules", schedule]};
  atlas.summaryHtml = (id, result) => {
    const named = atlas.declared(id).shows.filter((one) => one.is === "value" && one.name in result.values);
    const notes = (result.notes ?? []).map((note) => `<p class="atlas-calculator-note">${escape(note)}</p>`);
    return values(named, result.values) + notes.join("");
  };
  atlas.stepsHtml = ({steps = []}) =>
    steps.length
      ? `<div class="atlas-calculator-steps"><p><strong>代入数字</strong></p>` +
        `<ol class="atlas-steps">${steps.map((step) => `<li>${escape(step.replaceAll("） ", "）").replaceAll(" （", "（"))}</li>`).join("")}</ol></div>`
      : "";
  atlas.blocksHtml = (id, result) =>
    atlas.declared(id).shows.map((one) => {
      const [place, make] = MADE[one.is] ?? [];
      const given = place && result[place]?.[one.name];
      return given ? make(one, given) : "";
    }).join("");
})();
