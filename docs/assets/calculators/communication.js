// 集合通信: the same steps as scripts/atlas/calculators/communication.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput} = atlas;
  const q = atlas.quantities;
  const WAYS = {
    ring: "全归约（环）",
    tree: "全归约（树）",
    scatter: "归约散播（环）",
    gather: "全收集（环）",
    exchange: "全对全",
  };
  const LAYERED = "全归约（分层）";
  const BYTES = {style: "bytes", digits: 3}, SPEED = {style: "speed", digits: 3}, SECONDS = {style: "seconds", digits: 3};
  const plain = (value) => show(value, {digits: 6});

  const bandwidthOf = (inputs, data) => {
    if (inputs.link === "free") return inputs.bandwidth * 1e9;
    const found = data.number("interconnects", inputs.link, "bandwidth_uni");
    if (found === null) {
      throw new BadInput("link", `数据里没有 ${data.name("interconnects", inputs.link)} 的单向带宽，选“自己填”。`);
    }
    return found * 1e9;
  };
  const wayOf = (way, message, cards, bandwidth, latency) => {
    let steps = cards - 1, factor = q.all_gather_factor(cards), sent = factor * message;
    if (way === "ring") {
      [steps, factor] = [2 * (cards - 1), q.all_reduce_factor(cards)];
      sent = factor * message;
    } else if (way === "tree") {
      [steps, factor] = [q.tree_steps(cards), q.all_reduce_factor(cards)];
      sent = 2 * message;
    }
    const time = q.alpha_beta_seconds(steps, latency, sent, bandwidth);
    return [steps, sent, time, (factor * message) / time];
  };

  const stepsOf = (way, message, cards, bandwidth, latency) => {
    const [steps, sent, time, bus] = wayOf(way, message, cards, bandwidth, latency);
    const whole = show(message, BYTES), others = plain(cards - 1), all = plain(cards), reduces = way === "ring" || way === "tree";
    let counted = others, spread = `${others} ÷ ${all} × ${whole}`;
    if (way === "ring") [counted, spread] = [`2 × ${others}`, `2 × ${spread}`];
    else if (way === "tree") [counted, spread] = [`2 × ⌈log₂ ${all}⌉`, `2 × ${whole}`];
    const factor = reduces ? q.all_reduce_factor(cards) : q.all_gather_factor(cards), lasts = show(time, SECONDS);
    return [
      `步数 = ${counted}${counted === plain(steps) ? "" : ` = ${plain(steps)}`}`,
      `每卡发出 = ${spread} = ${show(sent, BYTES)}`,
      `用时 = ${plain(steps)} × ${show(latency, SECONDS)} + ${show(sent, BYTES)} ÷ ${show(bandwidth, SPEED)} = ${lasts}`,
      `总线带宽 = ${plain(factor)} × ${whole} ÷ ${lasts} = ${show(bus, SPEED)}`,
    ];
  };

  const layeredSteps = (message, inside, outside, time) => {
    const [cards] = inside, [nodes] = outside, whole = show(message, BYTES), spans = [];
    const lines = [["机内", inside, 1], ["机间", outside, cards]].map(([name, [members, bandwidth, latency], share]) => {
      const sent = (q.all_reduce_factor(members) * message) / share, others = plain(members - 1);
      spans.push(show(2 * (members - 1) * latency + sent / bandwidth, SECONDS));
      const part = share === 1 ? "" : ` ÷ ${plain(share)}`;
      const bytes = `2 × ${others} ÷ ${plain(members)} × ${whole}${part} ÷ ${show(bandwidth, SPEED)}`;
      return `${name} = 2 × ${others} × ${show(latency, SECONDS)} + ${bytes} = ${spans.at(-1)}`;
    });
    const factor = q.all_reduce_factor(cards * nodes), lasts = show(time, SECONDS), bus = show((factor * message) / time, SPEED);
    return [...lines, `用时 = ${spans.join(" + ")} = ${lasts}`, `总线带宽 = ${plain(factor)} × ${whole} ÷ ${lasts} = ${bus}`];
  };
  const twoLevels = (inputs, message, inner, latency) => {
    const {cards, nodes} = inputs, slow = inputs.outer_latency * 1e-6, outer = (inputs.outer * 1e9 * inputs.efficiency) / 100;
    const within = 2 * (cards - 1), between = 2 * (nodes - 1), waits = within * latency + between * slow;
    const time = q.hierarchical_all_reduce_seconds(message, inner, outer, cards, nodes) + waits;
    const sent = q.all_reduce_factor(cards) * message + (q.all_reduce_factor(nodes) * message) / cards;
    const bus = (q.all_reduce_factor(cards * nodes) * message) / time;
    const values = {time, sent, steps: within + between, waiting: (100 * waits) / time, speed: message / time, bus};
    const rows = [[LAYERED, within + between, sent, time, bus]];
    for (const way of ["ring", "tree"]) {
      rows.push([`${WAYS[way]}，全走机间`, ...wayOf(way, message, cards * nodes, outer, slow)]);
    }
    const [, , , flat] = rows[1], much = show(flat / time, {digits: 3});
    const note = `${plain(cards * nodes)} 张卡排成一个环、全走机间的线要 ${show(flat, SECONDS)}，是分层的 ${much} 倍。`;
    const steps = layeredSteps(message, [cards, inner, latency], [nodes, outer, slow], time);
    return {values, tables: {ways: rows}, notes: [note], steps};
  };

  atlas.calculators.communication = (inputs, data) => {
    const bandwidth = (bandwidthOf(inputs, data) * inputs.efficiency) / 100;
    const message = inputs.message * 1e6, {cards} = inputs, latency = inputs.latency * 1e-6;
    if (inputs.way === "two") return twoLevels(inputs, message, bandwidth, latency);
    const rows = Object.keys(WAYS).map((way) => [WAYS[way], ...wayOf(way, message, cards, bandwidth, latency)]);
    const [steps, sent, time, bus] = wayOf(inputs.way, message, cards, bandwidth, latency);
    const values = {time, sent, steps, waiting: (100 * steps * latency) / time, speed: message / time, bus};
    const notes = [];
    const even = q.ring_tree_crossover(cards, bandwidth, latency);
    if ((inputs.way === "ring" || inputs.way === "tree") && even > 0) {
      values.even = even;
      const faster = message < even ? "树快" : "环快";
      notes.push(`这么多卡、这条线，消息小于 ${show(even, BYTES)} 时树快，大于它环快；现在是${faster}。`);
    }
    if (steps * latency > sent / bandwidth) {
      notes.push("大半时间是延迟：把许多小消息攒成一个大的再发，或换步数少的走法。");
    }
    return {values, tables: {ways: rows}, notes, steps: stepsOf(inputs.way, message, cards, bandwidth, latency)};
  };
})();
