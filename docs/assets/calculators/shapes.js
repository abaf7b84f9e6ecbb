// A model → the sizes that memory depends on: scripts/atlas/calculators/shapes.py.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const q = atlas.quantities, {show} = atlas;
  const PLAIN = new Set(["gelu", "relu", "relu2"]);

  const shape = (given) => {
    const embeddings = q.embedding_parameters(given.vocab, given.hidden, given.tied ? 1 : 0);
    const whole = given.moe_layers * q.expert_parameters(given.hidden, given.expert_ffn, given.experts);
    return {...given, embeddings, routed: Math.min(whole, Math.max(0, given.params - embeddings))};
  };

  const attention = (key, data, hidden, heads) => {
    const number = (column) => data.number("models", key, column);
    const head = number("head_dim") || hidden / heads;
    const rank = number("kv_lora_rank"), rope = number("rope_head_dim");
    if (rank !== null && rope !== null) {
      return (number("q_lora_rank") || 0) + rank + rope + heads * (2 * (head + rope) + 2 * head);
    }
    return 2 * head * (heads + (number("kv_heads") || heads));
  };

  atlas.shapeOf = (key, data) => {
    const number = (column) => data.number("models", key, column);
    const guesses = [];
    const layers = number("layers") || 0, hidden = number("hidden") || 0, heads = number("heads") || 0;
    const ffn = number("ffn"), vocab = number("vocab"), experts = number("experts"), expertFfn = number("expert_ffn");
    const activation = data.text("models", key, "activation");
    const gated = activation ? !PLAIN.has(activation) : ffn !== 4 * hidden;
    if (!activation && !experts) {
      guesses.push("这个模型的激活函数没有查到：FFN 恰是隐藏维的 4 倍就当没有门控，否则当有。");
    }
    if (ffn === null && !(experts && expertFfn)) guesses.push("这个模型的 FFN 宽度没有查到，按常见的比例估。");
    if (vocab === null) guesses.push("这个模型的词表没有查到，词嵌入没有单列，输出得分按 0 算。");
    if (experts && !expertFfn) guesses.push("这个模型的专家宽度没有查到，全部参数按不分专家切。");
    if (data.text("models", key, "class") === "encoder-decoder") {
      guesses.push("编码器-解码器模型的交叉注意力没有计入激活。");
    }
    const isMoe = Boolean(experts && expertFfn);
    return shape({
      params: number("params_total") || 0,
      layers,
      hidden,
      heads,
      attention: attention(key, data, hidden, heads),
      ffn: ffn !== null ? ffn : gated ? (8 * hidden) / 3 : 4 * hidden,
      gated,
      vocab: vocab || 0,
      tied: data.flag("models", key, "tied_embeddings"),
      experts: isMoe ? experts : 0,
      active: isMoe ? number("experts_active") || 0 : 0,
      shared: isMoe ? number("experts_shared") || 0 : 0,
      expert_ffn: isMoe ? expertFfn : 0,
      moe_layers: isMoe ? layers - (number("layers_dense") || 0) : 0,
      guesses,
    });
  };

  const COUNT = {style: "count", digits: 4};
  const check = ({params, layers, hidden, heads, kv_heads: kvHeads, vocab, experts, active, expert_ffn: expertFfn}) => {
    const bad = (name, sentence) => { throw new atlas.BadInput(name, sentence); };
    if (hidden % heads) bad("heads", "隐藏维要是注意力头数的整数倍，请检查这两个数。");
    if (heads % kvHeads) bad("kv_heads", "注意力头数要是 KV 头数的整数倍：KV 头不能比注意力头多，也不能分不均。");
    if (!experts) return;
    if (active > experts) bad("active", "每词元专家数比每层专家数还多，请检查这两个数。");
    const held = layers * q.expert_parameters(hidden, expertFfn, experts) + q.embedding_parameters(vocab, hidden);
    if (held > params) {
      const [known, most] = [held, params].map((one) => show(one, COUNT));
      bad("params", `专家和词嵌入加起来有 ${known}参数，比填的总参数 ${most}还多，请检查这几个数。`);
    }
  };
  atlas.ownShape = (inputs) => {
    check(inputs);
    return shape({
      params: inputs.params,
      layers: inputs.layers,
      hidden: inputs.hidden,
      heads: inputs.heads,
      attention: 2 * (inputs.hidden / inputs.heads) * (inputs.heads + inputs.kv_heads),
      ffn: inputs.ffn,
      gated: inputs.gated === "yes",
      vocab: inputs.vocab,
      tied: false,
      experts: inputs.experts,
      active: inputs.active,
      shared: 0,
      expert_ffn: inputs.expert_ffn,
      moe_layers: inputs.experts ? inputs.layers : 0,
      guesses: [],
    });
  };
})();
