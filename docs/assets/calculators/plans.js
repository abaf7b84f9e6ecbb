// A model and how its training is split → what a card holds: scripts/atlas/calculators/plans.py.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const q = atlas.quantities;

  const tokensOf = (plan) => (plan.micro_batch * plan.sequence) / plan.context;
  const normedOf = (plan) => (plan.sequence_parallel ? plan.tensor : 1);
  const sharing = (plan) => {
    const cards = plan.data * plan.context;
    return [cards, (cards * plan.tensor) / (plan.expert * plan.expert_tensor)];
  };
  const held = (shape, plan) => {
    const share = q.layers_in_flight(shape.layers, plan.pipeline, 1) / shape.layers;
    const ends = plan.pipeline === 1 ? shape.embeddings : shape.vocab * shape.hidden;
    const dense = ((shape.params - shape.embeddings - shape.routed) * share + ends) / plan.tensor;
    return [dense, (shape.routed * share) / (plan.expert * plan.expert_tensor)];
  };
  const states = (shape, plan, stage) => {
    const [dense, routed] = held(shape, plan), [cards, expertCards] = sharing(plan);
    return plan.widths.map((width, at) =>
      q.sharded_bytes(dense, width, cards, stage, 3 - at) + q.sharded_bytes(routed, width, expertCards, stage, 3 - at));
  };
  const ffnKept = (shape, plan) => {
    const lean = plan.recompute === "elementwise";
    const perWidth = lean ? (shape.gated ? 2 : 1) : shape.gated ? 4 : 2;
    const routed = (shape.active + shape.shared) * shape.expert_ffn * (lean ? 2 : 4) + 2 * shape.active * shape.hidden;
    const share = shape.moe_layers / shape.layers;
    return (1 - share) * perWidth * shape.ffn + share * routed;
  };
  const normsKept = (plan) => (plan.recompute === "elementwise" ? 0 : 2);
  const masks = (shape, plan) => (shape.gated ? 0 : (2 * tokensOf(plan) * shape.hidden) / normedOf(plan));
  const scores = (shape, plan) =>
    plan.scores && (plan.recompute === "none" || plan.recompute === "full")
      ? (5 * shape.heads * plan.sequence * tokensOf(plan)) / plan.tensor
      : 0;
  const layerBytes = (shape, plan) => {
    const kept = q.counted_activation_bytes(tokensOf(plan), shape.hidden, shape.attention, ffnKept(shape, plan), plan.tensor,
      plan.sequence_parallel, normsKept(plan));
    return plan.slack * (kept + masks(shape, plan)) + scores(shape, plan);
  };
  const entrance = (shape, plan) => (2 * tokensOf(plan) * shape.hidden) / normedOf(plan);
  const flying = (shape, plan, last) =>
    (last ? q.last_layers_in_flight : q.layers_in_flight)(shape.layers, plan.pipeline, plan.micro_batches, plan.virtual);
  const activations = (shape, plan, last) => {
    const layer = layerBytes(shape, plan);
    if (plan.recompute !== "full") return flying(shape, plan, last) * layer;
    return flying(shape, plan, last) * entrance(shape, plan) + layer;
  };
  const logits = (shape, plan, last) =>
    plan.pipeline > 1 && !last ? 0 : q.logit_bytes(tokensOf(plan), shape.vocab, plan.score_width) / plan.tensor;
  const lastIsFullest = (shape, plan) => {
    const [first, last] = [false, true].map((end) => activations(shape, plan, end) + logits(shape, plan, end));
    return last > first;
  };

  atlas.plans = {
    tokensOf, normedOf, sharing, held, states, ffnKept, normsKept, masks, scores, layerBytes, entrance, flying, activations,
    logits, lastIsFullest,
  };
})();
