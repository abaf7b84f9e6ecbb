// What was typed → a number, and a number → what is printed: scripts/atlas/calculators/numbers.py, digit for digit.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const MULTIPLES = {"": 1, k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12, ki: 1024, mi: 1048576, 万: 1e4, 亿: 1e8, 万亿: 1e12};
  const DIGITS = "(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\\.[0-9]+)?|\\.[0-9]+";
  const NUMBER = new RegExp(
    `^([+-]?)(${DIGITS})(?:[eE]([+ -]?[0-9]{1,3}))?[ ]?([Kk]i|[Mm]i|[KkMmBbGgTt]|万亿|万|亿)?$`);
  const RAISED = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};
  const SMALLEST = -4, LARGEST = 15, GROUPED_FROM = 4;
  const TIGHT = new Set(["%", "×", ""]);

  const parse = (text, unit = "") => {
    let plain = text.normalize("NFKC").replaceAll("−", "-").trim();
    if (unit && plain.endsWith(unit)) plain = plain.slice(0, -unit.length).trim();
    const found = NUMBER.exec(plain);
    if (!found) return null;
    const [, sign, digits, exponent, multiple] = found;
    const power = (exponent || "0").replace(" ", "+");
    const value = Number(`${digits.replace(/[, ]/g, "")}e${power}`) * MULTIPLES[(multiple || "").toLowerCase()];
    return sign === "-" ? -value : value;
  };

  const grouped = (whole, rest) => {
    if (whole.length >= GROUPED_FROM) whole = whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ",");
    return rest ? `${whole}.${rest}` : whole;
  };
  const laidOut = (figures, power) => {
    const whole = power < 0 ? "0" : figures.slice(0, power + 1).padEnd(power + 1, "0");
    const rest = power < 0 ? "0".repeat(-power - 1) + figures : figures.slice(power + 1);
    return grouped(whole, rest.replace(/0+$/, ""));
  };
  const significant = (value, digits) => {
    if (!value) return "0";
    const [figures, exponent] = Math.abs(value).toExponential(digits - 1).split("e");
    const power = Number(exponent);
    const plain = figures.replace(".", "");
    const sign = value < 0 ? "−" : "";
    if (SMALLEST <= power && power < LARGEST) return sign + laidOut(plain, power);
    return `${sign}${laidOut(plain, 0)}×10${[...String(power)].map((one) => RAISED[one]).join("")}`;
  };
  const fixed = (value, digits) => {
    if (Math.abs(value) >= 1e15) return significant(value, digits + 3);
    const rounded = Math.abs(value).toFixed(digits);
    const [whole, rest = ""] = rounded.split(".");
    return (value < 0 && /[1-9]/.test(rounded) ? "−" : "") + grouped(whole, rest);
  };

  const scaled = (value, style) => {
    let chosen = atlas.known.scales[style][0];
    for (const step of atlas.known.scales[style]) {
      if (Math.abs(value) >= step[0] || (step[0] === 1 && !value)) chosen = step;
    }
    return chosen;
  };
  const joined = (number, unit) => (TIGHT.has(unit) ? number + unit : `${number} ${unit}`);
  // A form is {style, digits, unit}, each with its default where it is missing.
  const show = (value, form) => {
    if (value === null || value === undefined) return "–";
    if (typeof value === "string") return value;
    const {style = "number", digits = 3, unit = ""} = form;
    if (style in atlas.known.scales) {
      const [size, name] = scaled(value, style);
      return joined(significant(value / size, digits), name + unit);
    }
    if (style === "fixed") return joined(fixed(value, digits), unit);
    return joined(style === "whole" ? fixed(value, 0) : significant(value, digits), unit);
  };
  Object.assign(atlas, {parse, show, significant, fixed});
})();
