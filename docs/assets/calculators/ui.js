// Makes a page's calculators live: reads the form, computes, shows, and keeps what was typed in the address.
(() => {
  const atlas = globalThis.atlasCalculators;
  const WAIT = 250; // browsers refuse an address that changes too often
  const QUIET = 600; // a screen reader is told once typing pauses, not at every key

  const start = (section) => {
    const id = section.dataset.calculator;
    const {inputs} = atlas.declared(id);
    const form = section.querySelector(".atlas-calculator-form");
    const fault = section.querySelector(".atlas-calculator-error");
    const said = section.querySelector(".atlas-calculator-said");
    const blocks = section.querySelector(".atlas-calculator-blocks");
    const told = section.querySelector(".atlas-calculator-told");
    const done = section.querySelector(".atlas-calculator-done");
    const control = (name) => form.querySelector(`[name="${name}"]`);
    const foreign = new Map(); // keys from the address that no list offers: said, not swallowed
    const searched = new Map();
    let timer = 0, telling = 0, place = null;

    const texts = () => Object.fromEntries(inputs.map((one) => [one.name, foreign.get(one.name) ?? control(one.name).value]));
    const put = (name, text) => {
      foreign.delete(name);
      const field = control(name), key = text.trim();
      field.value = field.tagName === "SELECT" ? key : text;
      if (field.tagName === "SELECT" && field.value !== key) {
        foreign.set(name, key);
        field.selectedIndex = -1;
      }
    };
    const restore = () => {
      const given = new URLSearchParams(location.search);
      for (const one of inputs) put(one.name, given.get(one.name) ?? one.default ?? "");
    };
    const address = () => {
      const query = new URLSearchParams(location.search);
      const typed = texts();
      for (const one of inputs) {
        const shown = !control(one.name).closest(".atlas-calculator-field").hidden;
        if (shown && typed[one.name] !== (one.default ?? "")) query.set(one.name, typed[one.name]);
        else query.delete(one.name);
      }
      const text = query.toString();
      return location.pathname + (text ? `?${text}` : "") + location.hash;
    };
    const remember = () => {
      clearTimeout(timer);
      try { history.replaceState(history.state, "", address()); } catch { /* refused: the link is still there to copy */ }
    };
    const tell = (error) => {
      const keys = [...said.querySelectorAll(".atlas-calculator-key")]
        .map((one) => `${one.querySelector("dt").textContent} ${one.querySelector("dd").textContent}`);
      const note = said.querySelector(".atlas-calculator-note")?.textContent ?? "";
      told.textContent = error ? error.sentence : `${keys.join("，")}。${note}`;
    };

    const ask = () => {
      const typed = texts();
      for (const one of inputs) {
        control(one.name).closest(".atlas-calculator-field").hidden = !atlas.isAsked(one, typed);
        control(one.name).removeAttribute("aria-invalid");
        control(one.name).removeAttribute("aria-errormessage");
      }
      for (const group of form.querySelectorAll("fieldset fieldset")) {
        group.hidden = !group.querySelector(".atlas-calculator-field:not([hidden])");
      }
      return typed;
    };
    const show = (summary, tables) => {
      said.innerHTML = summary;
      const kept = new Map([...blocks.querySelectorAll("[data-block]")].map((block) => [block.dataset.block, {
        left: block.querySelector(".atlas-calculator-scroll")?.scrollLeft ?? 0,
        top: block.querySelector(".atlas-calculator-scroll")?.scrollTop ?? 0,
        open: block.querySelector("details")?.open ?? false,
      }]));
      blocks.innerHTML = tables;
      for (const block of blocks.querySelectorAll("[data-block]")) {
        const before = kept.get(block.dataset.block);
        const scroll = block.querySelector(".atlas-calculator-scroll");
        if (block.dataset.search) search(block);
        if (before && scroll) Object.assign(scroll, {scrollLeft: before.left, scrollTop: before.top});
        if (before?.open) block.querySelector("details").open = true;
      }
    };
    const renew = () => {
      const typed = ask();
      let error = null;
      try {
        const result = atlas.run(id, typed);
        show(atlas.summaryHtml(id, result), atlas.stepsHtml(result) + atlas.blocksHtml(id, result));
      } catch (caught) {
        if (!(caught instanceof atlas.BadInput)) throw caught;
        error = caught;
        if (caught.input) {
          control(caught.input).setAttribute("aria-invalid", "true");
          control(caught.input).setAttribute("aria-errormessage", fault.id);
        }
      }
      // Beside the field, or else below the form: on a phone the form is longer than the screen.
      const wanted = error?.input ? control(error.input).closest(".atlas-calculator-field") : form;
      if (error && wanted !== place) wanted.after(fault);
      if (error) place = wanted;
      fault.hidden = !error;
      if (fault.textContent !== (error?.sentence ?? "")) fault.textContent = error?.sentence ?? "";
      said.hidden = blocks.hidden = Boolean(error);
      clearTimeout(telling);
      telling = setTimeout(tell, QUIET, error);
    };

    const search = (block) => {
      const name = block.dataset.block;
      const rows = [...block.querySelectorAll("tbody tr")];
      const bar = document.createElement("p");
      const label = document.createElement("label");
      const box = document.createElement("input");
      const count = document.createElement("output");
      bar.className = "atlas-calculator-search";
      label.textContent = "筛选";
      label.htmlFor = box.id = `calculator-search-${name}`;
      box.type = "search";
      box.placeholder = "型号……";
      box.value = searched.get(name) ?? "";
      const sift = () => {
        const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
        searched.set(name, box.value);
        for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
        const left = rows.filter((row) => !row.hidden).length;
        count.textContent = words.length ? `显示 ${left} 行，共 ${rows.length} 行` : `共 ${rows.length} 行`;
      };
      box.addEventListener("input", (event) => {
        event.stopPropagation();
        sift();
      });
      bar.append(label, box, count);
      block.prepend(bar);
      sift();
    };

    const copy = async () => {
      remember();
      const link = new URL(address(), location.href).href;
      try {
        await navigator.clipboard.writeText(link);
        done.textContent = "已复制。";
      } catch {
        done.textContent = `复制不了，请自己复制这个地址：${link}`;
      }
    };
    form.addEventListener("input", (event) => {
      foreign.delete(event.target.name);
      done.textContent = "";
      renew();
      clearTimeout(timer);
      timer = setTimeout(remember, WAIT);
    });
    form.querySelector("[data-action=copy]").addEventListener("click", copy);
    form.querySelector("[data-action=reset]").addEventListener("click", () => {
      for (const one of inputs) put(one.name, one.default ?? "");
      renew();
      remember();
      done.textContent = "已恢复默认。";
    });
    addEventListener("popstate", () => {
      restore();
      renew();
    });
    section.querySelector(".atlas-calculator-plain").hidden = true;
    form.querySelector("fieldset").disabled = false;
    restore();
    renew();
    if (fault.hidden) clearTimeout(telling); // nobody asked yet
  };

  document.querySelectorAll("[data-calculator]").forEach(start);
})();
