// 推理显存与 KV 缓存: the same steps as scripts/atlas/calculators/caches.py and inference_memory.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput} = atlas;
  const q = atlas.quantities;
  const WEIGHTS = {
    fp32: 4,
    bf16: 2,
    fp8: 1,
    nvfp4: q.bits_per_weight(4, 16, 8) / 8,
    mxfp4: q.bits_per_weight(4, 32, 8) / 8,
    int4: q.bits_per_weight(4, 128, 16) / 8,
  };
  const CACHES = {bf16: 2, fp8: 1, int4: 0.5};
  const SIZE = {style: "bytes", digits: 3};
  const WHOLE = {style: "whole"};
  const MOST = 1e9;

  const perToken = (cache, layers, width) =>
    cache.kv_heads
      ? q.kv_bytes_per_token(layers, cache.kv_heads, cache.head_dim, width)
      : q.mla_bytes_per_token(layers, cache.rank, cache.rope, width);
  const perRequest = (cache, tokens, width) =>
    perToken(cache, cache.full, width) * tokens + perToken(cache, cache.sliding, width) * Math.min(tokens, cache.window);

  const cacheOf = (key, data) => {
    const number = (column) => data.number("models", key, column);
    const said = [];
    const layers = number("layers") || 0, sliding = number("layers_sliding") || 0, window = number("window") || 0;
    const kind = data.text("models", key, "attention");
    let full = number("layers_full");
    if (full === null) full = layers - sliding;
    else if (number("layers_linear")) {
      said.push("线性注意力层的状态大小固定，没有计入；它与上下文长度无关，通常只有几 MB。");
    }
    if (kind === "sliding" && !sliding) {
      said.push("这个模型有多少层用滑动窗口没有查到，全部按全注意力算，是上限。");
    }
    if (kind === "sparse") said.push("稀疏注意力选着读，缓存一个不少；索引器另存的键没有计入。");
    const rank = number("kv_lora_rank"), rope = number("rope_head_dim");
    const cache = rank !== null && rope !== null
      ? {full, sliding, window, kv_heads: 0, head_dim: 0, rank, rope}
      : {full, sliding, window, kv_heads: number("kv_heads") || 0, head_dim: number("head_dim") || 0, rank: 0, rope: 0};
    return [cache, said];
  };
  const ownCache = (inputs) => {
    const {layers, sliding, window, attention} = inputs;
    if (sliding > layers) throw new BadInput("sliding", "滑动窗口层比总层数还多，请检查这两个数。");
    const common = {full: layers - sliding, sliding, window};
    if (attention === "mla") return {...common, kv_heads: 0, head_dim: 0, rank: inputs.rank, rope: inputs.rope};
    const heads = {mha: inputs.heads, mqa: 1}[attention] ?? inputs.kv_heads;
    return {...common, kv_heads: heads, head_dim: inputs.head_dim, rank: 0, rope: 0};
  };

  const shareOf = (cache, cards, separate) => {
    if (separate) return 1 / cards;
    return cache.kv_heads ? Math.max(1 / cards, 1 / cache.kv_heads) : 1;
  };
  const fit = (key, inputs, weights, held, data) => {
    const memory = atlas.memoryOf(key, data), label = atlas.labelOf(key, data);
    if (memory === null) return {key, label, memory, rank: 3, sentence: atlas.memoryUnknown};
    const usable = (memory * inputs.share) / 100 - inputs.overhead * 1e9;
    if (usable <= weights) {
      const tail = usable > 0
        ? `光权重就要 ${show(Math.ceil((weights * inputs.cards) / usable), WHOLE)} 张`
        : "其他开销就超过了可用的显存";
      return {key, label, memory, rank: 2, sentence: `放不下，${tail}`};
    }
    const most = Math.floor(Math.min(MOST, q.requests_in_memory(usable, weights, held)));
    const rank = most >= inputs.requests ? 0 : 1;
    return {key, label, memory, rank, sentence: `${rank === 0 ? "最多" : "只能"} ${show(most, WHOLE)} 个并发`};
  };

  const counted = (devices) => {
    const of = (rank) => devices.filter((one) => one.rank === rank).length;
    const unknown = of(3);
    const tail = unknown ? `；另有 ${unknown} 个${atlas.memoryUnknown}` : "";
    return `本站 ${devices.length - unknown} 个查到显存的型号里，${of(0)} 个放得下这么多并发，${of(1)} 个只放得下一部分，` +
      `${of(2)} 个连权重都放不下${tail}。`;
  };
  const variants = (cache, heads, tokens, width) => {
    const layers = cache.full + cache.sliding;
    const kinds = [
      [`MHA：${show(heads, WHOLE)} 个 KV 头`, q.kv_bytes_per_token(layers, heads, cache.head_dim, width)],
      [`现在：${show(cache.kv_heads, WHOLE)} 个 KV 头`, q.kv_bytes_per_token(layers, cache.kv_heads, cache.head_dim, width)],
      ["MQA：1 个 KV 头", q.kv_bytes_per_token(layers, 1, cache.head_dim, width)],
      ["MLA：512 + 64 维", q.mla_bytes_per_token(layers, 512, 64, width)],
    ];
    const whole = kinds[0][1];
    return kinds.map(([label, size]) => [label, size, size * tokens, (100 * size) / whole]);
  };
  const remarks = (inputs, data, cache, said) => {
    const known = data.number("models", inputs.model, "context");
    if (known !== null && inputs.context > known) {
      said.push(`这个模型公布的上下文是 ${show(known, WHOLE)} 个词元，填的比它长。`);
    }
    if (inputs.split === "tp" && inputs.cards > 1 && !cache.kv_heads) {
      said.push("MLA 的缓存没有头可切：张量并行的每张卡各存一整份。改成注意力数据并行，每张卡只存自己那些请求的。");
    }
    if (inputs.split === "tp" && cache.kv_heads && inputs.cards > cache.kv_heads) {
      said.push("卡数比 KV 头多，多出来的卡存的是重复的头，缓存不再变小。");
    }
    return said;
  };

  atlas.calculators["inference-memory"] = (inputs, data) => {
    const own = inputs.model === "own";
    const [cache, said] = own ? [ownCache(inputs), []] : cacheOf(inputs.model, data);
    const params = own ? inputs.params : data.number("models", inputs.model, "params_total") || 0;
    const width = CACHES[inputs.cache];
    const {cards, context: tokens, requests} = inputs;
    const weights = q.weight_bytes(params, WEIGHTS[inputs.weights]);
    const request = perRequest(cache, tokens, width);
    const held = request * shareOf(cache, cards, inputs.split === "dp");
    const caches = q.kv_cache_bytes(held, 1, requests);
    const overhead = inputs.overhead * 1e9;
    const card = weights / cards + caches + overhead;
    const all = q.kv_cache_bytes(request, 1, requests);
    const devices = atlas.ranked(data.keys("devices").map((key) => fit(key, inputs, weights / cards, held, data)));
    const heads = own && inputs.attention === "mha" ? inputs.heads : data.number("models", inputs.model, "heads");
    const times = show(all / weights, {digits: 2});
    return {
      values: {
        card,
        token: perToken(cache, cache.full + cache.sliding, width),
        request,
        weights,
        caches: all,
        held,
        whole: card * cards,
      },
      tables: heads && cache.head_dim ? {variants: variants(cache, heads, tokens, width)} : {},
      bars: {devices: devices.map((one) => [one.label, [weights / cards, caches, overhead], one.memory, one.sentence])},
      notes: [
        `权重 ${show(weights, SIZE)}，${show(requests, WHOLE)} 个请求的缓存 ${show(all, SIZE)}，缓存是权重的 ${times} 倍。`,
        counted(devices),
        ...remarks(inputs, data, cache, said),
      ],
    };
  };
})();
