// What was typed → the values a calculator computes with, or a sentence: scripts/atlas/calculators/reading.py.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  atlas.calculators ??= {};
  const HOPELESS = "这些数放在一起算不出有限的结果，请检查是不是有哪一项太大、太小或互相矛盾。";

  class BadInput extends Error {
    constructor(name, sentence) {
      super(sentence);
      this.input = name;
      this.sentence = sentence;
    }
  }

  const data = {
    number: (kind, key, column) => {
      const value = atlas.known.rows[kind][key]?.[column];
      return typeof value === "number" ? value : null;
    },
    text: (kind, key, column) => {
      const value = atlas.known.rows[kind][key]?.[column];
      return typeof value === "string" ? value : "";
    },
    flag: (kind, key, column) => atlas.known.rows[kind][key]?.[column] === true,
    name: (kind, key) => data.text(kind, key, "name"),
    keys: (kind, needs = []) =>
      Object.keys(atlas.known.rows[kind]).filter((key) => needs.every((column) => data.number(kind, key, column) !== null)),
  };

  const declared = (id) => atlas.known.calculators[id];
  const choices = (one) => {
    const own = one.choices ?? {};
    const kind = atlas.known.kinds[one.kind];
    if (!kind) return own;
    return {...own, ...Object.fromEntries(data.keys(kind, one.needs ?? []).map((key) => [key, data.name(kind, key)]))};
  };
  const isAsked = (one, values) => (one.when ?? []).every(([name, keys]) => keys.includes(values[name]));

  const LONGEST = 40;
  const short = (text) => ([...text].length <= LONGEST ? text : `${[...text].slice(0, LONGEST).join("")}……`);
  const choice = (one, text) => {
    if (!text) throw new BadInput(one.name, `“${one.label}”还没有选，请从列表里选一个。`);
    if (!Object.hasOwn(choices(one), text)) {
      throw new BadInput(one.name, `“${one.label}”里没有“${short(text)}”这一项，请从列表里选一个。`);
    }
    return text;
  };
  const bound = {digits: 12};
  const number = (one, text) => {
    if (!text && one.optional) return null;
    const value = atlas.parse(text, one.unit);
    const said = `“${one.label}”` + (text ? `写成了“${short(text)}”` : "还空着");
    if (value === null && /[,，]/.test(text)) {
      throw new BadInput(one.name, `${said}，逗号只能隔开千位，例如 1,000；小数点写成“.”。`);
    }
    if (value === null || !Number.isFinite(value)) {
      throw new BadInput(one.name, `${said}，请填一个数，例如 ${one.default || "1"}。`);
    }
    if (one.whole && value !== Math.floor(value)) throw new BadInput(one.name, `${said}，要填整数。`);
    if ("minimum" in one && value < one.minimum) {
      throw new BadInput(one.name, `${said}，不能小于 ${atlas.show(one.minimum, bound)}。`);
    }
    if ("maximum" in one && value > one.maximum) {
      throw new BadInput(one.name, `${said}，不能大于 ${atlas.show(one.maximum, bound)}。`);
    }
    return value;
  };
  const read = (id, texts) => {
    const values = {};
    for (const one of declared(id).inputs) {
      const given = one.default ?? "";
      const text = (isAsked(one, values) ? texts[one.name] ?? given : given).trim();
      values[one.name] = one.kind === "number" ? number(one, text) : choice(one, text);
    }
    return values;
  };

  const numbers = (result) => [
    ...Object.values(result.values),
    ...Object.values(result.tables ?? {}).flat(2),
    ...Object.values(result.bars ?? {}).flatMap((rows) => rows.flatMap((row) => [...row[1], row[2]])),
    ...Object.values(result.schedules ?? {}).flatMap((lanes) => lanes.flatMap((lane) => lane[1].flatMap((cell) => cell.slice(0, 2)))),
  ].filter((one) => typeof one === "number");
  const run = (id, texts) => {
    const result = atlas.calculators[id](read(id, texts), data);
    if (!numbers(result).every(Number.isFinite)) throw new BadInput("", HOPELESS);
    return result;
  };
  Object.assign(atlas, {BadInput, data, declared, choices, isAsked, read, run});
})();
