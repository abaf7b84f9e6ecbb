// 评估误差: the same steps as scripts/atlas/calculators/evaluation_error.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput} = atlas;
  const q = atlas.quantities;
  const LEVELS = {90: 1.645, 95: 1.96, 99: 2.576};
  const POINTS = {style: "fixed", digits: 1};
  const SHARE = {style: "fixed", digits: 1, unit: "%"};
  const PLAIN = {digits: 6}, ERROR = {style: "fixed", digits: 2, unit: "百分点"}, ITEMS = {digits: 8, unit: "题"};
  const range = (low, high) => `${show(low, SHARE)} 到 ${show(high, SHARE)}`;
  const needed = (variance, gap) => (variance > 0 ? q.items_for_power(variance, gap / 100) : null);

  const effectiveStep = ({items, group, correlation}, factor) => {
    if (factor === 1) return [];
    const divisor = `（1 +（${show(group, PLAIN)} − 1）× ${show(correlation, PLAIN)}）`;
    return [`相当于独立的题 = ${show(items, PLAIN)} ÷ ${divisor} = ${show(items / factor, ITEMS)}`];
  };
  const spreadStep = (share, items, error) => {
    const inside = `${show(share, PLAIN)} × ${show(1 - share, PLAIN)} ÷ ${show(items, PLAIN)}`;
    return error ? [`标准误 = 100 × √(${inside}) = ${show(error, ERROR)}`] : [];
  };
  const wilsonSteps = (share, items, critical) => {
    const low = q.wilson_low(share * items, items, critical), high = q.wilson_high(share * items, items, critical);
    const [p, k, z] = [share, items, critical].map((one) => show(one, PLAIN));
    const scale = `（1 + ${z}² ÷ ${k}）`;
    const spread = `√(${p} × ${show(1 - share, PLAIN)} ÷ ${k} + ${z}² ÷（4 × ${k}²）)`;
    const middle = show((low + high) / 2, {style: "fixed", digits: 2, unit: "%"});
    return [
      `区间的中点 =（${p} + ${z}² ÷（2 × ${k}））÷ ${scale} = ${middle}`,
      `区间的半宽 = ${z} × ${spread} ÷ ${scale} = ${show((high - low) / 2, ERROR)}`,
    ];
  };
  const reach = (gap, sign, ...pairs) => {
    const apart = pairs.map(([upper, lower]) => `(${show(upper, POINTS)} − ${show(lower, POINTS)})²`);
    return `${show(gap, POINTS)} ${sign} √(${apart.join(" + ")})`;
  };
  const powerStep = ({gap}, variance) => {
    const wanted = needed(variance, gap);
    if (wanted === null) return [];
    const sum = `（1.96 + 0.8416）² × ${show(variance, PLAIN)} ÷ ${show(gap / 100, PLAIN)}²`;
    return [`要多少题 = ${sum}，进一 = ${show(wanted, {style: "whole", unit: "题"})}`];
  };

  const one = (inputs, factor) => {
    const {items, score, level, gap} = inputs;
    const critical = LEVELS[level], share = score / 100, effective = items / factor;
    const error = q.standard_error(share, effective);
    const correct = share * effective;
    const low = q.wilson_low(correct, effective, critical), high = q.wilson_high(correct, effective, critical);
    const notes = [`约有 ${level}% 的把握，真实水平在 ${range(low, high)} 之间。`];
    if (score === 0 || score === 100) {
      const bound = show(q.zero_failure_bound(effective), {digits: 2, unit: "%"});
      notes.push(`全${score ? "对不等于百分之百：真实失误率" : "错不等于零：真实成功率"}的 95% 上限是 ${bound}。`);
    } else if (critical * error > Math.min(score, 100 - score)) {
      notes.push("正态近似的区间越过了 0 或 100，这里只能用 Wilson 区间。");
    }
    const variance = 2 * share * (1 - share) * factor, reached = critical * error;
    return {
      values: {
        wilson: range(low, high),
        ...(error ? {error, half: reached, normal: range(score - reached, score + reached)} : {}),
        effective,
        needed: needed(variance, gap),
      },
      notes,
      steps: [
        ...effectiveStep(inputs, factor),
        ...spreadStep(share, effective, error),
        ...wilsonSteps(share, effective, critical),
        ...powerStep(inputs, variance),
      ],
    };
  };

  const compared = (gap, [low, high], level) => {
    const real = low > 0 || high < 0;
    const verdict = real ? "看得出差别" : "看不出差别";
    const interval = `${show(low, POINTS)} 到 ${show(high, POINTS)} 个百分点`;
    const tail = real ? "区间不跨零" : "区间跨零，可能只是抽到的题不同";
    return {
      values: {verdict, difference: gap, interval},
      notes: [`${verdict}：差 ${show(gap, POINTS)} 个百分点，${level}% 区间 ${interval}，${tail}。`],
    };
  };
  const withoutError = (gap, unlikely) => {
    const verdict = unlikely ? "看得出差别" : "看不出差别";
    const why = gap ? "每题都是同一边答对" : "没有一题分出胜负";
    return {
      values: {verdict, difference: gap},
      notes: [`${verdict}：${why}，误差无从估计，给不出区间；只能看精确检验的概率。`],
    };
  };

  const apart = (inputs, factor) => {
    const first = inputs.score / 100, second = inputs.score2 / 100, critical = LEVELS[inputs.level];
    const items = inputs.items / factor, items2 = inputs.items2 / factor;
    const own = q.standard_error(first, items), other = q.standard_error(second, items2);
    const error = Math.sqrt(own * own + other * other);
    const gap = 100 * (first - second), variance = (first * (1 - first) + second * (1 - second)) * factor;
    const counted = [first * items, items, second * items2, items2, critical];
    const low = q.newcombe_low(...counted), high = q.newcombe_high(...counted);
    const {values, notes} = compared(gap, [low, high], inputs.level);
    Object.assign(values, {needed: needed(variance, inputs.gap)}, error ? {error} : {});
    notes.push("按两批独立的题算。若做的是同一批题、又有逐题结果，选“同一批题”，区间往往窄得多。");
    const ends = [[first, items], [second, items2]].flatMap(([share, k]) =>
      [q.wilson_low(share * k, k, critical), q.wilson_high(share * k, k, critical)]);
    const steps = [
      ...effectiveStep(inputs, factor),
      `两边的 Wilson 区间：甲 ${range(ends[0], ends[1])}，乙 ${range(ends[2], ends[3])}`,
      `差的下限 = ${reach(gap, "−", [100 * first, ends[0]], [ends[3], 100 * second])} = ${show(low, ERROR)}`,
      `差的上限 = ${reach(gap, "+", [ends[1], 100 * first], [100 * second, ends[2]])} = ${show(high, ERROR)}`,
      ...(error ? [`标准误 = √(${show(own, PLAIN)}² + ${show(other, PLAIN)}²) = ${show(error, ERROR)}`] : []),
      ...powerStep(inputs, variance),
    ];
    return {values, notes, steps};
  };

  const pairedSteps = (inputs, factor, critical, variance) => {
    const {items, wins, losses} = inputs;
    const [b, c, k] = [wins, losses, items].map((value) => show(value, PLAIN));
    const error = q.paired_standard_error(wins, losses, items) * Math.sqrt(factor), gap = (100 * (wins - losses)) / items;
    const said = [`差 = 100 ×（${b} − ${c}）÷ ${k} = ${show(gap, ERROR)}`];
    if (error) {
      const grouped = factor === 1 ? "" : ` × √${show(factor, PLAIN)}`;
      const spread = `√(${b} + ${c} −（${b} − ${c}）² ÷ ${k})`;
      said.push(`标准误 = 100 ÷ ${k} × ${spread}${grouped} = ${show(error, ERROR)}`);
      const ends = `${show(gap - critical * error, POINTS)} 到 ${show(gap + critical * error, POINTS)} 个百分点`;
      said.push(`区间 = ${show(gap, PLAIN)} ± ${show(critical, PLAIN)} × ${show(error, ERROR)} = ${ends}`);
    }
    const both = show(wins + losses, PLAIN), least = show(Math.min(wins, losses), PLAIN);
    const chance = show(q.sign_test(wins, losses), {digits: 3});
    said.push(`精确检验：抛 ${both} 次硬币，少的一面不超过 ${least} 次的概率 × 2 = ${chance}`);
    return [...said, ...powerStep(inputs, variance)];
  };
  const paired = (inputs, factor) => {
    const {items, wins, losses, level} = inputs;
    if (wins + losses > items) throw new BadInput("losses", "一对一错的题加起来比总题数还多，请检查这三个数。");
    const critical = LEVELS[level];
    const error = q.paired_standard_error(wins, losses, items) * Math.sqrt(factor);
    const gap = (100 * (wins - losses)) / items, chance = q.sign_test(wins, losses);
    const variance = ((wins + losses) / items) * factor;
    const unlikely = chance <= 1 - Number(level) / 100;
    const {values, notes} = error === 0
      ? withoutError(gap, unlikely)
      : compared(gap, [gap - critical * error, gap + critical * error], level);
    if (error !== 0) {
      values.error = error;
      if (unlikely !== Math.abs(gap) > critical * error) {
        notes.push("近似的区间和精确检验意见不一，差距正好在门槛上：题少时以精确检验为准。");
      }
    }
    Object.assign(values, {needed: needed(variance, inputs.gap), chance});
    if (factor !== 1) notes.push("精确检验没有计入成组的题，成组时它过于乐观，看区间。");
    return {values, notes, steps: pairedSteps(inputs, factor, critical, variance)};
  };

  atlas.calculators["evaluation-error"] = (inputs) => {
    const factor = q.design_effect(inputs.group, inputs.correlation);
    if (factor <= 0) {
      throw new BadInput("correlation", "“组内相关”负得太多：这样的一组题互相抵消，方差会变成负数。");
    }
    return {one, apart, paired}[inputs.mode](inputs, factor);
  };
})();
