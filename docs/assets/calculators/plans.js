// A model and how its training is split → what a card holds: scripts/atlas/calculators/plans.py.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const q = atlas.quantities;

  const states = (shape, plan, stage) => {
    const held = q.layers_in_flight(shape.layers, plan.pipeline, 1) / shape.layers;
    const ends = plan.pipeline === 1 ? shape.embeddings : shape.vocab * shape.hidden;
    const dense = ((shape.params - shape.embeddings - shape.routed) * held + ends) / plan.tensor;
    const routed = (shape.routed * held) / (plan.expert * plan.expert_tensor);
    const cards = plan.data * plan.context;
    const expertCards = (cards * plan.tensor) / (plan.expert * plan.expert_tensor);
    return plan.widths.map((width, at) =>
      q.sharded_bytes(dense, width, cards, stage, 3 - at) + q.sharded_bytes(routed, width, expertCards, stage, 3 - at));
  };
  const tokensOf = (plan) => (plan.micro_batch * plan.sequence) / plan.context;
  const layerBytes = (shape, plan) => {
    const tokens = tokensOf(plan);
    const lean = plan.recompute === "elementwise";
    const perWidth = lean ? (shape.gated ? 2 : 1) : shape.gated ? 4 : 2;
    const routed = (shape.active + shape.shared) * shape.expert_ffn * (lean ? 2 : 4) + 2 * shape.active * shape.hidden;
    const share = shape.moe_layers / shape.layers;
    const ffn = (1 - share) * perWidth * shape.ffn + share * routed;
    const kept = q.counted_activation_bytes(
      tokens, shape.hidden, shape.attention, ffn, plan.tensor, plan.sequence_parallel, lean ? 0 : 2);
    const masks = shape.gated ? 0 : (2 * tokens * shape.hidden) / (plan.sequence_parallel ? plan.tensor : 1);
    const scores = plan.scores ? (5 * shape.heads * plan.sequence * tokens) / plan.tensor : 0;
    const keptScores = plan.recompute === "none" || plan.recompute === "full" ? scores : 0;
    return plan.slack * (kept + masks) + keptScores;
  };
  const activations = (shape, plan) => {
    const flying = q.layers_in_flight(shape.layers, plan.pipeline, plan.micro_batches, plan.virtual);
    const layer = layerBytes(shape, plan);
    if (plan.recompute !== "full") return flying * layer;
    const entrance = (2 * tokensOf(plan) * shape.hidden) / (plan.sequence_parallel ? plan.tensor : 1);
    return flying * entrance + layer;
  };
  const logits = (shape, plan) => q.logit_bytes(tokensOf(plan), shape.vocab, plan.score_width) / plan.tensor;

  atlas.plans = {states, layerBytes, activations, logits};
})();
