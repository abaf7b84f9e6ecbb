// 评估误差: the same steps as scripts/atlas/calculators/evaluation_error.py.
(() => {
  const atlas = globalThis.atlasCalculators;
  const {show, BadInput} = atlas;
  const q = atlas.quantities;
  const LEVELS = {90: 1.645, 95: 1.96, 99: 2.576};
  const POINTS = {style: "fixed", digits: 1};
  const SHARE = {style: "fixed", digits: 1, unit: "%"};
  const range = (low, high) => `${show(low, SHARE)} 到 ${show(high, SHARE)}`;
  const needed = (variance, gap) => (variance > 0 ? q.items_for_power(variance, gap / 100) : null);

  const one = ({items, score, level, gap}, factor) => {
    const critical = LEVELS[level], share = score / 100, effective = items / factor;
    const error = q.standard_error(share, effective);
    const correct = share * effective;
    const low = q.wilson_low(correct, effective, critical), high = q.wilson_high(correct, effective, critical);
    const notes = [`真实水平有约 ${level}% 的把握在 ${range(low, high)} 之间。`];
    if (score === 0 || score === 100) {
      const bound = q.zero_failure_bound(effective);
      const word = score === 100 ? "失误率" : "成功率";
      notes.push(`一边倒的分数不等于绝对：真实${word}的 95% 上限是 ${show(bound, {digits: 2, unit: "%"})}。`);
    } else if (critical * error > Math.min(score, 100 - score)) {
      notes.push("正态近似的区间越过了 0 或 100，这里只能用 Wilson 区间。");
    }
    return {
      values: {
        wilson: range(low, high),
        half: critical * error,
        normal: range(score - critical * error, score + critical * error),
        error,
        effective,
        needed: needed(2 * share * (1 - share) * factor, gap),
      },
      notes,
    };
  };

  const compared = (gap, error, critical, level, wanted) => {
    const low = gap - critical * error, high = gap + critical * error;
    const real = low > 0 || high < 0;
    const verdict = real ? "看得出差别" : "看不出差别";
    const interval = `${show(low, POINTS)} 到 ${show(high, POINTS)} 个百分点`;
    const tail = real ? "区间不跨零" : "区间跨零，可能只是抽到的题不同";
    return {
      values: {verdict, difference: gap, interval, error, needed: wanted},
      notes: [`${verdict}：差 ${show(gap, POINTS)} 个百分点，${level}% 区间 ${interval}，${tail}。`],
    };
  };

  const apart = (inputs, factor) => {
    const first = inputs.score / 100, second = inputs.score2 / 100;
    const own = q.standard_error(first, inputs.items / factor);
    const other = q.standard_error(second, inputs.items2 / factor);
    const error = Math.sqrt(own * own + other * other);
    const wanted = needed((first * (1 - first) + second * (1 - second)) * factor, inputs.gap);
    const result = compared(100 * (first - second), error, LEVELS[inputs.level], inputs.level, wanted);
    result.notes.push("按两批独立的题算。若做的是同一批题、又有逐题结果，选“同一批题”，区间往往窄得多。");
    return result;
  };

  const paired = ({items, wins, losses, level, gap}, factor) => {
    if (wins + losses > items) throw new BadInput("losses", "一对一错的题加起来比总题数还多，请检查这三个数。");
    const critical = LEVELS[level];
    const error = q.paired_standard_error(wins, losses, items) * Math.sqrt(factor);
    const difference = (100 * (wins - losses)) / items;
    const wanted = needed(((wins + losses) / items) * factor, gap);
    const {values, notes} = compared(difference, error, critical, level, wanted);
    const chance = (values.chance = q.sign_test(wins, losses));
    if (chance <= 1 - Number(level) / 100 !== Math.abs(difference) > critical * error) {
      notes.push("近似的区间和精确检验意见不一，差距正好在门槛上：题少时以精确检验为准。");
    }
    if (factor !== 1) notes.push("精确检验没有计入成组的题，成组时它过于乐观，看区间。");
    return {values, notes};
  };

  atlas.calculators["evaluation-error"] = (inputs) => {
    const factor = q.design_effect(inputs.group, inputs.correlation);
    if (factor <= 0) {
      throw new BadInput("correlation", "“组内相关”太负了：这样的一组题互相抵消，方差会变成负数。");
    }
    return {one, apart, paired}[inputs.mode](inputs, factor);
  };
})();
