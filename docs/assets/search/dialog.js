// The search's dialog: a field, and below it what it found. Loaded with engine.js when the reader searches.
(() => {
  const WAIT = 60; // milliseconds after a key before a search starts
  const PATIENCE = 150; // milliseconds before a first answer is shown while the full one is on its way
  const LONGEST = 110; // characters of a sentence to show
  const PAGES = 6; // shown at first, and each time the reader asks for more

  const make = (tag, given = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) if (value !== undefined) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  };

  /** Where any of the words stands in a text, longest first, as `[start, end]` in order. */
  const places = (text, words) => {
    const low = text.toLowerCase(), taken = [];
    for (const word of [...words].sort((a, b) => b.length - a.length)) {
      if (word.length < 2 && /[a-z0-9]/.test(word)) continue;
      for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) {
        const end = at + word.length;
        if (/^[a-z0-9]/.test(word) && /[a-z0-9]/.test(low[at - 1] || "")) continue; // not inside another word
        if (!taken.some(([from, to]) => at < to && end > from)) taken.push([at, end]);
      }
    }
    return taken.sort((a, b) => a[0] - b[0]);
  };

  /** A text with the hits marked, cut to the neighbourhood of the first. */
  const marked = (text, words, longest = Infinity) => {
    let found = places(text, words), from = 0, to = text.length;
    if (to > longest) {
      from = Math.max(0, Math.min((found[0]?.[0] || 0) - longest / 3, to - longest) | 0);
      to = Math.min(to, from + longest);
      found = found.filter(([start, end]) => start >= from && end <= to);
    }
    const parts = from ? ["…"] : [];
    let at = from;
    for (const [start, end] of found) {
      parts.push(text.slice(at, start), make("mark", {}, text.slice(start, end)));
      at = end;
    }
    return [...parts, text.slice(at, to), to < text.length ? "…" : ""];
  };

  const build = () => {
    const input = make("input", {
      type: "search", role: "combobox", "aria-label": "搜索", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": "atlas-search-list", placeholder: "搜索术语、型号、问题", enterkeyhint: "search", autocomplete: "off",
      autocapitalize: "off", autocorrect: "off", spellcheck: "false",
    });
    const close = make("button", {type: "button", "aria-label": "关闭搜索"}, "关闭");
    const status = make("p", {role: "status", class: "atlas-search__status"});
    const list = make("div", {role: "listbox", id: "atlas-search-list", "aria-label": "搜索结果"});
    const more = make("button", {type: "button", class: "atlas-search__further", hidden: ""}, "更多结果");
    const keys = make("p", {class: "atlas-search__keys", "aria-hidden": "true"},
      make("kbd", {}, "↑"), make("kbd", {}, "↓"), " 选择　", make("kbd", {}, "Enter"), " 打开　", make("kbd", {}, "Esc"), " 关闭");
    const dialog = make("dialog", {class: "atlas-search", "aria-label": "站内搜索"},
      make("div", {role: "search", class: "atlas-search__field"}, input, close), status,
      make("div", {class: "atlas-search__results"}, list, more), keys);
    document.body.append(dialog);
    return {dialog, input, close, status, list, more};
  };

  const start = (fetch, root) => {
    const {dialog, input, close, status, list, more} = build();
    let latest = 0, timer, active = -1, options = [], most = PAGES, asked = "";

    const address = (section) => root + section.page.url + (section.place || section.isRow ? `#${section.anchor}` : "");

    const option = (kind, section, title, text, words) => {
      const link = make("a", {
        role: "option", class: `atlas-search__${kind}`, id: `atlas-search-${options.length}`, href: address(section), tabindex: "-1",
        "aria-selected": "false",
      }, title, text.length ? make("span", {class: "atlas-search__text"}, ...text) : "");
      const hits = [...link.querySelectorAll("mark")].map((mark) => mark.textContent.toLowerCase());
      link.addEventListener("click", () => remember(link, hits.length ? hits : words.slice(0, 1)));
      options.push(link);
      return link;
    };

    const heading = (...parts) => make("span", {class: "atlas-search__title"}, ...parts);

    const definition = (term, words) => option("term", term.section,
      heading(make("span", {class: "atlas-search__badge"}, "术语"), ...marked(term.names.join("　"), words)), [
        term.isAvoided ? `本站写作“${term.names[0]}”。` : "", ...marked(term.short, words),
        make("span", {class: "atlas-search__where"}, `细读：${where(term.section)}`),
      ], words);

    const where = (section) => section.place || section.isRow ? `${section.page.title} › ${section.title}` : section.page.title;

    const pageGroup = ({page, sections}, words) => {
      const shown = sections.length ? sections : [{section: page.sections[0]}];
      return make("div", {role: "group", "aria-label": page.title}, ...shown.map(({section, sentence}, number) => {
        const own = section.place || section.isRow ? [make("span", {class: "atlas-search__section"}, ...marked(section.title, words))] : [];
        const title = number ? heading(...own.length ? own : marked(page.title, words)) : heading(make("span", {}, ...marked(page.title, words)), ...own);
        return option(number ? "more" : "page", section, title, sentence ? marked(sentence, words, LONGEST) : [], words);
      }));
    };

    const show = (found) => {
      const kept = options[active]?.href;
      options = [];
      const words = found?.words || [], pages = found?.pages || [], terms = found?.terms || [];
      list.replaceChildren(...terms.map((term) => definition(term, words)), ...pages.map((page) => pageGroup(page, words)));
      choose(options.findIndex((link) => link.href === kept));
      more.hidden = !found?.more;
      input.setAttribute("aria-expanded", String(options.length > 0));
      if (!found) status.textContent = "";
      else if (!options.length) status.textContent = `没有找到“${input.value.trim()}”。换一个说法，或打一半试试。`;
      else status.textContent = `${found.mended ? `没有“${input.value.trim()}”，下面是“${found.mended}”：` : ""}${found.more ? "前 " : ""}${pages.length} 页`;
    };

    const choose = (number, reveal = false) => {
      options[active]?.setAttribute("aria-selected", "false");
      active = number;
      const link = options[active];
      if (!link) return input.removeAttribute("aria-activedescendant");
      link.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", link.id);
      if (reveal) link.scrollIntoView({block: "nearest"});
    };

    const settle = (found = null) => {
      show(found);
      list.removeAttribute("aria-busy");
    };

    const search = async () => {
      const mine = ++latest, query = input.value.trim();
      remind(query);
      if (query !== asked) [asked, most] = [query, PAGES];
      if (!query) return settle();
      list.setAttribute("aria-busy", "true");
      let early, isLate = false;
      const hurry = setTimeout(() => {
        isLate = true;
        if (mine !== latest) return;
        if (early && most === PAGES) show(early);
        else if (!options.length) status.textContent = "正在查找…";
      }, PATIENCE);
      try {
        await window.atlasSearch.ask(query, fetch, (found, done) => {
          if (mine !== latest) return;
          early = found;
          if (done) settle(found);
          else if (isLate && most === PAGES) show(found);
        }, most);
      } catch {
        if (mine !== latest) return;
        list.removeAttribute("aria-busy");
        status.textContent = "搜索没能载入，请检查网络，再打一个字重试。";
      } finally {
        clearTimeout(hurry);
      }
    };

    /** Keeps the query in the address, so that going back finds it again; a page opened from a folder may not. */
    const remind = (query) => {
      const url = new URL(location.href);
      if (query) url.searchParams.set("q", query); else url.searchParams.delete("q");
      try { history.replaceState(history.state, "", url); } catch { /* file:// */ }
    };

    /** Leaves the words for the page that is opened, to be marked there. */
    const remember = (link, words) => {
      try {
        sessionStorage.setItem("atlas-search", JSON.stringify({page: link.pathname, words: [...new Set(words)]}));
      } catch { /* no storage: no marks */ }
      if (link.pathname === location.pathname) dialog.close();
    };

    input.addEventListener("input", (event) => {
      if (event.isComposing) return; // an input method's letters are no query yet
      clearTimeout(timer);
      timer = setTimeout(search, WAIT);
    });
    input.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(search, WAIT); });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (step && options.length) {
        event.preventDefault();
        const places = options.length + 1; // none chosen is one of them, before the first and after the last
        choose((active + 1 + step + places) % places - 1, true);
      } else if (event.key === "Enter") {
        event.preventDefault();
        (options[active] || options[0])?.click();
      } else if (event.key === "Escape") {
        event.preventDefault(); // which would only empty a search field
        dialog.close();
      }
    });
    more.addEventListener("click", () => {
      most += PAGES;
      input.focus();
      search();
    });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => { clearTimeout(timer); latest++; remind(""); });

    const open = (query) => {
      if (!dialog.open) dialog.showModal();
      if (query) input.value = query;
      input.select();
      if (input.value.trim()) search();
      else fetch("map").catch(() => {}); // while the reader types
    };
    return {open};
  };

  (globalThis.atlasSearch ??= {}).dialog = start;
})();
