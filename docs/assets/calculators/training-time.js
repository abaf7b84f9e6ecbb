// 训练时间与成本: the same steps as scripts/atlas/calculators/training_time.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput, flowOf, neededPeak} = atlas;
  const q = atlas.quantities;
  const FREE = "free", NONE = "none", SQUARE = "square";

  const PLAIN = {digits: 8};
  const attending = (flow, sequence, square) => {
    const {active, total} = flow, width = show(flow.width, PLAIN);
    if (square) {
      const layers = flow.full + flow.sliding;
      const shown = `12 × ${show(layers, PLAIN)} 层 × ${show(sequence, PLAIN)} × ${width}`;
      return {active, total, attention: q.attention_compute_per_token(layers, 1, flow.width, sequence), shown};
    }
    const seen = flow.twiceSeen(sequence);
    const shown = `6 × ${show(seen, PLAIN)}（各层 × 词元）× ${width}`;
    return {active, total, attention: q.causal_attention_per_token(seen, flow.width), shown};
  };
  const modelOf = (inputs, data) => {
    const {model, attention, sequence, parameters: all} = inputs;
    if (model === FREE) {
      if (attention !== NONE) {
        throw new BadInput("attention", "自己填的模型没有层数和头数，算不了注意力；选“不计”，或选一个模型。");
      }
      const used = inputs.active ?? all;
      if (used > all) throw new BadInput("active", "激活参数比总参数还多，请检查这两个数。");
      return {active: used, total: all, attention: 0};
    }
    if (attention !== NONE) {
      return attending(flowOf(data, model, false), sequence, attention === SQUARE);
    }
    const total = data.number("models", model, "params_total"), active = data.number("models", model, "params_active");
    if (total === null || (active === null && data.number("models", model, "experts") !== null)) {
      throw new BadInput("model", `${data.name("models", model)} 没有公布每个词元用到多少参数；选“自己填”，填一个估计。`);
    }
    return {active: active ?? total, total, attention: 0};
  };
  const wattsOf = (inputs, data) => {
    if (inputs.watts !== null) return [inputs.watts, []];
    const watts = inputs.device === FREE ? null : data.number("devices", inputs.device, "tdp");
    if (watts === null) return [null, ["不知道这张卡的功率，没有算电；在“每卡功率”里填一个数就会算。"]];
    return [watts, [`每卡功率按厂商规格 ${show(watts, {digits: 4, unit: "W"})} 算，不含 CPU、网卡和风扇。`]];
  };

  const COUNT = {style: "count", digits: 4}, MONEY = {style: "count"};
  const WORK = {unit: "FLOP"}, PART = {digits: 4, unit: "%"};
  const stepsOf = (inputs, values, spent, peak, watts) => {
    const hours = show(values.hours, {style: "count", digits: 5, unit: "卡时"}), work = show(values.compute, WORK);
    const matrices = q.training_compute(spent.active, inputs.tokens);
    const said = [`训练计算量 = 6 × ${show(spent.active, COUNT)} × ${show(inputs.tokens, COUNT)} = ${show(matrices, WORK)}`];
    if ("attention" in values) {
      const rest = show(values.compute - matrices, WORK);
      said.push(`注意力 = ${spent.shown} × ${show(inputs.tokens, COUNT)} = ${rest}`);
      said.push(`计算量合计 = ${show(matrices, WORK)} + ${rest} = ${work}`);
    }
    const rate = `${show(peak / 1e12, {digits: 4, unit: "TFLOP/s"})} × ${show(inputs.mfu, PART)}`;
    said.push(
      `卡时 = ${work} ÷（${rate}）÷ 3600 ÷（1 − ${show(inputs.lost, PART)}）= ${hours}`,
      `天数 = ${hours} ÷ ${show(inputs.cards, {digits: 8, unit: "张"})} ÷ 24 = ${show(values.days, {unit: "天"})}`,
      `算力费用 = ${hours} × ${show(inputs.price, COUNT)} = ${show(values.money, MONEY)}`);
    if (watts !== null) {
      const power = `${show(watts, {digits: 4, unit: "W"})} × ${show(inputs.pue, COUNT)}`;
      said.push(`用电 = ${hours} × ${power} ÷ 10⁶ = ${show(values.energy, {unit: "MWh"})}`);
    }
    if ("needed" in values) {
      const cards = show(values.needed, {digits: 8, unit: "张"});
      said.push(`要的卡 = ${hours} ÷ 24 ÷ ${show(inputs.deadline, {unit: "天"})}，进一 = ${cards}`);
    }
    return said;
  };

  atlas.calculators["training-time"] = (inputs, data) => {
    const spent = modelOf(inputs, data);
    const {active, total, attention} = spent;
    const {tokens, cards} = inputs, mfu = inputs.mfu / 100;
    const peak = inputs.device === FREE
      ? inputs.peak * 1e12
      : neededPeak(data, inputs.device, inputs.precision, "换一种精度，或选“自己填”。");
    const matrices = q.training_compute(active, tokens);
    const work = matrices + attention * tokens;
    const idle = 1 - inputs.lost / 100;
    const hours = q.card_hours(work, peak, mfu) / idle, days = q.training_days(work, cards, peak, mfu) / idle;
    const [watts, notes] = wattsOf(inputs, data);
    const values = {
      days,
      hours,
      money: q.training_price(hours, inputs.price),
      compute: work,
      speed: q.training_tokens_per_second(work / tokens, cards, peak, mfu),
      card_speed: q.training_tokens_per_second(work / tokens, 1, peak, mfu),
      energy: watts === null ? null : q.training_energy(hours, watts, inputs.pue) / 1000,
      ratio: tokens / total,
    };
    if (attention) values.attention = (100 * attention * tokens) / work;
    if (inputs.deadline !== null) values.needed = Math.ceil(hours / (24 * inputs.deadline));
    if (tokens / total < 10) {
      notes.push("每参数不到 10 个词元：离算力最优的约 20 个还远，同样的算力训小一点的模型损失更低。");
    }
    if (days > 365) notes.push("要一年以上：卡会坏，模型会过时，多半该加卡、减词元或换小一点的模型。");
    return {values, notes, steps: stepsOf(inputs, values, spent, peak, watts)};
  };
})();
