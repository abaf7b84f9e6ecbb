// 流水线气泡: the same steps as scripts/atlas/calculators/pipeline.py and schedules.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {BadInput, show} = atlas;
  const q = atlas.quantities;
  const KINDS = {gpipe: "GPipe", "1f1b": "1F1B", interleaved: "交错 1F1B", "zb-h1": "零气泡 ZB-H1", "zb-h2": "零气泡 ZB-H2"};
  const MOST_CELLS = 4096, DUST = 1e-9, COUNT = {style: "whole"};
  const plain = (value) => show(value, {digits: 6}), span = (value) => show(value, {digits: 8, unit: "份"});
  const numbers = (count, make) => Array.from({length: Math.max(0, count)}, (_, at) => make(at));

  // What a card does, in order: [kind, micro-batch, chunk].
  const inTurn = (forward, backward, ahead) => {
    const steps = forward.slice(0, ahead).map((which) => ["F", ...which]);
    backward.forEach((which, at) => {
      if (ahead + at < forward.length) steps.push(["F", ...forward[ahead + at]]);
      steps.push(["BW", ...which]);
    });
    return steps;
  };
  const split = (micros, ahead, delay) => {
    const steps = numbers(Math.min(ahead, micros), (micro) => ["F", micro, 0]);
    for (let micro = 0; micro < micros; micro += 1) {
      steps.push(["B", micro, 0]);
      if (micro >= delay) steps.push(["W", micro - delay, 0]);
      if (ahead + micro < micros) steps.push(["F", ahead + micro, 0]);
    }
    for (let micro = Math.max(micros - delay, 0); micro < micros; micro += 1) steps.push(["W", micro, 0]);
    return steps;
  };
  const oneByOne = (card, stages, micros) => {
    const order = numbers(micros, (micro) => [micro, 0]);
    return inTurn(order, order, Math.min(stages - card - 1, micros));
  };
  const ORDERS = {
    gpipe: (card, stages, micros) => ["F", "BW"].flatMap((kind) => numbers(micros, (micro) => [kind, micro, 0])),
    "1f1b": oneByOne,
    interleaved: (card, stages, micros, chunks) => {
      if (chunks === 1) return oneByOne(card, stages, micros);
      const block = stages * chunks;
      const forward = numbers(micros * chunks, (k) =>
        [Math.floor(k / block) * stages + (k % stages), Math.floor((k % block) / stages)]);
      const backward = forward.map(([micro, chunk]) => [micro, chunks - 1 - chunk]);
      const ahead = micros === stages ? forward.length : (stages - card - 1) * 2 + (chunks - 1) * stages;
      return inTurn(forward, backward, Math.min(ahead, forward.length));
    },
    "zb-h1": (card, stages, micros) => split(micros, stages - card, card),
    "zb-h2": (card, stages, micros) => split(micros, 2 * (stages - card) - 1, 2 * card),
  };

  const needed = (step, micro, place, places) => {
    if (step === "W") return [["B", micro, place]];
    if (step === "F") return place ? [["F", micro, place - 1]] : [];
    return [["F", micro, place], ...(place < places - 1 ? [[step, micro, place + 1]] : [])];
  };
  const simulate = (kind, stages, micros, chunks, times) => {
    const orders = numbers(stages, (card) => ORDERS[kind](card, stages, micros, chunks));
    const length = {F: times.forward, BW: times.input + times.weight, B: times.input, W: times.weight};
    const done = new Map(), clock = numbers(stages, () => 0), at = numbers(stages, () => 0), passes = [];
    for (let moved = true; moved;) {
      moved = false;
      for (let card = 0; card < stages; card += 1) {
        while (at[card] < orders[card].length) {
          const [step, micro, chunk] = orders[card][at[card]];
          const place = chunk * stages + card;
          const waits = needed(step, micro, place, stages * chunks).map(String);
          if (!waits.every((one) => done.has(one))) break;
          const start = Math.max(clock[card], ...waits.map((one) => done.get(one)));
          clock[card] = start + length[step] / chunks;
          done.set(String([step, micro, place]), clock[card]);
          passes.push({card, kind: step, micro, chunk, start, time: length[step] / chunks});
          at[card] += 1;
          moved = true;
        }
      }
    }
    return passes;
  };
  const own = (passes, card) => passes.filter((one) => one.card === card);

  const idleOf = (kind, stages, micros, chunks, {forward, input, weight}) => {
    const own = [stages, forward, input, weight];
    let idle;
    if (kind === "zb-h1") idle = q.zero_bubble_h1_idle(...own, micros);
    else if (kind === "zb-h2") idle = q.zero_bubble_h2_idle(...own, micros);
    else idle = q.pipeline_idle(...own, kind === "interleaved" ? chunks : 1);
    return idle > DUST * q.pipeline_idle(...own) ? idle : 0;
  };
  const heldBy = (kind, stages, micros, chunks) => {
    if (kind === "gpipe") return micros;
    if (kind === "interleaved" && chunks > 1) return Math.min(stages + (stages - 1) / chunks, micros);
    return Math.min(kind === "zb-h2" ? 2 * stages - 1 : stages, micros);
  };
  const caveats = (kind, stages, micros, times) => {
    const notes = [];
    if (micros < stages) notes.push("微批比级数还少，流水线灌不满。");
    const wanted = {"zb-h1": stages, "zb-h2": 2 * stages - 1}[kind];
    if (wanted === undefined) return notes;
    const missing = micros < wanted ? [`微批至少 ${show(wanted, COUNT)} 个`] : [];
    if (times.weight > times.forward) missing.push("权重梯度 W 不长于前向 F");
    if (missing.length) {
      notes.push(`论文的式子假设${missing.join("、")}，这里不成立；这些数是按同样的次序一趟一趟排出来的。`);
    }
    return notes;
  };
  const working = ({forward, input, weight}, micros, work) => {
    const parts = [forward, input, weight].map(plain).join(" + ");
    return `理想时间 = m(F + B + W) = ${plain(micros)} ×（${parts}）= ${span(work)}`;
  };
  const idling = (kind, stages, micros, chunks, {forward, input, weight}, idle) => {
    const before = plain(forward + input), cards = plain(stages - 1), saved = plain(Math.min(forward, weight));
    if (kind === "zb-h1") {
      const held = plain(Math.min(micros, stages) - 1), sum = `${cards} × ${before} − ${held} × ${saved}`;
      return [`每卡空闲 = (p − 1)(F + B) − (min(m, p) − 1) min(F, W) = ${sum} = ${span(idle)}`];
    }
    if (kind === "zb-h2") {
      const more = Math.min(micros, 2 * stages - 1) - 1, rest = plain(stages - 1 - Math.floor(more / 2));
      const first = `${cards} × ${before} − ${plain(more)} × ${saved}`, second = `${rest} × ${before} − ${plain(more % 2)} × ${saved}`;
      return [`n = min(m, 2p − 1) − 1 = ${plain(more)}`, `每卡空闲 = ${first} 与 ${second} 中大的 = ${span(idle)}`];
    }
    const whole = plain(forward + input + weight);
    if (kind === "interleaved") {
      return [`每卡空闲 = (p − 1)(F + B + W) ÷ v = ${cards} × ${whole} ÷ ${plain(chunks)} = ${span(idle)}`];
    }
    return [`每卡空闲 = (p − 1)(F + B + W) = ${cards} × ${whole} = ${span(idle)}`];
  };
  const shares = (idle, work) => {
    const step = span(work + idle), share = show(q.idle_share(idle, work), {style: "fixed", digits: 1, unit: "%"});
    return [`一步用时 = ${span(work)} + ${span(idle)} = ${step}`, `气泡占全程 = ${span(idle)} ÷ ${step} = ${share}`];
  };
  const row = (kind, stages, micros, chunks, times, work) => {
    const idle = idleOf(kind, stages, micros, chunks, times);
    let label = KINDS[kind], sent = 1;
    if (kind === "interleaved") {
      if (micros % stages) return [`${label}（微批要是级数的倍数）`, null, null, null, null, null];
      [label, sent] = [`${label}，${chunks} 小段`, chunks];
    }
    return [label, idle, q.idle_ratio(idle, work), q.idle_share(idle, work), heldBy(kind, stages, micros, chunks), sent];
  };
  const letter = (chunk) => String.fromCharCode(97 + (chunk % 26)).repeat(Math.floor(chunk / 26) + 1);
  const lanes = (passes, stages) => {
    const pieced = passes.some((one) => one.chunk);
    const text = (one) => `${one.micro + 1}${pieced ? letter(one.chunk) : ""}`;
    return numbers(stages, (card) =>
      [`卡 ${card}`, own(passes, card).map((one) => [one.start, one.time, one.kind, text(one)])]);
  };

  atlas.calculators.pipeline = (inputs) => {
    const {kind, stages, micros, chunks} = inputs;
    if (kind === "interleaved" && micros % stages) {
      throw new BadInput("micros", "交错 1F1B 的微批数要是级数的整数倍，别的数填不满它的一轮。");
    }
    const times = {forward: inputs.forward, input: inputs.input, weight: inputs.weight};
    const work = q.pipeline_work(micros, times.forward, times.input, times.weight);
    const idle = idleOf(kind, stages, micros, chunks, times);
    const values = {
      share: q.idle_share(idle, work),
      ratio: q.idle_ratio(idle, work),
      idle,
      work,
      step: work + idle,
      speedup: (stages * work) / (work + idle),
      held: heldBy(kind, stages, micros, chunks),
    };
    const notes = caveats(kind, stages, micros, times);
    const tables = {kinds: Object.keys(KINDS).map((one) => row(one, stages, micros, chunks, times, work))};
    const steps = [working(times, micros, work), ...idling(kind, stages, micros, chunks, times, idle), ...shares(idle, work)];
    const pieces = kind === "interleaved" ? chunks : 1;
    const cells = stages * micros * pieces * (kind.startsWith("zb") ? 3 : 2);
    if (cells > MOST_CELLS) {
      notes.push(`图有 ${show(cells, COUNT)} 格，超过 ${show(MOST_CELLS, COUNT)}，太大，不画了；数照算。`);
      return {values, tables, notes, steps};
    }
    const passes = simulate(kind, stages, micros, pieces, times);
    return {values, tables, schedules: {drawing: lanes(passes, stages)}, notes, steps};
  };
})();
