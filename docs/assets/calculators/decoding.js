// 解码速度上限: the same steps as scripts/atlas/calculators/decoding.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput, flowOf, peakOf, neededPeak, labelOf, PEAKS} = atlas;
  const q = atlas.quantities;
  const FREE = "free", MOST = 65536, CACHE = "读 KV 缓存", ARITHMETIC = "算力";
  const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

  const loadOf = (inputs, data) => {
    const {model, prompt} = inputs, width = Number(inputs.width), context = prompt + inputs.written;
    if (model === FREE) {
      const {total, active} = inputs;
      if (active > total) throw new BadInput("active", "激活参数不会比总参数多，检查这两个数。");
      const cached = inputs.kilobytes * 1000 * context, prefill = q.forward_compute(active, prompt);
      return {total, active, routed: 0, experts: 1, chosen: 1, width, cached, prefill, prompt};
    }
    const flow = flowOf(data, model);
    const attention = (q.causal_attention_per_token(flow.twiceSeen(prompt), flow.width) / 3) * prompt;
    const {total, active, routed, experts, chosen} = flow;
    const cached = flow.seen(context) * flow.kv * Number(inputs.cache);
    return {total, active, routed, experts, chosen, width, cached, prefill: q.forward_compute(active, prompt) + attention, prompt};
  };
  const read = (load, tokens) =>
    q.weights_read_bytes(load.total, load.routed, load.experts, load.chosen, tokens, load.width);

  const cardsOf = (device, precision, count, data) => {
    const peak = peakOf(data, device, precision), bandwidth = data.number("devices", device, "bandwidth");
    if (peak === null || bandwidth === null) return null;
    const memory = data.number("devices", device, "memory_usable") || data.number("devices", device, "memory");
    return {peak: peak * count, bandwidth: bandwidth * 1e9 * count, memory: memory === null ? null : memory * 1e9 * count};
  };
  const chosenCards = (inputs, data) => {
    const {device, precision, cards} = inputs;
    if (device === FREE) return {peak: inputs.peak * 1e12 * cards, bandwidth: inputs.bandwidth * 1e9 * cards, memory: null};
    const found = cardsOf(device, precision, cards, data);
    if (found === null) {
      neededPeak(data, device, precision, "换一种精度，或选“自己填”。");
      throw new BadInput("device", `数据里没有 ${data.name("devices", device)} 的显存带宽，选“自己填”。`);
    }
    return found;
  };

  const first = (load, cards) => Math.max(load.prefill / cards.peak, read(load, load.prompt) / cards.bandwidth);
  const stepOf = (load, cards, batch) =>
    q.batch_step_seconds(load.active, batch, cards.peak, cards.bandwidth, read(load, batch), batch * load.cached);
  const computes = (load, cards, batch) =>
    q.forward_compute(load.active, batch) / cards.peak >= read(load, batch) / cards.bandwidth;
  const turnOf = (load, cards) => {
    if (!computes(load, cards, MOST)) return null;
    let low = 0, high = MOST;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (computes(load, cards, middle)) high = middle;
      else low = middle;
    }
    return high;
  };
  const limitOf = (load, cards, batch) => {
    const cache = (batch * load.cached) / cards.bandwidth, weights = read(load, batch) / cards.bandwidth;
    const work = q.forward_compute(load.active, batch) / cards.peak;
    if (cache >= Math.max(weights, work)) return CACHE;
    return work >= weights ? ARITHMETIC : "读权重";
  };
  const fits = (load, cards, batch) => {
    if (cards.memory === null) return "–";
    return load.total * load.width + batch * load.cached <= cards.memory ? "放得下" : "放不下";
  };
  const batchRow = (load, cards, batch) => {
    const step = stepOf(load, cards, batch);
    return [batch, step, 1 / step, batch / step, limitOf(load, cards, batch), fits(load, cards, batch)];
  };
  const missing = (device, precision, data) => {
    if (peakOf(data, device, precision) === null) {
      return `算力：${data.text("devices", device, PEAKS[precision][0]) || "没有查到"}`;
    }
    return `显存带宽：${data.text("devices", device, "bandwidth") || "没有查到"}`;
  };
  const devices = (inputs, data, load) => {
    const rows = [], unknown = [];
    for (const key of data.keys("devices")) {
      const cards = cardsOf(key, inputs.precision, inputs.cards, data), label = labelOf(key, data);
      if (cards === null) {
        unknown.push([label, null, null, null, null, missing(key, inputs.precision, data)]);
        continue;
      }
      const step = stepOf(load, cards, inputs.batch), fit = fits(load, cards, inputs.batch);
      rows.push([label, first(load, cards), step, inputs.batch / step, turnOf(load, cards), fit]);
    }
    return [...rows, ...unknown];
  };
  const notesOn = (load, cards, batch, turn) => {
    const notes = [];
    if (fits(load, cards, batch) === "放不下") {
      notes.push("权重加这么多缓存放不进这些卡的显存：加卡、减并发、缩短上下文，或换低精度。");
    }
    if (load.routed && turn !== null) {
      const touched = show((100 * read(load, batch)) / (load.total * load.width), {digits: 2, unit: "%"});
      notes.push(`MoE：并发 ${show(batch, {style: "whole"})} 时一步要读 ${touched} 的权重，并发越大碰到的专家越多。`);
    }
    const limit = limitOf(load, cards, batch);
    if (limit === CACHE) {
      const most = show(cards.bandwidth / load.cached, {style: "count", digits: 3, unit: "词元/秒"});
      notes.push(`这时读 KV 缓存最久：再加并发，合计也到不了 ${most}（带宽 ÷ 一个请求的缓存）。`);
    } else if (limit === ARITHMETIC) {
      notes.push("这时受算力限制：再加并发，每个人都会变慢，合计不再增加。");
    }
    return notes;
  };

  const count = (value) => show(value, {style: "count", digits: 4}), plain = (value) => show(value, {digits: 6});
  const size = (value) => show(value, {style: "bytes", digits: 3}), lasts = (value) => show(value, {style: "seconds", digits: 3});
  const weightsOf = (load, batch) => {
    if (!load.routed) return `${count(load.total)} × ${plain(load.width)}`;
    const missed = `(1 − ${plain(load.chosen)}/${plain(load.experts)})${batch === 1 ? "" : `^${plain(batch)}`}`;
    return `${plain(load.width)} ×（${count(load.total - load.routed)} + ${count(load.routed)} ×（1 − ${missed}））`;
  };
  const stepsOf = (load, cards, batch) => {
    const bytes = read(load, batch), rate = show(cards.peak / 1e12, {digits: 4, unit: "TFLOP/s"});
    const speed = show(cards.bandwidth, {style: "speed", digits: 4});
    const caches = lasts((batch * load.cached) / cards.bandwidth), reads = lasts(bytes / cards.bandwidth);
    const works = lasts(q.forward_compute(load.active, batch) / cards.peak);
    const prefill = show(load.prefill, {style: "flops", digits: 3});
    const parts = `${lasts(load.prefill / cards.peak)}, ${lasts(read(load, load.prompt) / cards.bandwidth)}`;
    return [
      `读到的权重 = ${weightsOf(load, batch)} = ${size(bytes)}`,
      `读缓存 = ${plain(batch)} × ${size(load.cached)} ÷ ${speed} = ${caches}`,
      `读权重 = ${size(bytes)} ÷ ${speed} = ${reads}`,
      `矩阵乘的计算 = 2 × ${plain(batch)} × ${count(load.active)} ÷ ${rate} = ${works}`,
      `TPOT 下限 = ${caches} + max(${reads}, ${works}) = ${lasts(stepOf(load, cards, batch))}`,
      `TTFT 下限 = max(${prefill} ÷ ${rate}, 读权重) = max(${parts}) = ${lasts(first(load, cards))}`,
    ];
  };

  atlas.calculators.decoding = (inputs, data) => {
    const load = loadOf(inputs, data), cards = chosenCards(inputs, data), {batch} = inputs;
    const step = stepOf(load, cards, batch), turn = turnOf(load, cards);
    const values = {
      first: first(load, cards),
      between: step,
      user: 1 / step,
      all: batch / step,
      limit: limitOf(load, cards, batch),
      turn: turn ?? "不会",
      ridge: q.roofline_ridge(cards.peak, cards.bandwidth),
      weights: load.total * load.width,
      cache: batch * load.cached,
    };
    if (cards.memory !== null && load.cached > 0) {
      const fit = q.requests_in_memory(cards.memory, load.total * load.width, load.cached);
      values.fit = fit < 1e9 ? Math.max(0, Math.trunc(fit)) : null;
    }
    if (inputs.bandwidth_use !== null || inputs.peak_use !== null) {
      const real = {
        peak: cards.peak * ((inputs.peak_use ?? 100) / 100), bandwidth: cards.bandwidth * ((inputs.bandwidth_use ?? 100) / 100),
      };
      Object.assign(values, {likely_first: first(load, real), likely_between: stepOf(load, real, batch)});
    }
    const steps = stepsOf(load, cards, batch);
    const rows = BATCHES.map((one) => batchRow(load, cards, one));
    return {values, tables: {batches: rows, devices: devices(inputs, data, load)}, notes: notesOn(load, cards, batch, turn), steps};
  };
})();
