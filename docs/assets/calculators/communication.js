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

  atlas.calculators.communication = (inputs, data) => {
    const bandwidth = (bandwidthOf(inputs, data) * inputs.efficiency) / 100;
    const message = inputs.message * 1e6, {cards} = inputs, latency = inputs.latency * 1e-6;
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
