// 训练显存: the same steps as scripts/atlas/calculators/training_memory.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput} = atlas;
  const q = atlas.quantities;
  const WIDTHS = {16: [2, 2, 12], 18: [2, 4, 12], 20: [2, 6, 12], fp32: [4, 4, 8], bf16: [2, 2, 4]};
  const PARTS = ["权重", "梯度", "优化器状态", "激活", "输出得分", "其他开销"];
  const SIZE = {style: "bytes", digits: 3};
  const WHOLE = {style: "whole"};
  const added = (parts) => {
    let total = 0;
    for (const part of parts) total += part;
    return total;
  };

  const {states, layerBytes, activations, logits} = atlas.plans;

  const check = (shape, tensor, pipeline, virtual) => {
    if (shape.heads % tensor) throw new BadInput("tp", `张量并行要能整除注意力头数 ${show(shape.heads, WHOLE)}。`);
    if (pipeline > shape.layers) throw new BadInput("pp", `流水线的级数不能超过层数 ${show(shape.layers, WHOLE)}。`);
    if (pipeline > 1 && pipeline * virtual > shape.layers) {
      throw new BadInput("virtual", "流水线级数 × 每卡段数 超过了层数，没有这么多段可分。");
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

  const saved = (shape, plan, active) => 100 * (1 - active / activations(shape, {...plan, recompute: "none"}));

  const ADVICE = [
    "切权重：张量并行、流水线并行或 ZeRO-3",
    "切梯度：ZeRO-2，或更多的张量、流水线并行",
    "切优化器状态：ZeRO-1 起就切，数据并行的卡越多省得越多",
    "减激活：重计算、上下文并行、张量加序列并行，或把微批减小",
    "减输出得分：分块算损失，或用张量并行切词表",
    "这里主要是固定开销",
  ];
  const largest = (parts, total) => {
    const place = parts.indexOf(Math.max(...parts));
    const share = show((100 * parts[place]) / total, {digits: 2, unit: "%"});
    return `每张卡 ${show(total, SIZE)}，最大的一块是${PARTS[place]}（${show(parts[place], SIZE)}，${share}）。` +
      `想省，先${ADVICE[place]}。`;
  };
  const remarks = (shape, plan) => {
    const said = [...shape.guesses];
    if (plan.pipeline > 1) {
      const last = show(logits(shape, plan), SIZE);
      said.push(`算的是流水线最满的第一级；最后一级另有输出得分 ${last}，但在途的微批最少。`);
    }
    if (shape.layers % plan.pipeline) said.push("层数不能被流水线级数整除，按层数最多的一级算。");
    if (plan.stage >= 2 && plan.pipeline > 1) {
      said.push("流水线通常只配 ZeRO-1：梯度或权重切开后，每个微批都要重新收发一遍。");
    }
    return said;
  };

  atlas.calculators["training-memory"] = (inputs, data) => {
    const shape = inputs.model === "own" ? atlas.ownShape(inputs) : atlas.shapeOf(inputs.model, data);
    const plan = planOf(inputs, shape);
    const overhead = inputs.overhead * 1e9;
    const scores = plan.pipeline === 1 ? logits(shape, plan) : 0;
    const active = activations(shape, plan);
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
        flying: q.layers_in_flight(shape.layers, plan.pipeline, plan.micro_batches, plan.virtual),
        batch,
        tokens: batch * plan.sequence,
        ...(plan.recompute === "none" ? {} : {saved: saved(shape, plan, active)}),
      },
      bars: {
        stages: [0, 1, 2, 3].map((stage) =>
          [`ZeRO-${stage}${stage === plan.stage ? "（现在）" : ""}`, parts(stage), null, show(added(parts(stage)), SIZE)]),
        devices: devices.map((one) => [one.label, own, one.memory, one.sentence]),
      },
      notes: [largest(own, total), atlas.counted(devices), ...remarks(shape, plan)],
    };
  };
})();
