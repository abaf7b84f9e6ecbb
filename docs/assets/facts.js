// Tables made from data: sort by a click on a head, filter by a text box. Without this script they are plain tables.
(() => {
  const sorter = new Intl.Collator("zh", {numeric: true});
  const order = (row, at) => {
    const cell = row.cells[at];
    const given = cell.dataset.order;
    const text = (given ?? cell.firstChild?.nodeValue ?? "").trim();
    return cell.classList.contains("atlas-absent") ? null : text;
  };
  const compare = (one, other, way) => {
    if (one === null || other === null) return (one === null) - (other === null); // what is not there stays last
    const difference = Number(one) - Number(other);
    return way * (Number.isNaN(difference) ? sorter.compare(one, other) : difference);
  };
  const enhance = (block, number) => {
    const table = block.querySelector("table");
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("atlas-number");
        const before = head.getAttribute("aria-sort");
        const down = before ? before === "ascending" : numeric; // numbers: the largest first
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = [...body.rows].map((row) => [order(row, at), row]);
        keyed.sort((one, other) => compare(one[0], other[0], down ? -1 : 1));
        body.append(...keyed.map((item) => item[1]));
      });
    });
    if (body.rows.length < 5) return;
    const total = body.rows.length;
    const bar = document.createElement("div");
    const label = document.createElement("label");
    const box = document.createElement("input");
    const said = document.createElement("output");
    bar.className = "atlas-facts-filter";
    label.textContent = "筛选";
    label.htmlFor = box.id = `atlas-filter-${number}`;
    box.type = "search";
    box.placeholder = "型号、厂商……";
    said.setAttribute("aria-live", "polite");
    said.textContent = `共 ${total} 行`;
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      said.textContent = words.length ? `显示 ${shown} 行，共 ${total} 行` : `共 ${total} 行`;
    });
    bar.append(label, box, said);
    block.prepend(bar);
  };
  const start = () => document.querySelectorAll(".atlas-facts").forEach(enhance);
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
