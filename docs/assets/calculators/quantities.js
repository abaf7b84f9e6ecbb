// The formulas of scripts/atlas/quantities that calculators need, under the same names, step by step the same.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const {sqrt, log, exp, ceil, min} = Math;

  const evaluation = (() => {
    const POWER = 1.96 + 0.8416;
    const wilson = (correct, items, critical) => {
      const share = correct / items, square = critical * critical;
      const half = critical * sqrt((share * (1 - share)) / items + square / (4 * items * items));
      const centre = share + square / (2 * items), scale = 1 + square / items;
      return [(centre - half) / scale, (centre + half) / scale];
    };
    return {
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

  atlas.quantities = {...evaluation};
})();
