// The formulas of scripts/atlas/quantities that calculators need, under the same names, step by step the same.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const {sqrt, log, exp, ceil, min, max} = Math;

  const evaluation = (() => {
    const POWER = 1.96 + 0.8416;
    const wilson = (correct, items, critical) => {
      const share = correct / items, square = critical * critical;
      const half = critical * sqrt((share * (1 - share)) / items + square / (4 * items * items));
      const centre = share + square / (2 * items), scale = 1 + square / items;
      return [(centre - half) / scale, (centre + half) / scale];
    };
    const newcombe = (correct, items, correct2, items2, critical) => {
      const first = correct / items, second = correct2 / items2;
      const [low, high] = wilson(correct, items, critical), [low2, high2] = wilson(correct2, items2, critical);
      const below = sqrt((first - low) * (first - low) + (high2 - second) * (high2 - second));
      const above = sqrt((high - first) * (high - first) + (second - low2) * (second - low2));
      return [first - second - below, first - second + above];
    };
    return {
      newcombe_low: (correct, items, correct2, items2, critical = 1.96) =>
        100 * newcombe(correct, items, correct2, items2, critical)[0],
      newcombe_high: (correct, items, correct2, items2, critical = 1.96) =>
        100 * newcombe(correct, items, correct2, items2, critical)[1],
      standard_error: (accuracy, items) => 100 * sqrt((accuracy * (1 - accuracy)) / items),
      wilson_low: (correct, items, critical = 1.96) => 100 * wilson(correct, items, critical)[0],
      wilson_high: (correct, items, critical = 1.96) => 100 * wilson(correct, items, critical)[1],
      zero_failure_bound: (items) => 100 * (1 - exp(log(0.05) / items)),
      design_effect: (size, correlation) => 1 + (size - 1) * correlation,
      paired_standard_error: (wins, losses, items) =>
        (100 * sqrt(wins + losses - ((wins - losses) * (wins - losses)) / items)) / items,
      items_for_power: (variance, gap) => ceil((POWER * POWER * variance) / (gap * gap)),
      sign_test: (wins, losses) => {
        const total = wins + losses, least = min(wins, losses);
        let share = -total * log(2);
        for (let number = 1; number <= least; number += 1) share += log((total - least + number) / number);
        let term = exp(share), tail = term;
        for (let number = least; number > 0 && term > tail * 1e-17; number -= 1) {
          term *= number / (total - number + 1);
          tail += term;
        }
        return min(1, 2 * tail);
      },
    };
  })();

  const compute = {
    training_compute: (parameters, tokens) => 6 * parameters * tokens,
    forward_compute: (parameters, tokens) => 2 * parameters * tokens,
    attention_compute_per_token: (layers, heads, headDim, sequence) => 12 * layers * heads * headDim * sequence,
    causal_attention_per_token: (layerTokens, width) => 6 * layerTokens * width,
    training_days: (work, cards, peak, mfu) => work / (cards * peak * mfu) / 86400,
    card_hours: (work, peak, mfu) => work / (peak * mfu) / 3600,
    training_tokens_per_second: (perToken, cards, peak, mfu) => (cards * peak * mfu) / perToken,
    training_energy: (hours, watts, overhead = 1) => (hours * watts * overhead) / 1000,
    training_price: (hours, price) => hours * price,
    roofline_ridge: (peak, bandwidth) => peak / bandwidth,
    batch_step_seconds: (parameters, tokens, peak, bandwidth, weights, cached = 0) =>
      cached / bandwidth + max((2 * tokens * parameters) / peak, weights / bandwidth),
  };

  const experts = (() => {
    const experts_touched = (experts, active, tokens) => experts * (1 - (1 - active / experts) ** tokens);
    return {
      experts_touched,
      routed_parameters: (total, active, experts, chosen) => (total - active) / (1 - chosen / experts),
      weights_read_bytes: (total, routed, experts, chosen, tokens, width = 2) =>
        (total - routed + (routed * experts_touched(experts, chosen, tokens)) / experts) * width,
      activation_bytes_full_recompute: (sequence, batch, hidden, layers = 1) => layers * 2 * sequence * batch * hidden,
    };
  })();

  const communication = (() => {
    const all_reduce_factor = (cards) => (2 * (cards - 1)) / cards;
    const all_gather_factor = (cards) => (cards - 1) / cards;
    const tree_steps = (cards) => {
      let levels = 0;
      while (2 ** levels < cards) levels += 1;
      return 2 * levels;
    };
    return {
      all_reduce_factor,
      all_gather_factor,
      tree_steps,
      hierarchical_all_reduce_seconds: (message, inner, outer, cards, nodes) =>
        (all_reduce_factor(cards) * message) / inner + (all_reduce_factor(nodes) * message) / (cards * outer),
      alpha_beta_seconds: (steps, latency, sent, bandwidth) => steps * latency + sent / bandwidth,
      ring_tree_crossover: (cards, bandwidth, latency) =>
        ((2 * (cards - 1) - tree_steps(cards)) * latency * bandwidth) / (2 - all_reduce_factor(cards)),
      tensor_parallel_bytes: (sequence, batch, hidden, tensor, width = 2) =>
        4 * all_reduce_factor(tensor) * sequence * batch * hidden * width,
      pipeline_bytes: (sequence, batch, hidden, width = 2) => 2 * sequence * batch * hidden * width,
      context_parallel_bytes: (sequence, batch, kvHeads, headDim, context, width = 2) =>
        all_gather_factor(context) * 2 * sequence * batch * kvHeads * headDim * width,
      expert_dispatch_bytes: (tokens, hidden, copies, width = 2) => tokens * hidden * copies * width,
      expected_destinations: (experts, active, places) => {
        const elsewhere = experts - experts / places;
        let missed = 1;
        for (let drawn = 0; drawn < Math.trunc(active); drawn += 1) missed *= max(0, elsewhere - drawn) / (experts - drawn);
        return places * (1 - missed);
      },
    };
  })();

  const pipelines = {
    pipeline_work: (micros, forward, backward, weight) => micros * (forward + backward + weight),
    pipeline_idle: (stages, forward, backward, weight, virtual = 1) => ((stages - 1) * (forward + backward + weight)) / virtual,
    zero_bubble_h1_idle: (stages, forward, backward, weight, micros = Infinity) =>
      (stages - 1) * (forward + backward) - (min(micros, stages) - 1) * min(forward, weight),
    zero_bubble_h2_idle: (stages, forward, backward, weight, micros = Infinity) => {
      const more = min(micros, 2 * stages - 1) - 1, saved = min(forward, weight);
      const filled = (stages - 1) * (forward + backward) - more * saved;
      return max(filled, (stages - 1 - Math.floor(more / 2)) * (forward + backward) - (more % 2) * saved);
    },
    idle_share: (idle, work) => (100 * idle) / (idle + work),
    idle_ratio: (idle, work) => (100 * idle) / work,
  };


  const models = {
    ffn_parameters: (hidden, ffn, matrices = 3) => matrices * hidden * ffn,
    embedding_parameters: (vocab, hidden, tied = 0) => vocab * hidden * (tied ? 1 : 2),
    expert_parameters: (hidden, expertFfn, experts, matrices = 3) => experts * (matrices * hidden * expertFfn),
  };

  const memory = {
    weight_bytes: (parameters, width = 2) => parameters * width,
    sharded_bytes: (parameters, width, cards, stage, since) => (parameters * width) / (stage >= since ? cards : 1),
    counted_activation_bytes: (tokens, hidden, attention, ffn, tensor = 1, sequenceParallel = 1, norms = 2) =>
      2 * tokens * (((2 + norms) * hidden) / (sequenceParallel ? tensor : 1) + (attention + ffn) / tensor),
    layers_in_flight: (layers, stages, microBatches, virtual = 1) => {
      const held = ceil(layers / stages);
      if (stages === 1) return held;
      const most = virtual === 1 ? stages : virtual ? stages + (stages - 1) / virtual : microBatches;
      return held * min(microBatches, most);
    },
    last_layers_in_flight: (layers, stages, microBatches, virtual = 1) => {
      const held = ceil(layers / stages);
      if (stages === 1) return held;
      return held * min(microBatches, virtual ? stages - (stages - 1) / virtual : microBatches);
    },
    logit_bytes: (tokens, vocab, width = 4) => tokens * vocab * width,
    kv_bytes_per_token: (layers, kvHeads, headDim, width = 2) => 2 * layers * kvHeads * headDim * width,
    mla_bytes_per_token: (layers, kvRank, ropeDim, width = 2) => layers * (kvRank + ropeDim) * width,
    linear_state_bytes: (layers, heads, keyDim, valueDim, width = 4) => layers * heads * keyDim * valueDim * width,
    kv_cache_bytes: (perToken, tokens, requests = 1) => perToken * tokens * requests,
  };

  const bubble_seconds = (stages, each, virtual = 1, hop = 0) => (stages - 1) * (each / virtual + hop);
  const parallelism = {
    bubble_seconds,
    parallel_step_seconds: (micros, each, stages, virtual = 1, hop = 0, exposed = 0) =>
      micros * each + bubble_seconds(stages, each, virtual, hop) + exposed,
    exposed_context_seconds: (layers, sent, bandwidth, attention) => max(0, (3 * layers * sent) / bandwidth - attention),
    exposed_gradient_seconds: (scattered, gathered, arithmetic) =>
      max(0, scattered - (arithmetic * 2) / 3) + max(0, gathered - arithmetic / 3),
    exposed_sharded_seconds: (scattered, gathered, arithmetic, micros) => micros * max(0, 2 * gathered + scattered - arithmetic),
    zero_one_bytes: (parameters, cards, gradient = 4) => parameters * (2 + gradient + 12 / cards),
    zero_three_bytes: (parameters, cards, layers, gradient = 4) =>
      ((14 + gradient) * parameters) / cards + (4 * parameters) / layers,
    fullest_stage_bytes: (first, last, kept, scores) => max(first * kept, last * kept + scores),
  };

  const serving = {
    bits_per_weight: (bits, block, scaleBits = 16) => bits + scaleBits / block,
    requests_in_memory: (memoryBytes, weightBytes, cacheBytes) => (memoryBytes - weightBytes) / cacheBytes,
  };

  atlas.quantities = {
    ...evaluation, ...models, ...memory, ...serving, ...compute, ...experts, ...communication, ...pipelines, ...parallelism,
  };
})();
