// 训练显存: the same steps as scripts/atlas/calculators/training_memory.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput} = atlas;
  const WIDTHS = {16: [2, 2, 12], 18: [2, 4, 12], 20: [2, 6, 12], fp32: [4, 4, 8], bf16: [2, 2, 4]};
  const PARTS = ["权重", "梯度", "优化器状态", "激活", "输出得分", "其他开销"];
  const SIZE = {style: "bytes", digits: 3};
  const WHOLE = {style: "whole"};
  const added = (parts) => {
    let total = 0;
    for (const part of parts) total += part;
    return total;
  };

  const {states, layerBytes, activations, logits, flying, lastIsFullest} = atlas.plans;

  const check = (shape, tensor, pipeline, virtual) => {
    if (shape.heads % tensor) throw new BadInput("tp", `张量并行要能整除注意力头数 ${show(shape.heads, WHOLE)}。`);
    if (pipeline > shape.layers) throw new BadInput("pp", `流水线的级数不能超过层数 ${show(shape.layers, WHOLE)}。`);
    const most = Math.ceil(shape.layers / pipeline);
    if (pipeline > 1 && virtual > most) {
      throw new BadInput("virtual", `一级最多 ${show(most, WHOLE)} 层，分不出更多段：每卡段数不能超过它。`);
    }
    if (shape.routed + shape.embeddings > shape.params) {
      throw new BadInput("params", "光词嵌入就超过了总参数，请检查词表、隐藏维和参数量。");
    }
  };
  const planOf = (inputs, shape) => {
    const {tp: tensor, pp: pipeline, ep: expert, dp, cp} = inputs;
    const expertTensor = inputs.expert_split === "tp" ? tensor : 1;
    const virtual = {"1f1b": 1, gpipe: 0}[inputs.schedule] ?? inputs.virtual;
    check(shape, tensor, pipeline, virtual);
    if (expert > 1 && !shape.experts) {
      throw new BadInput("ep", "这个模型没有可切的专家（稠密模型，或专家宽度没有查到），专家并行填 1。");
    }
    if (shape.experts && shape.experts % expert) {
      throw new BadInput("ep", `专家并行要能整除专家数 ${show(shape.experts, WHOLE)}。`);
    }
    if ((dp * cp * tensor) % (expert * expertTensor)) {
      throw new BadInput("ep", "专家并行的组要能整除 数据并行 × 上下文并行 × 张量并行 的卡数。");
    }
    return {
      widths: WIDTHS[inputs.recipe],
      stage: Number(inputs.zero),
      data: dp,
      tensor,
      pipeline,
      context: cp,
      expert,
      expert_tensor: expertTensor,
      sequence_parallel: inputs.sp === "yes" ? 1 : 0,
      sequence: inputs.sequence,
      micro_batch: inputs.micro_batch,
      micro_batches: inputs.micro_batches,
      virtual,
      recompute: inputs.recompute,
      scores: inputs.scores === "stored",
      slack: inputs.slack,
      score_width: Number(inputs.score_width),
    };
  };

  const saved = (shape, plan, last) =>
    100 * (1 - activations(shape, plan, last) / activations(shape, {...plan, recompute: "none"}, last));

  const ADVICE = [
    "想省，先切权重：张量并行、流水线并行或 ZeRO-3",
    "想省，先切梯度：ZeRO-2，或更多的张量、流水线并行",
    "想省，先切优化器状态：ZeRO-1 起就切，数据并行的卡越多省得越多",
    "想省，先减激活：重计算、上下文并行、张量加序列并行，或把微批减小",
    "想省，先减输出得分：分块算损失，或用张量并行切词表",
    "大头是固定开销，再切也省不下多少",
  ];
  const largest = (parts, total) => {
    const place = parts.indexOf(Math.max(...parts));
    const share = show((100 * parts[place]) / total, {digits: 2, unit: "%"});
    return `每张卡 ${show(total, SIZE)}，最大的一块是${PARTS[place]}（${show(parts[place], SIZE)}，${share}）。` +
      `${ADVICE[place]}。`;
  };
  const remarks = (shape, plan, last) => {
    const said = [...shape.guesses];
    if (plan.pipeline > 1) {
      const scores = show(logits(shape, plan, true), SIZE);
      const [first, other] = [false, true].map((end) =>
        show(activations(shape, plan, end) + logits(shape, plan, end), SIZE));
      const told = last ? "最后一级最满：那里要放" : "第一级最满：在途的微批多；最后一级虽有";
      said.push(`算的是流水线最满的一级。${told}输出得分 ${scores}。激活加输出得分，第一级 ${first}，最后一级 ${other}。`);
    }
    if (shape.layers % plan.pipeline) said.push("层数不能被流水线级数整除，按层数最多的一级算。");
    if (plan.stage >= 2 && plan.pipeline > 1) {
      said.push("流水线通常只配 ZeRO-1：梯度或权重切开后，每个微批都要重新收发一遍。");
    }
    return said;
  };

  const COUNT = {style: "count", digits: 4}, PLAIN = {digits: 6}, PART = {digits: 4};
  const over = (cards) => (cards === 1 ? "" : ` ÷ ${show(cards, PLAIN)}`);
  const widthsOf = (plan, cards) =>
    plan.widths.map((width, at) => show(width, PART) + (plan.stage >= 3 - at ? over(cards) : "")).join(" + ");
  const weightsSteps = (shape, plan) => {
    const {held, sharing} = atlas.plans;
    const [dense, routed] = held(shape, plan), [cards, expertCards] = sharing(plan);
    const layers = show(Math.ceil(shape.layers / plan.pipeline), PLAIN);
    const share = plan.pipeline === 1 ? "" : ` × ${layers} ÷ ${show(shape.layers, PLAIN)}`;
    const ends = plan.pipeline === 1 ? shape.embeddings : shape.vocab * shape.hidden;
    const body = show(shape.params - shape.embeddings - shape.routed, COUNT);
    const said = [`这张卡的参数 =（${body}${share} + 词嵌入 ${show(ends, COUNT)}）${over(plan.tensor)} = ${show(dense, COUNT)}`];
    let sum = `${show(dense, COUNT)} ×（${widthsOf(plan, cards)}）`;
    if (routed) {
      const split = over(plan.expert * plan.expert_tensor);
      said.push(`这张卡的专家 = ${show(shape.routed, COUNT)}${share}${split} = ${show(routed, COUNT)}`);
      sum += ` + ${show(routed, COUNT)} ×（${widthsOf(plan, expertCards)}）`;
    }
    return [...said, `模型状态 = ${sum} = ${show(added(states(shape, plan, plan.stage)), SIZE)}`];
  };
  const layerStep = (shape, plan) => {
    const {tokensOf, normedOf, normsKept, ffnKept, masks, scores} = atlas.plans;
    const norms = `${show(2 + normsKept(plan), PLAIN)} × ${show(shape.hidden, PLAIN)}${over(normedOf(plan))}`;
    const matrices = `（${show(shape.attention, PLAIN)} + ${show(ffnKept(shape, plan), PLAIN)}）${over(plan.tensor)}`;
    let sum = `2 × ${show(tokensOf(plan), PLAIN)} ×（${norms} + ${matrices}）`;
    if (!shape.gated) sum = `（${sum} + 掩码 ${show(masks(shape, plan), SIZE)}）`;
    if (plan.slack !== 1) sum += ` × ${show(plan.slack, PART)}`;
    if (scores(shape, plan)) sum += ` + 得分矩阵 ${show(scores(shape, plan), SIZE)}`;
    return `一层一个微批 = ${sum} = ${show(layerBytes(shape, plan), SIZE)}`;
  };
  const stepsOf = (shape, plan, last, overhead) => {
    const {entrance} = atlas.plans;
    const kept = activations(shape, plan, last), scored = logits(shape, plan, last), layer = show(layerBytes(shape, plan), SIZE);
    const many = show(flying(shape, plan, last), PART);
    const sum = plan.recompute === "full" ? `${many} × 入口 ${show(entrance(shape, plan), SIZE)} + ${layer}` : `${many} × ${layer}`;
    const said = [...weightsSteps(shape, plan), layerStep(shape, plan), `激活 = ${sum} = ${show(kept, SIZE)}`];
    if (scored) {
      const {tokensOf} = atlas.plans;
      const product = [tokensOf(plan), shape.vocab, plan.score_width].map((one) => show(one, PLAIN)).join(" × ");
      said.push(`输出得分 = ${product}${over(plan.tensor)} = ${show(scored, SIZE)}`);
    }
    const held = added(states(shape, plan, plan.stage));
    const pieces = scored ? [held, kept, scored, overhead] : [held, kept, overhead];
    const total = show(added([...states(shape, plan, plan.stage), kept, scored, overhead]), SIZE);
    return [...said, `合计 = ${pieces.map((one) => show(one, SIZE)).join(" + ")} = ${total}`];
  };

  atlas.calculators["training-memory"] = (inputs, data) => {
    const shape = inputs.model === "own" ? atlas.ownShape(inputs) : atlas.shapeOf(inputs.model, data);
    const plan = planOf(inputs, shape);
    const overhead = inputs.overhead * 1e9;
    const last = lastIsFullest(shape, plan);
    const scores = logits(shape, plan, last);
    const active = activations(shape, plan, last);
    const parts = (stage) => [...states(shape, plan, stage), active, scores, overhead];
    const own = parts(plan.stage);
    const total = added(own);
    const devices = atlas.fitted(total, inputs.share / 100, data);
    const batch = plan.micro_batch * plan.micro_batches * plan.data;
    return {
      values: {
        total,
        cards: plan.data * plan.tensor * plan.pipeline * plan.context,
        weights: own[0],
        gradients: own[1],
        optimizer: own[2],
        activations: active,
        logits: scores,
        states: own[0] + own[1] + own[2],
        layer: layerBytes(shape, plan),
        flying: flying(shape, plan, last),
        batch,
        tokens: batch * plan.sequence,
        ...(plan.recompute === "none" ? {} : {saved: saved(shape, plan, last)}),
      },
      bars: {
        stages: [0, 1, 2, 3].map((stage) =>
          [`ZeRO-${stage}${stage === plan.stage ? "（现在）" : ""}`, parts(stage), null, show(added(parts(stage)), SIZE)]),
        devices: devices.map((one) => [one.label, own, one.memory, one.sentence]),
      },
      notes: [largest(own, total), atlas.counted(devices), ...remarks(shape, plan, last)],
      steps: stepsOf(shape, plan, last, overhead),
    };
  };
})();
