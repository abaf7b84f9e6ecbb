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
  const BINARY = {style: "binary", digits: 4}, COUNT = {style: "count", digits: 4}, WIDTH = {digits: 8}, PLAIN = {digits: 10};
  const MOST = 1e9;

  const perToken = (cache, layers, width) =>
    cache.kv_heads
      ? q.kv_bytes_per_token(layers, cache.kv_heads, cache.head_dim, width)
      : q.mla_bytes_per_token(layers, cache.rank, cache.rope, width);
  const perRequest = (cache, tokens, width) =>
    perToken(cache, cache.full, width) * tokens + perToken(cache, cache.sliding, width) * Math.min(tokens, cache.window);

  const statesSaid = (layers) => {
    const [each, all] = [1, layers].map((count) => show(q.linear_state_bytes(count, 32, 128, 128), {style: "binary"}));
    const most = `照 Qwen3-Next 的尺寸估，每层 ${each}，${show(layers, WHOLE)} 层约 ${all}`;
    return `线性注意力层给每个请求另存一份状态，大小与长度无关，没有计入：${most}。`;
  };
  const cacheOf = (key, data) => {
    const number = (column) => data.number("models", key, column);
    const said = [];
    const layers = number("layers") || 0, sliding = number("layers_sliding") || 0, window = number("window") || 0;
    const kind = data.text("models", key, "attention");
    let full = number("layers_full");
    if (full === null) full = layers - sliding;
    else if (number("layers_linear")) {
      said.push(statesSaid(number("layers_linear") || 0));
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

  const check = (inputs, cache, heads) => {
    if (inputs.split !== "tp") return;
    const {cards} = inputs, kept = cache.kv_heads;
    if (heads && heads % cards) {
      throw new BadInput("cards", `张量并行的卡数要能整除注意力头数 ${show(heads, WHOLE)}；换一个卡数，或让缓存按请求分。`);
    }
    if (kept && kept % cards && cards % kept) {
      const known = show(kept, WHOLE);
      throw new BadInput("cards", `张量并行的卡数和 KV 头数 ${known} 要有一个整除另一个；换一个卡数，或让缓存按请求分。`);
    }
  };
  const weightsOf = (inputs, data) => {
    const own = inputs.model === "own";
    const params = own ? inputs.params : data.number("models", inputs.model, "params_total") || 0;
    if (inputs.weights !== "mxfp4-experts") {
      const width = WEIGHTS[inputs.weights], size = q.weight_bytes(params, width);
      return {size, shown: `权重 = ${show(params, COUNT)} × ${show(width, WIDTH)} 字节 = ${show(size, SIZE)}`};
    }
    const routed = own ? 0 : atlas.shapeOf(inputs.model, data).routed;
    if (!routed) {
      throw new BadInput("weights",
        "不知道这个模型有多少参数在专家里（稠密模型、自己填的，或专家宽度没有查到），换一种精度。");
    }
    const few = WEIGHTS.mxfp4, many = WEIGHTS.bf16;
    const size = q.weight_bytes(routed, few) + q.weight_bytes(params - routed, many);
    const experts = `专家 ${show(routed, COUNT)} × ${show(few, WIDTH)} 字节`;
    const others = `其余 ${show(params - routed, COUNT)} × ${show(many, WIDTH)} 字节`;
    return {size, shown: `权重 = ${experts} + ${others} = ${show(size, SIZE)}`};
  };
  const loadOf = (inputs, request, weights, cache) => {
    const {cards, requests} = inputs, separate = inputs.split === "dp";
    const parts = separate || !cache.kv_heads ? 1 : Math.min(cards, cache.kv_heads);
    const here = separate ? Math.ceil(requests / cards) : requests;
    const overhead = inputs.overhead * 1e9, held = request / parts;
    const caches = q.kv_cache_bytes(held, 1, here);
    const card = weights / cards + caches + overhead;
    return {weights, request, cards, requests, parts, here, separate, overhead, held, caches, card};
  };
  const fit = (key, load, share, data) => {
    const memory = atlas.memoryOf(key, data), label = atlas.labelOf(key, data);
    if (memory === null) return {key, label, memory, rank: 3, sentence: atlas.memoryUnknown};
    const usable = memory * share - load.overhead, weights = load.weights / load.cards;
    if (usable <= weights) {
      const tail = usable > 0
        ? `光权重就要 ${show(Math.ceil(load.weights / usable), WHOLE)} 张`
        : "其他开销就超过了可用的显存";
      return {key, label, memory, rank: 2, sentence: `放不下，${tail}`};
    }
    const most = Math.floor(Math.min(MOST, q.requests_in_memory(usable, weights, load.held))) * (load.separate ? load.cards : 1);
    if (most === 0) return {key, label, memory, rank: 2, sentence: "权重放得下，一个请求也放不下"};
    const rank = most >= load.requests ? 0 : 1;
    return {key, label, memory, rank, sentence: `${rank === 0 ? "最多" : "只能"} ${show(most, WHOLE)} 个并发`};
  };
  const loadSteps = (load) => {
    const held = show(load.held, SIZE), here = show(load.here, PLAIN), cards = show(load.cards, PLAIN);
    const said = [];
    if (load.parts > 1) said.push(`每个请求在一张卡上 = ${show(load.request, SIZE)} ÷ ${show(load.parts, PLAIN)} = ${held}`);
    if (load.separate && load.cards > 1) said.push(`一张卡上的请求 = ${show(load.requests, PLAIN)} ÷ ${cards}，进一 = ${here}`);
    const split = load.cards > 1 ? ` ÷ ${cards}` : "";
    const pieces = `${show(load.weights, SIZE)}${split} + ${here} × ${held} + ${show(load.overhead, SIZE)}`;
    return [...said, `每张卡 = ${pieces} = ${show(load.card, SIZE)}`];
  };
  const cacheSteps = (cache, tokens, width) => {
    const layers = cache.full + cache.sliding, token = show(perToken(cache, layers, width), BINARY);
    const kept = cache.kv_heads
      ? ` ${show(cache.kv_heads, PLAIN)} × ${show(cache.head_dim, PLAIN)} `
      : `（${show(cache.rank, PLAIN)} + ${show(cache.rope, PLAIN)}）`;
    const twice = cache.kv_heads ? "2 × " : "";
    const first = `每词元的缓存 = ${twice}${show(layers, PLAIN)} 层 ×${kept}× ${show(width, PLAIN)} 字节 = ${token}`;
    const request = perRequest(cache, tokens, width);
    let sum = `${show(perToken(cache, cache.full, width), BINARY)} × ${show(tokens, PLAIN)}`;
    if (cache.sliding) {
      const windowed = show(perToken(cache, cache.sliding, width), BINARY);
      sum += ` + 滑动窗口层 ${windowed} × ${show(Math.min(tokens, cache.window), PLAIN)}`;
    }
    return [first, `一个请求的缓存 = ${sum} = ${show(request, BINARY)}，即 ${show(request, SIZE)}`];
  };

  const counted = (devices) => {
    const of = (rank) => devices.filter((one) => one.rank === rank).length;
    const unknown = of(3);
    const tail = unknown ? `；另有 ${unknown} 个${atlas.memoryUnknown}` : "";
    return `本站 ${devices.length - unknown} 个查到显存的型号里，${of(0)} 个放得下这么多并发，${of(1)} 个只放得下一部分，` +
      `${of(2)} 个一个请求也放不下${tail}。`;
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
    const heads = own && inputs.attention === "mha" ? inputs.heads : data.number("models", inputs.model, "heads");
    check(inputs, cache, heads);
    const width = CACHES[inputs.cache], {context: tokens, requests} = inputs;
    const {size: weights, shown} = weightsOf(inputs, data);
    const load = loadOf(inputs, perRequest(cache, tokens, width), weights, cache);
    const all = q.kv_cache_bytes(load.request, 1, requests);
    const devices = atlas.ranked(data.keys("devices").map((key) => fit(key, load, inputs.share / 100, data)));
    const pieces = [weights / load.cards, load.caches, load.overhead];
    const part = show((100 * all) / weights, {digits: 2, unit: "%"});
    return {
      values: {
        card: load.card,
        token: perToken(cache, cache.full + cache.sliding, width),
        request: load.request,
        weights,
        caches: all,
        held: load.held,
        whole: load.card * load.cards,
      },
      tables: heads && cache.head_dim ? {variants: variants(cache, heads, tokens, width)} : {},
      bars: {devices: devices.map((one) => [one.label, pieces, one.memory, one.sentence])},
      notes: [
        `权重 ${show(weights, SIZE)}，${show(requests, WHOLE)} 个请求的缓存 ${show(all, SIZE)}，缓存相当于权重的 ${part}。`,
        counted(devices),
        ...remarks(inputs, data, cache, said),
      ],
      steps: [shown, ...cacheSteps(cache, tokens, width), ...loadSteps(load)],
    };
  };
})();
