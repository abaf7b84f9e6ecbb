// A row of models → what time and traffic follow from: scripts/atlas/calculators/flows.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const WANTED = {
    params_total: "总参数",
    params_active: "激活参数",
    layers: "层数",
    hidden: "隐藏维",
    heads: "注意力头数",
    kv_heads: " KV 头数",
    experts_active: "每词元专家数",
  };

  const flowOf = (data, key, cached = true) => {
    const name = data.name("models", key);
    const number = (column, otherwise = null) => {
      const value = data.number("models", key, column) ?? otherwise;
      if (value === null) {
        const sentence = `数据里没有 ${name} 的${WANTED[column]}，算不了这一项；换一个模型，或选“自己填”。`;
        throw new atlas.BadInput("model", sentence);
      }
      return value;
    };
    const attention = data.text("models", key, "attention");
    if (attention === "sparse") {
      throw new atlas.BadInput("model", `${name} 用稀疏注意力，缓存和计算的算法各家不同，这里不算；选“自己填”。`);
    }
    const total = number("params_total"), layers = number("layers"), hidden = number("hidden"), heads = number("heads");
    const headDim = number("head_dim", hidden / heads);
    const rank = number("kv_lora_rank", 0), rope = number("rope_head_dim", 0);
    const kvHeads = rank || !cached ? heads : number("kv_heads", attention === "mha" ? heads : null);
    const sliding = number("layers_sliding", 0), linear = number("layers_linear", 0);
    const experts = number("experts", 1), moe = experts > 1;
    const chosen = moe ? number("experts_active") : 1;
    const inner = moe ? number("expert_ffn", 0) * (chosen + number("experts_shared", 0)) : number("ffn", 4 * hidden);
    const active = moe ? number("params_active") : total;
    const full = number("layers_full", layers - sliding - linear), window = number("window", 0);
    const activation = data.text("models", key, "activation");
    return {
      total,
      active,
      layers,
      full,
      sliding,
      window,
      hidden,
      heads,
      width: heads * (headDim + rope / 2),
      kv: rank ? rank + rope : 2 * kvHeads * headDim,
      kvHeads,
      experts,
      chosen,
      moeLayers: moe ? layers - number("layers_dense", 0) : 0,
      inner,
      matrices: activation === "swiglu" || activation === "geglu" ? 3 : 2,
      vocab: number("vocab", 0),
      routed: experts > 1 ? atlas.quantities.routed_parameters(total, active, experts, chosen) : 0,
      seen: (tokens) => full * tokens + sliding * Math.min(tokens, window),
      twiceSeen: (sequence) => {
        const one = Math.min(sequence, window);
        return full * sequence + sliding * one * (2 - one / sequence);
      },
    };
  };

  const typedFlow = (inputs) => {
    const {params, layers, width: hidden, heads, kv_heads: kvHeads} = inputs;
    if (hidden % heads || heads % kvHeads) {
      throw new atlas.BadInput("heads", "隐藏维要能被注意力头整除，注意力头要能被 KV 头整除。");
    }
    return {
      total: params, active: params, layers, full: layers, sliding: 0, window: 0, hidden, heads, width: hidden,
      kv: (2 * kvHeads * hidden) / heads, kvHeads, experts: 1, chosen: 1, moeLayers: 0, inner: inputs.ffn,
      matrices: inputs.gated === "yes" ? 3 : 2, routed: 0, vocab: inputs.vocab,
      seen: (tokens) => layers * tokens,
      twiceSeen: (sequence) => layers * sequence,
    };
  };

  const PEAKS = {16: ["bf16_dense", "fp16_dense"], fp8: ["fp8_dense"], int8: ["int8_dense"], fp4: ["fp4_dense"]};
  const NAMED = {16: "16 位（BF16 或 FP16）", fp8: "FP8", int8: "INT8", fp4: "FP4"};
  const missing = (data, device, precision) => {
    const said = PEAKS[precision].map((column) => data.text("devices", device, column));
    const name = data.name("devices", device), words = NAMED[precision], gap = words.endsWith("）") ? "" : " ";
    if (said.every((one) => one === "不支持")) return `${name} 不支持 ${words}。`;
    if (said.includes("未公开")) return `${name} 没有公布 ${words}${gap}的稠密算力。`;
    return `没有查到 ${name} 的 ${words}${gap}稠密算力。`;
  };
  // Dense FLOP/s of a card, or null.
  const peakOf = (data, device, precision) => {
    const column = PEAKS[precision].find((one) => data.number("devices", device, one) !== null);
    return column === undefined ? null : data.number("devices", device, column) * 1e12;
  };
  const neededPeak = (data, device, precision, advice) => {
    const peak = peakOf(data, device, precision);
    if (peak === null) {
      throw new atlas.BadInput("precision", missing(data, device, precision) + advice);
    }
    return peak;
  };
  Object.assign(atlas, {PEAKS, flowOf, typedFlow, peakOf, neededPeak});
})();
