// Figures to look at closely: a window to zoom and move in, the Mermaid source to copy, the SVG to take away.
// Without this script a figure is what it always was; nothing on the page moves when the buttons come.
(() => {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const drawing = (figure) => [...figure.querySelectorAll("svg")].find((svg) => svg.getBoundingClientRect().width);
  const nameOf = (figure) =>
    (figure.querySelector("figcaption > p")?.textContent || figure.querySelector("svg title")?.textContent || "图").trim();

  // Zooming: the drawing grows in a box that scrolls. Sizes are in CSS pixels, so lines and letters stay sharp.
  const LARGEST = 8;
  let view = null;

  const viewer = () => {
    const title = make("p", {id: "atlas-zoom-title", class: "atlas-zoom-title"});
    const percent = make("output", {"aria-live": "polite", "aria-label": "现在的大小"});
    const stage = make("div", {class: "atlas-zoom-stage", tabindex: "0", role: "group", "aria-label": "图：方向键移动，加号放大，减号缩小，0 还原"});
    const button = (text, name, action) => {
      const made = make("button", {type: "button", "aria-label": name, title: name}, text);
      made.addEventListener("click", action);
      return made;
    };
    const close = button("关闭", "关闭（Esc）", () => dialog.close());
    const tools = make("div", {class: "atlas-zoom-tools", role: "group", "aria-label": "缩放"},
      button("−", "缩小（-）", () => zoom(1 / 1.25)), percent, button("+", "放大（+）", () => zoom(1.25)),
      button("还原", "还原（0）", () => fit()));
    const box = make("div", {class: "atlas-zoom-box"}, make("div", {class: "atlas-zoom-head"}, title, tools, close), stage);
    const full = () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen());
    if (document.fullscreenEnabled) tools.append(button("全屏", "全屏（F）", full));
    const dialog = make("dialog", {id: "atlas-zoom", "aria-labelledby": title.id}, box);
    document.body.append(dialog);

    let svg = null, width = 0, height = 0, scale = 1, whole = 1;
    const place = () => {
      svg.style.width = `${width * scale}px`;
      svg.style.height = `${height * scale}px`;
      percent.value = `${Math.round(scale * 100)}%`;
    };
    // Keep what lies under a point of the window where it is.
    const zoom = (factor, x, y) => {
      const frame = stage.getBoundingClientRect();
      x ??= frame.left + frame.width / 2;
      y ??= frame.top + frame.height / 2;
      const before = svg.getBoundingClientRect();
      const [left, top] = [(x - before.left) / before.width, (y - before.top) / before.height];
      scale = Math.min(LARGEST, Math.max(Math.min(whole, 0.5), scale * factor));
      place();
      const after = svg.getBoundingClientRect();
      stage.scrollBy(after.left + left * after.width - x, after.top + top * after.height - y);
    };
    const fit = () => {
      whole = Math.min((stage.clientWidth - 32) / width, (stage.clientHeight - 32) / height);
      scale = Math.min(3, Math.max(whole, 0.8)); // letters of 14 px never become smaller than 11
      place();
      stage.scrollTo((stage.scrollWidth - stage.clientWidth) / 2, 0);
    };

    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // without it the box scrolls, as all do; a touchpad's pinch has it
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.004)), event.clientX, event.clientY);
    }, {passive: false});

    const fingers = new Map();
    let moved = 0;
    const middle = () => {
      const [one, two = one] = [...fingers.values()];
      return {x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, far: Math.hypot(one.x - two.x, one.y - two.y)};
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (!fingers.size) moved = 0;
      fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
    });
    stage.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId)) return;
      const before = middle();
      fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
      const now = middle();
      moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      if (moved > 4 && !stage.hasPointerCapture(event.pointerId)) stage.setPointerCapture(event.pointerId);
      stage.scrollBy(before.x - now.x, before.y - now.y);
      if (before.far && now.far) zoom(now.far / before.far, now.x, now.y);
    });
    for (const name of ["pointerup", "pointercancel"])
      stage.addEventListener(name, (event) => fingers.delete(event.pointerId));
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    stage.addEventListener("dblclick", (event) => zoom(event.shiftKey ? 1 / 2 : 2, event.clientX, event.clientY));
    stage.addEventListener("click", (event) => {
      if (moved > 4) event.preventDefault(); // the end of a drag follows no link
      else if (event.target.closest("a")) dialog.close();
    });

    const keys = {
      "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(1 / 1.25), "0": fit, f: () => document.fullscreenEnabled && full(),
      ArrowLeft: () => stage.scrollBy(-60, 0), ArrowRight: () => stage.scrollBy(60, 0),
      ArrowUp: () => stage.scrollBy(0, -60), ArrowDown: () => stage.scrollBy(0, 60),
    };
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the theme has keys of its own: f opens its search
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    dialog.addEventListener("close", () => {
      if (document.fullscreenElement) document.exitFullscreen();
      stage.replaceChildren();
      fingers.clear();
    });
    addEventListener("resize", () => dialog.open && fit());

    return (figure) => {
      const shown = drawing(figure);
      if (!shown) return;
      const size = shown.viewBox.baseVal;
      [width, height] = size && size.width ? [size.width, size.height] : [shown.clientWidth, shown.clientHeight];
      svg = renamed(shown, "zoom-");
      Object.assign(svg.style, {maxWidth: "none", maxHeight: "none"});
      svg.classList.remove("atlas-wide", "atlas-narrow", "atlas-both");
      title.textContent = nameOf(figure);
      stage.replaceChildren(svg);
      dialog.showModal();
      fit();
      stage.focus();
    };
  };

  // A copy with ids of its own: two elements of one id would share their gradients, and one of the two might be hidden.
  const renamed = (svg, prefix) => {
    const copy = svg.cloneNode(true);
    const ids = new Set([...copy.querySelectorAll("[id]")].map((element) => element.id));
    if (copy.id) ids.add(copy.id);
    for (const element of [copy, ...copy.querySelectorAll("*")])
      for (const {name, value} of [...element.attributes]) {
        if (name === "id") element.id = prefix + value;
        else if (name.startsWith("aria-")) {
          if (value.split(" ").some((id) => ids.has(id))) element.setAttribute(name, value.split(" ").map((id) => prefix + id).join(" "));
        } else if (value.includes("#")) {
          const fixed = value.replace(/(url\(["']?#|^#)([\w.:-]+)/g, (all, mark, id) => (ids.has(id) ? `${mark}${prefix}${id}` : all));
          if (fixed !== value) element.setAttribute(name, fixed);
        }
      }
    return copy;
  };

  // Taking it away: every style that applies becomes an attribute, in the colours of paper, so that any program shows it alike.
  const INHERITED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "visibility"];
  const OWN = {opacity: "1", "stop-color": "rgb(0, 0, 0)", "stop-opacity": "1", "dominant-baseline": "auto", "paint-order": "normal"};
  const START = {fill: "rgb(0, 0, 0)", "fill-opacity": "1", stroke: "none", "stroke-width": "1px", "stroke-opacity": "1",
    "stroke-dasharray": "none", "stroke-linecap": "butt", "stroke-linejoin": "miter", "text-anchor": "start", visibility: "visible"};
  const colour = (value) => {
    const found = value.match(/^(?:rgba?|color)\((?:srgb )?([^)]*)\)$/);
    if (!found) return [value.replace(/(\d)px/g, "$1").replace(/url\("(#[^"]*)"\)/g, "url($1)"), 1];
    const unit = value.startsWith("color") ? 255 : 1;
    const [red, green, blue, alpha = 1] = found[1].match(/[\d.]+(?:e-?\d+)?/g).map(Number);
    const part = (one) => Math.round(one * unit).toString(16).padStart(2, "0");
    return [`#${part(red)}${part(green)}${part(blue)}`, alpha];
  };
  const setStyle = (element, name, value) => {
    const [plain, alpha] = colour(value);
    element.setAttribute(name, plain);
    if (alpha < 1 && (name === "fill" || name === "stroke")) element.setAttribute(`${name}-opacity`, String(alpha));
  };
  const standalone = (figure) => {
    const svg = renamed(drawing(figure), "");
    const paper = make("div", {class: "atlas-paper", "aria-hidden": "true"}, svg);
    document.body.append(paper);
    const inside = [svg, ...svg.querySelectorAll("*")];
    const styles = inside.map((element) => {
      const computed = getComputedStyle(element);
      return Object.fromEntries([...INHERITED, ...Object.keys(OWN)].map((name) => [name, computed.getPropertyValue(name)]));
    });
    const size = svg.viewBox.baseVal;
    const [width, height] = size && size.width ? [size.width, size.height] : [svg.clientWidth, svg.clientHeight];
    paper.remove();
    const of = new Map(inside.map((element, index) => [element, styles[index]]));
    for (const [element, style] of of) {
      const above = of.get(element.parentNode) || START;
      element.removeAttribute("style");
      element.removeAttribute("class");
      for (const name of INHERITED) {
        element.removeAttribute(name);
        if (style[name] !== above[name]) setStyle(element, name, style[name]);
      }
      for (const [name, usual] of Object.entries(OWN)) {
        element.removeAttribute(name);
        if (style[name] && style[name] !== usual) setStyle(element, name, style[name]);
      }
      for (const {name} of [...element.attributes]) if (name.startsWith("data-") || name === "tabindex") element.removeAttribute(name);
    }
    const base = document.querySelector("link[rel=canonical]")?.href || (location.protocol === "file:" ? "" : location.href);
    for (const link of svg.querySelectorAll("a")) {
      const href = link.getAttribute("href");
      if (base && href) link.setAttribute("href", new URL(href, base).href);
      else link.replaceWith(...link.childNodes);
    }
    svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const sheet = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({width: "100%", height: "100%", fill: "#ffffff"})) sheet.setAttribute(name, value);
    [...svg.children].find((one) => one.localName !== "title" && one.localName !== "desc")?.before(sheet);
    const from = [nameOf(figure), document.title, base && `${base}#${figure.id}`].filter(Boolean).join(" · ").replace(/--+/g, "-");
    return `<?xml version="1.0" encoding="UTF-8"?>\n<!-- ${from} -->\n${new XMLSerializer().serializeToString(svg)}\n`;
  };
  const save = (figure) => {
    const address = URL.createObjectURL(new Blob([standalone(figure)], {type: "image/svg+xml"}));
    const name = nameOf(figure).replace(/[\\/:*?"<>|\s]+/g, " ").slice(0, 80).trim();
    make("a", {href: address, download: `${name}.svg`}).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };

  const copy = async (text) => {
    if (navigator.clipboard && isSecureContext) {
      try {
        return await navigator.clipboard.writeText(text);
      } catch {
        // not allowed: the old way may still be
      }
    }
    const field = make("textarea", {class: "atlas-paper", "aria-hidden": "true"});
    field.value = text;
    document.body.append(field);
    const before = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before?.focus();
    if (!done) throw new Error("copy");
  };

  const equip = (figure) => {
    const said = make("span", {role: "status", class: "atlas-said"});
    const button = (action, ...text) => {
      const made = make("button", {type: "button"}, ...text);
      made.addEventListener("click", () => action(made));
      return made;
    };
    const tell = (made, text) => {
      said.textContent = text;
      made.dataset.done = text;
      setTimeout(() => delete made.dataset.done, 2000);
    };
    const tools = make("div", {class: "atlas-tools", role: "group", "aria-label": `${nameOf(figure)}：操作`},
      button(() => (view ??= viewer())(figure), "放大"));
    if (figure.dataset.source) {
      const source = figure.dataset.source;
      tools.append(button((made) => copy(source).then(() => tell(made, "已复制"), () => tell(made, "没能复制")),
        "复制", make("span", {class: "atlas-long"}, " Mermaid "), "源码"));
    }
    tools.append(button((made) => drawing(figure) && (save(figure), tell(made, "已下载")), "下载 SVG"), said);
    const words = figure.querySelector(".atlas-outline");
    words ? words.before(tools) : figure.append(tools);
  };

  const start = () => document.querySelectorAll(".atlas-figure:not(.atlas-broken)").forEach((figure) => atlasLater(() => equip(figure)));
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
