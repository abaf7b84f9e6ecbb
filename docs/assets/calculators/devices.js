// What a card must hold → every device, with whether it fits: scripts/atlas/calculators/devices.py.
(() => {
  const atlas = (globalThis.atlasCalculators ??= {});
  const UNKNOWN = "显存未公开或没有查到";
  const GB = 1e9;
  const SIZE = {style: "bytes", digits: 3};
  const SHARE = {digits: 3, unit: "%"};
  const SOLD = {announced: "未上市", discontinued: "已停产"};

  const memoryOf = (key, data) => {
    const stated = data.number("devices", key, "memory_usable") || data.number("devices", key, "memory");
    return stated === null ? null : (stated * GB) / (data.number("devices", key, "devices_seen") || 1);
  };
  const labelOf = (key, data) => {
    const said = data.number("devices", key, "devices_seen") ? ["每个软件看到的设备"] : [];
    const status = data.text("devices", key, "status");
    if (status in SOLD) said.push(SOLD[status]);
    return data.name("devices", key) + (said.length ? `［${said.join("，")}］` : "");
  };
  const fit = (key, needed, share, data) => {
    const memory = memoryOf(key, data), label = labelOf(key, data);
    if (memory === null) return {key, label, memory, rank: 3, sentence: UNKNOWN};
    const used = atlas.show((100 * needed) / memory, SHARE);
    if (needed <= memory * share) return {key, label, memory, rank: 0, sentence: `放得下，占 ${used}`};
    if (needed <= memory) return {key, label, memory, rank: 1, sentence: `勉强放得下，占 ${used}，超过了规划线`};
    return {key, label, memory, rank: 2, sentence: `放不下，差 ${atlas.show(needed - memory, SIZE)}`};
  };
  const order = (one) => (one.rank < 2 ? one.memory ?? 0 : -(one.memory ?? 0));
  const ranked = (found) => [...found].sort((one, other) => one.rank - other.rank || order(one) - order(other));
  const fitted = (needed, share, data) =>
    ranked(data.keys("devices").map((key) => fit(key, needed, share, data)));
  const counted = (devices) => {
    const of = (rank) => devices.filter((one) => one.rank === rank).length;
    const unknown = of(3);
    const tail = unknown ? `；另有 ${unknown} 个显存未公开或没有查到` : "";
    return `本站 ${devices.length - unknown} 个查到显存的型号里，${of(0)} 个放得下，${of(1)} 个勉强放得下${tail}。`;
  };
  Object.assign(atlas, {memoryOf, labelOf, fitted, ranked, counted, memoryUnknown: UNKNOWN});
})();
