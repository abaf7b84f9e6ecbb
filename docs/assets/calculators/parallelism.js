// 并行策略选择: the same steps as scripts/atlas/calculators/parallelism.py and grids.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, flowOf, typedFlow, neededPeak} = atlas;
  const q = atlas.quantities;
  const MOST_STAGES = 128, MOST_CONTEXT = 64, MOST_CHUNKS = 8, SHORTEST = 4096, UNEVEN = 1.15, SHOWN = 10, TIED = 5;
  const BYTES = {style: "bytes", digits: 3}, PERCENT = {digits: 3, unit: "%"};
  const ASKED = ["own_tp", "own_pp", "own_cp", "own_ep"];
  const whole = (number) => show(number, {style: "whole"});
  const LOSSES = {
    again: "重算和各级不匀",
    tensor: "张量并行的通信",
    context: "上下文并行的通信",
    expert: "专家间的通信",
    bubble: "流水线气泡",
    data: "数据并行的通信",
  };

  const stageLayers = (flow, stages) => Math.ceil(flow.layers / stages);
  const uneven = (flow, stages) => (stageLayers(flow, stages) * stages) / flow.layers;
  const nameOf = (grid) => {
    const text = `TP${grid.tensor} PP${grid.stages} CP${grid.context} DP${grid.data}`;
    return grid.expert > 1 ? `${text} EP${grid.expert}` : text;
  };
  const experts = (flow, cards) => {
    const found = [];
    for (let expert = 1; expert <= Math.min(flow.experts, cards); expert += 1) {
      if (flow.experts % expert === 0 && cards % expert === 0) found.push(expert);
    }
    return found;
  };
  const gridsWith = (job, tensor, dropped, found) => {
    const left = job.cards / tensor;
    for (let stages = 1; stages <= Math.min(MOST_STAGES, job.flow.layers, left); stages += 1) {
      if (left % stages) continue;
      if (uneven(job.flow, stages) > UNEVEN) {
        dropped.uneven += 1;
        continue;
      }
      for (let context = 1; context <= MOST_CONTEXT && (left / stages) % context === 0; context *= 2) {
        if (context > 1 && job.sequence / context < SHORTEST) break;
        const data = left / stages / context;
        if (job.batch % (data * job.micro)) {
          dropped.batch += 1;
          continue;
        }
        for (const expert of experts(job.flow, tensor * context * data)) found.push({tensor, stages, context, data, expert});
      }
    }
  };
  const grids = (job, dropped) => {
    const found = [];
    for (let tensor = 1; tensor <= job.node && job.cards % tensor === 0; tensor *= 2) {
      if (job.flow.heads % tensor === 0) gridsWith(job, tensor, dropped, found);
    }
    return found;
  };

  const statesOf = (job, grid, zero) => {
    const {flow} = job, longest = uneven(flow, grid.stages);
    const dense = ((flow.total - flow.routed) / (grid.tensor * grid.stages)) * longest;
    const routed = (flow.routed / (grid.expert * grid.stages)) * longest;
    const same = grid.data * grid.context, twins = (grid.tensor * grid.context * grid.data) / grid.expert;
    if (zero === 1) {
      return [q.zero_one_bytes(dense, same, job.gradient) + q.zero_one_bytes(routed, twins, job.gradient), dense, routed];
    }
    const layers = stageLayers(flow, grid.stages);
    const held = q.zero_three_bytes(dense, same, layers, job.gradient) + q.zero_three_bytes(routed, twins, layers, job.gradient);
    return [held, dense, routed];
  };
  const activationsOf = (job, grid, full, chunks, micros) => {
    const {flow} = job, divided = grid.tensor * grid.context;
    const copies = (2 * flow.chosen * flow.moeLayers) / flow.layers;
    const ffn = (flow.matrices === 3 ? 2 : 1) * flow.inner + copies * flow.hidden;
    const tokens = (job.sequence * job.micro) / grid.context;
    const light = q.counted_activation_bytes(tokens, flow.hidden, 2 * flow.width + flow.kv, ffn, grid.tensor, 1, 0);
    const kept = full ? q.activation_bytes_full_recompute(job.sequence, job.micro, flow.hidden) / divided : light;
    const held = q.fullest_stage_bytes(
      q.layers_in_flight(flow.layers, grid.stages, micros, chunks),
      q.last_layers_in_flight(flow.layers, grid.stages, micros, chunks),
      kept, q.logit_bytes(tokens, flow.vocab) / grid.tensor);
    return full ? held + light : held;
  };
  const attentionOf = (job) => q.causal_attention_per_token(job.flow.twiceSeen(job.sequence), job.flow.width);
  const arithmetic = (job, grid, full) => {
    const tokens = job.sequence * job.micro;
    const wanted = q.training_compute(job.flow.active, tokens) + attentionOf(job) * tokens;
    const work = wanted / (grid.tensor * grid.context * grid.stages) / job.rate;
    return [work, work * (uneven(job.flow, grid.stages) * (full ? 4 / 3 : 1) - 1)];
  };
  const tensorOf = (job, grid, full) => {
    if (grid.tensor === 1) return 0;
    const {flow} = job, layers = stageLayers(flow, grid.stages);
    const aLayer = q.tensor_parallel_bytes(job.sequence / grid.context, job.micro, flow.hidden, grid.tensor);
    const busy = layers * (1 - flow.moeLayers / flow.layers / 2);
    return (busy * aLayer * (full ? 1.5 : 1)) / (grid.tensor <= job.node ? job.inner : job.outer);
  };
  const contextOf = (job, grid) => {
    if (grid.context === 1) return 0;
    const {flow} = job, tokens = job.sequence * job.micro;
    const share = (flow.full / flow.layers) * stageLayers(flow, grid.stages);
    const sent = q.context_parallel_bytes(job.sequence, job.micro, 1, flow.kv / 2, grid.context) /
      Math.min(grid.tensor, flow.kvHeads);
    const line = grid.tensor * grid.context <= job.node ? job.inner : job.outer;
    const hides = (attentionOf(job) * tokens) / (grid.tensor * grid.context * grid.stages) / job.rate;
    return q.exposed_context_seconds(share, sent, line, hides);
  };
  const expertOf = (job, grid, full) => {
    if (grid.expert === 1) return 0;
    const {flow} = job, tokens = (job.sequence * job.micro) / (grid.tensor * grid.context);
    const nodes = Math.max(1, grid.expert / job.node);
    const near = (q.expert_dispatch_bytes(tokens, flow.hidden, flow.chosen) *
      q.all_gather_factor(Math.min(grid.expert, job.node))) / job.inner;
    let far = 0;
    if (nodes > 1) {
      const reached = q.expected_destinations(flow.experts, flow.chosen, nodes) * q.all_gather_factor(nodes);
      far = q.expert_dispatch_bytes(tokens, flow.hidden, reached) / job.outer;
    }
    const layers = (stageLayers(flow, grid.stages) * flow.moeLayers) / flow.layers;
    return layers * (full ? 6 : 4) * Math.max(near, far);
  };
  const dataOf = (job, grid, zero, dense, routed, each, micros) => {
    const same = grid.data * grid.context, twins = (grid.tensor * grid.context * grid.data) / grid.expert;
    const spread = q.all_gather_factor(same) * dense + q.all_gather_factor(twins) * routed;
    const inside = Math.min(same, Math.max(1, Math.floor(job.node / grid.tensor)));
    const line = same <= inside ? job.inner : Math.min(job.inner, job.outer * inside);
    const gathered = (2 * spread) / line, scattered = (job.gradient * spread) / line;
    if (zero === 1) return q.exposed_gradient_seconds(scattered, gathered, each);
    return q.exposed_sharded_seconds(scattered, gathered, each, micros);
  };

  const planWith = (job, grid, zero, full, chunks) => {
    const micros = job.batch / (grid.data * job.micro);
    const [states, dense, routed] = statesOf(job, grid, zero), [work, extra] = arithmetic(job, grid, full);
    const tensor = tensorOf(job, grid, full), context = contextOf(job, grid);
    let expert = expertOf(job, grid, full), hop = 0;
    if (job.hidden) expert = Math.max(0, expert - work - extra);
    const each = work + extra + tensor + context + expert;
    if (grid.stages > 1) {
      const line = grid.tensor * grid.context * grid.stages <= job.node ? job.inner : job.outer;
      hop = q.pipeline_bytes(job.sequence, job.micro, job.flow.hidden) / (grid.tensor * grid.context) / line;
    }
    const plan = {
      grid, micros, zero, full, chunks, states,
      activations: activationsOf(job, grid, full, chunks, micros),
      work: work * micros,
      again: extra * micros,
      tensor: tensor * micros,
      context: context * micros,
      expert: expert * micros,
      bubble: q.bubble_seconds(grid.stages, each, chunks, hop),
      hop,
      data: dataOf(job, grid, zero, dense, routed, work + extra, micros),
    };
    plan.seconds = plan.work + plan.again + plan.tensor + plan.context + plan.expert + plan.bubble + plan.data;
    plan.memory = plan.states + plan.activations;
    return plan;
  };
  const chunksOf = (job, grid) => {
    const micros = job.batch / (grid.data * job.micro);
    if (grid.stages === 1 || micros % grid.stages) return [1];
    let most = 1;
    for (let one = 1; one <= MOST_CHUNKS; one += 1) if (stageLayers(job.flow, grid.stages) % one === 0) most = one;
    return most === 1 ? [1] : [1, most];
  };
  const plansOf = (job, grid) =>
    (job.always ? [true] : [false, true]).flatMap((full) =>
      [1, 3].flatMap((zero) => chunksOf(job, grid).map((chunks) => planWith(job, grid, zero, full, chunks))));
  const trouble = ({grid, zero, chunks, full, seconds}) => {
    const kinds = [grid.tensor, grid.stages, grid.context, grid.expert].filter((degree) => degree > 1).length;
    return [zero, kinds, Number(chunks > 1), grid.tensor * grid.stages * grid.context, Number(full), seconds];
  };
  const before = (one, other) => {
    const at = one.findIndex((number, place) => number !== other[place]);
    return at >= 0 && one[at] < other[at];
  };
  const simplest = (found) => found.reduce((best, one) => (before(trouble(one), trouble(best)) ? one : best));
  const slower = (one, best) => 100 * (one.seconds / best.seconds - 1);
  const search = (job) => {
    const found = {plans: [], tied: [], short: 0, least: [0, ""], dropped: {uneven: 0, batch: 0}};
    for (const grid of grids(job, found.dropped)) {
      const every = plansOf(job, grid), fitting = every.filter((one) => one.memory <= job.memory);
      if (fitting.length) {
        found.plans.push(fitting.reduce((best, one) => (one.seconds < best.seconds ? one : best)));
        found.tied.push(...fitting);
        continue;
      }
      const least = Math.min(...every.map((one) => one.memory));
      if (!found.short || least < found.least[0]) found.least = [least, nameOf(grid)];
      found.short += 1;
    }
    found.plans.sort((one, other) => one.seconds - other.seconds);
    found.tied = found.tied.filter((one) => slower(one, found.plans[0]) <= TIED);
    return found;
  };

  const innerOf = (inputs, data) => {
    if (inputs.inner === "free") return inputs.inner_speed;
    if (inputs.inner !== "device") return data.number("interconnects", inputs.inner, "bandwidth_uni") || 0;
    return data.number("devices", inputs.device, "link_uni") ?? inputs.outer;
  };
  const unlinked = (inputs, data) => {
    if (inputs.inner !== "device" || data.number("devices", inputs.device, "link_uni") !== null) return [];
    const speed = show(inputs.outer, {digits: 3, unit: "GB/s"}), name = data.name("devices", inputs.device);
    return [`没有查到 ${name} 的机内互联带宽，机内也按机间的 ${speed} 算；知道的话，选一条链路或“自己填”。`];
  };
  const jobOf = (inputs, data) => {
    const peak = neededPeak(data, inputs.device, inputs.precision, "换一种精度或设备。");
    const memory = data.number("devices", inputs.device, "memory_usable") || data.number("devices", inputs.device, "memory") || 0;
    const share = inputs.links / 100;
    return {
      flow: inputs.model === "free" ? typedFlow(inputs) : flowOf(data, inputs.model),
      cards: inputs.cards,
      node: inputs.node,
      memory: memory * 1e9 * (1 - inputs.reserve / 100),
      peak,
      rate: (peak * inputs.efficiency) / 100,
      inner: innerOf(inputs, data) * 1e9 * share,
      outer: inputs.outer * 1e9 * share,
      sequence: inputs.sequence,
      batch: inputs.batch,
      micro: inputs.micro,
      gradient: Number(inputs.gradient),
      hidden: inputs.overlap === "hidden",
      always: inputs.recompute === "full",
    };
  };

  const utilisation = (job, one) => (((100 * one.work) / one.seconds) * job.rate) / job.peak;
  const lossOf = (one) => {
    const name = Object.keys(LOSSES).reduce((worst, key) => (one[key] > one[worst] ? key : worst));
    const share = (100 * one[name]) / one.seconds;
    return share < 1 ? "几乎全在计算" : `最大的损失是${LOSSES[name]}，占 ${show(share, PERCENT)}`;
  };
  const whyNot = (job, grid) => {
    if (grid.tensor > job.node || job.flow.heads % grid.tensor || !Number.isInteger(Math.log2(grid.tensor))) {
      return "TP 要是二的幂、能整除注意力头数、不超过一个快线域的卡数";
    }
    if (grid.stages > Math.min(MOST_STAGES, job.flow.layers) || uneven(job.flow, grid.stages) > UNEVEN) {
      return "层切得太不匀，最长的一级拖慢所有人";
    }
    if (job.batch % (grid.data * job.micro)) {
      return `全局批 ${whole(job.batch)} 不能被 DP×微批（${whole(grid.data * job.micro)}）整除`;
    }
    if (grid.context > 1 && job.sequence / grid.context < SHORTEST) return `上下文并行之后每张卡不到 ${whole(SHORTEST)} 个词元`;
    const least = Math.min(...plansOf(job, grid).map((one) => one.memory));
    if (least > job.memory) return `最省也要 ${show(least, BYTES)}，一张卡能用 ${show(job.memory, BYTES)}`;
    return "CP 要是二的幂，EP 要能整除专家数和 TP×CP×DP";
  };
  const adviceOn = (job, found) => {
    const batch = `全局批 ${whole(job.batch)}`;
    if (!found.short) return `不是显存不够，是${batch} 不能被任何一种切法的 DP×微批整除：换一个全局批或微批，或换卡数。`;
    const other = found.dropped.batch ? `；${batch} 换一个能被更多 DP×微批整除的数，也会多出些切法` : "";
    return `加卡、换显存大的卡、缩短序列，或减小微批${other}。`;
  };
  const ownGrid = (job, inputs, found) => {
    const asked = ASKED.map((name) => inputs[name]);
    if (asked.every((one) => one === null)) return ["", {}];
    const [tensor, stages, context, expert] = asked.map((one) => one ?? 1);
    const divisor = tensor * stages * context;
    if (job.cards % divisor) return [`${whole(job.cards)} 张卡不能被你填的 TP×PP×CP（${whole(divisor)}）整除。`, {}];
    const grid = {tensor, stages, context, data: job.cards / divisor, expert};
    const rank = found.plans.findIndex((one) => nameOf(one.grid) === nameOf(grid));
    if (rank < 0) return [`${nameOf(grid)}：不在可行的里面，${whyNot(job, grid)}。`, {}];
    const one = found.plans[rank], much = slower(one, found.plans[0]);
    const word = much <= TIED ? "与最快的分不出先后" : `比最快的慢 ${show(much, PERCENT)}`;
    const sentence = `${nameOf(grid)}：${whole(found.plans.length)} 种里排第 ${whole(rank + 1)}，${word}；${lossOf(one)}。`;
    return [sentence, {own_seconds: one.seconds, own_rank: rank + 1, own_slower: much, own_mfu: utilisation(job, one)}];
  };
  const fails = (job, found) => {
    const rows = [];
    if (found.short) {
      const [least, name] = found.least, usable = show(job.memory, BYTES);
      rows.push(["显存放不下", found.short, `最省的是 ${name}，也要 ${show(least, BYTES)}，一张卡能用 ${usable}`]);
    }
    if (found.dropped.batch) rows.push(["批分不匀", found.dropped.batch, `全局批 ${whole(job.batch)} 要能被 DP×微批整除`]);
    if (found.dropped.uneven) {
      rows.push(["层切不匀", found.dropped.uneven, `${whole(job.flow.layers)} 层切开后，最长的一级比平均多出 15% 以上`]);
    }
    return rows;
  };
  const howOf = (one) => {
    const pieces = one.chunks > 1 ? `，每卡 ${one.chunks} 小段` : "";
    return `ZeRO-${one.zero}，${one.full ? "全部重算" : "轻量重算"}${pieces}`;
  };
  const row = (job, one, best) =>
    [nameOf(one.grid), one.seconds, slower(one, best), utilisation(job, one), one.memory, one.micros, howOf(one), lossOf(one)];
  const SECONDS = {style: "seconds", digits: 3}, lasts = (seconds) => show(seconds, SECONDS);
  const stepsOf = (job, one) => {
    const {grid} = one, many = whole(one.micros), pieces = one.chunks === 1 ? "" : ` ÷ ${one.chunks}`;
    const each = lasts((one.work + one.again + one.tensor + one.context + one.expert) / one.micros);
    const parts = [["计算", one.work], ["重算与不匀", one.again], ["TP、CP 通信", one.tensor + one.context], ["专家通信", one.expert]];
    const terms = parts.filter((part) => part[1] > 0).map(([name, part]) => `${name} ${lasts(part / one.micros)}`);
    const bubble = lasts(one.bubble), all = lasts(one.seconds), size = (value) => show(value, BYTES);
    const lost = `${whole(grid.stages - 1)} ×（${each}${pieces} + 级间 ${lasts(one.hop)}）`;
    const rate = show((100 * job.rate) / job.peak, PERCENT), used = show(utilisation(job, one), PERCENT);
    return [
      `${nameOf(grid)} 的微批数 = ${whole(job.batch)} ÷（${whole(grid.data)} × ${whole(job.micro)}）= ${many}`,
      `一级做一个微批 = ${terms.join(" + ")}${terms.length > 1 ? ` = ${each}` : ""}`,
      ...(grid.stages > 1 ? [`气泡 = ${lost} = ${bubble}`] : []),
      `一步 = ${many} × ${each} + 气泡 ${bubble} + DP 通信 ${lasts(one.data)} = ${all}`,
      `MFU = ${rate} × 计算 ${lasts(one.work)} ÷ ${all} = ${used}`,
      `每卡显存 = 状态 ${size(one.states)} + 激活和输出得分 ${size(one.activations)} = ${size(one.memory)}`,
    ];
  };

  atlas.calculators.parallelism = (inputs, data) => {
    const job = jobOf(inputs, data), found = search(job), notes = [];
    const values = {fitting: found.plans.length, looked: found.plans.length + found.short};
    const [sentence, own] = ownGrid(job, inputs, found);
    if (sentence) notes.push(sentence);
    notes.push(...unlinked(inputs, data));
    const tables = {fails: fails(job, found)};
    if (!found.plans.length) {
      values.best = found.short ? "没有放得下的切法" : "没有分得匀的切法";
      notes.push(adviceOn(job, found));
      return {values, tables, notes};
    }
    const plain = simplest(found.tied), best = found.plans[0], shown = found.plans.slice(0, SHOWN);
    Object.assign(values, {
      suggested: `${nameOf(plain.grid)}：${howOf(plain)}`,
      best: nameOf(best.grid),
      seconds: best.seconds,
      mfu: utilisation(job, best),
      speed: (job.batch * job.sequence) / best.seconds,
      memory: best.memory,
      tied: found.plans.filter((one) => slower(one, best) <= TIED).length,
      ...own,
    });
    tables.plans = shown.map((one) => row(job, one, best));
    const parts = shown.map((one) =>
      [nameOf(one.grid), [one.work, one.again, one.tensor + one.context, one.expert, one.bubble, one.data], null, ""]);
    return {values, tables, bars: {parts}, notes, steps: stepsOf(job, best)};
  };
})();
