// What the theme leaves to the mouse: the keyboard gets the drawer, the sections and whatever scrolls sideways, and screen
// readers get their names. Without this script everything is there to read; the drawer then needs a pointer.
(() => {
  const SCROLLERS = {
    ".md-typeset__scrollwrap": "可以左右滚动的表格", ".atlas-figure": "可以左右滚动的图", "div.arithmatex, .atlas-long-formula": "可以左右滚动的公式",
    "pre > code": "可以左右滚动的代码",
  };
  // The theme's switches are labels of hidden boxes. A button that looks the same does what a label can't: take the focus.
  const button = (label, name) => {
    const made = document.createElement("button");
    for (const {name: key, value} of label.attributes) if (key !== "tabindex") made.setAttribute(key, value);
    made.type = "button";
    made.append(...label.childNodes);
    if (name) made.setAttribute("aria-label", name);
    label.replaceWith(made);
    const box = document.getElementById(made.getAttribute("for"));
    made.addEventListener("click", () => box?.click());
    return [made, box];
  };
  const unfolds = ([made, box]) => {
    if (!box) return;
    const say = () => made.setAttribute("aria-expanded", String(box.checked));
    box.addEventListener("change", say);
    say();
  };

  const header = () => {
    for (const [name, words] of [["drawer", "导航"], ["search", "搜索"]]) {
      const label = document.querySelector(`label.md-header__button[for=__${name}]`);
      if (label) unfolds(button(label, words));
    }
    document.getElementById("__search")?.addEventListener("change", (event) => {
      if (event.target.checked) document.querySelector("[data-md-component=search-query]")?.focus();
    });
    const drawer = document.getElementById("__drawer");
    const opener = document.querySelector("button.md-header__button[for=__drawer]");
    if (!drawer || !opener) return;
    drawer.addEventListener("change", () => {
      if (drawer.checked) document.querySelector(".md-nav--primary a")?.focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !drawer.checked) return;
      drawer.click();
      opener.focus();
    });
  };

  const sections = () => {
    for (const label of document.querySelectorAll("label.md-nav__link[for]")) {
      const words = label.textContent.trim() || label.parentElement.querySelector("a")?.textContent || "";
      const title = words.replace(/\s+/g, " ").trim();
      const list = document.querySelector(`nav[aria-labelledby="${label.id}"]`);
      if (list) { // its label may hold an arrow and no words, and says itself whether it is open
        list.removeAttribute("aria-labelledby");
        list.removeAttribute("aria-expanded");
        list.setAttribute("aria-label", title);
      }
      unfolds(button(label, `${title}：展开`));
    }
    // The way back out of an opened list of the drawer.
    for (const label of document.querySelectorAll(".md-nav--primary [data-md-level]:not([data-md-level='0']) > label.md-nav__title")) {
      const [made] = button(label);
      made.addEventListener("click", () => document.querySelector(`.md-nav__link[for="${made.getAttribute("for")}"]`)?.focus());
    }
  };

  // Whatever is wider than its place can be scrolled by the arrow keys, and says what it is.
  const scrolls = () => {
    const look = (entries) => {
      // All sizes are read before anything is written: else the page is laid out anew for each.
      const measured = entries.map(({target}) => [target, target.scrollWidth > target.clientWidth + 1]);
      for (const [target, over] of measured) {
        if (over === target.hasAttribute("data-atlas-scroll")) continue;
        const words = Object.entries(SCROLLERS).find(([selector]) => target.matches(selector))[1];
        if (over) {
          target.tabIndex = 0;
          target.dataset.atlasScroll = "";
          if (!target.matches("figure")) target.setAttribute("role", "group");
          target.setAttribute("aria-label", words);
        } else {
          for (const name of ["tabindex", "data-atlas-scroll", "role", "aria-label"]) target.removeAttribute(name);
        }
      }
    };
    const sizes = new ResizeObserver(look);
    const add = () => document.querySelectorAll(Object.keys(SCROLLERS).join()).forEach((one) => sizes.observe(one));
    add();
    // The theme wraps tables and adds its tools to code when it has started.
    new MutationObserver(() => {
      add();
      document.querySelectorAll("nav.md-code__nav:not([role])").forEach((nav) => nav.setAttribute("role", "none"));
    }).observe(document.querySelector("article") ?? document.body, {childList: true, subtree: true});
    document.querySelectorAll("nav.md-code__nav").forEach((nav) => nav.setAttribute("role", "none"));
  };

  const start = () => {
    header();
    atlasLater(sections);
    atlasLater(scrolls);
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
