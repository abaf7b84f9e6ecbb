// 训练时间与成本: the same steps as scripts/atlas/calculators/training_time.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput, flowOf, neededPeak} = atlas;
  const q = atlas.quantities;
  const FREE = "free", NONE = "none", SQUARE = "square";

  const modelOf = (inputs, data) => {
    const {model, attention, sequence, parameters} = inputs;
    if (model === FREE) {
      if (attention !== NONE) {
        throw new BadInput("attention", "自己填的模型没有层数和头数，算不了注意力；选“不计”，或选一个模型。");
      }
      return [parameters, parameters, 0];
    }
    if (attention !== NONE) {
      const flow = flowOf(data, model);
      if (attention === SQUARE) {
        return [flow.active, flow.total, q.attention_compute_per_token(flow.full, 1, flow.width, sequence)];
      }
      return [flow.active, flow.total, q.causal_attention_per_token(flow.seen(sequence), flow.width)];
    }
    const total = data.number("models", model, "params_total"), active = data.number("models", model, "params_active");
    if (total === null || (active === null && data.number("models", model, "experts") !== null)) {
      throw new BadInput("model", `${data.name("models", model)} 没有公布每个词元用到多少参数；选“自己填”，填一个估计。`);
    }
    return [active ?? total, total, 0];
  };
  const wattsOf = (inputs, data) => {
    if (inputs.watts !== null) return [inputs.watts, []];
    const watts = inputs.device === FREE ? null : data.number("devices", inputs.device, "tdp");
    if (watts === null) return [null, ["不知道这张卡的功率，没有算电；在“每卡功率”里填一个数就会算。"]];
    return [watts, [`每卡功率按厂商规格 ${show(watts, {digits: 4, unit: "W"})} 算，不含 CPU、网卡和风扇。`]];
  };

  const COUNT = {style: "count", digits: 4}, MONEY = {style: "count"}, HOURS = {style: "count", unit: "卡时"};
  const WORK = {unit: "FLOP"}, PART = {digits: 4, unit: "%"};
  const stepsOf = (inputs, values, active, peak, watts) => {
    const hours = show(values.hours, HOURS), work = show(values.compute, WORK);
    const matrices = q.training_compute(active, inputs.tokens);
    const said = [`训练计算量 = 6 × ${show(active, COUNT)} × ${show(inputs.tokens, COUNT)} = ${show(matrices, WORK)}`];
    if ("attention" in values) {
      said.push(`加上注意力 = ${show(matrices, WORK)} + ${show(values.compute - matrices, WORK)} = ${work}`);
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
    return said;
  };

  atlas.calculators["training-time"] = (inputs, data) => {
    const [active, total, attention] = modelOf(inputs, data);
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
    if (tokens / total < 10) {
      notes.push("每参数不到 10 个词元：离算力最优的约 20 个还远，同样的算力训小一点的模型损失更低。");
    }
    if (days > 365) notes.push("要一年以上：卡会坏，模型会过时，多半该加卡、减词元或换小一点的模型。");
    return {values, notes, steps: stepsOf(inputs, values, active, peak, watts)};
  };
})();
