// Opens the search: by its button, by a key, by `?q=` in the address. On a page that a result led to it marks what was found.
// All else, the index too, is loaded when the reader searches.
(() => {
  const button = document.querySelector(".atlas-search-open");
  if (!button) return;

  const loaded = new Map();
  /** Runs a script once, in the order asked for; asked again after a failure, it tries again. */
  const script = (source) => {
    if (!loaded.has(source)) {
      loaded.set(source, new Promise((resolve, reject) => {
        const element = Object.assign(document.createElement("script"), {src: source, async: false, onload: resolve});
        element.onerror = () => { element.remove(); loaded.delete(source); reject(new Error(source)); };
        document.head.append(element);
      }));
    }
    return loaded.get(source);
  };

  let ready;
  const load = () => {
    if (ready) return ready;
    const index = new URL(button.dataset.index, location.href).href, root = new URL("../../", index).href;
    const style = Object.assign(document.createElement("link"), {rel: "stylesheet", href: root + "assets/search/dialog.css"});
    const styled = new Promise((resolve) => { style.onload = style.onerror = resolve; });
    document.head.append(style);
    const piece = (name) => script(`${index}${name}.js`);
    ready = Promise.all([script(root + "assets/search/engine.js"), script(root + "assets/search/dialog.js"), styled])
      .then(() => window.atlasSearch.dialog(piece, root));
    piece("map").catch(() => {}); // at the same time; whoever needs it asks again
    ready.catch(() => { ready = undefined; }); // the line may be back when the reader tries again
    return ready;
  };

  const open = (query = "") => {
    button.setAttribute("aria-busy", "true");
    load().then((dialog) => dialog.open(query)).catch(() => {}).finally(() => button.removeAttribute("aria-busy"));
  };

  const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox";
  button.addEventListener("click", () => open());
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase(), isChord = event.ctrlKey || event.metaKey;
    if (event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (isChord ? key === "k" : "/sf".includes(key) && key.length === 1 && !isTyping(event.target)) {
      event.preventDefault();
      open();
    }
  });

  const asked = new URLSearchParams(location.search).get("q");
  if (asked) open(asked);

  // What the search left for this page: the words to mark. A highlight changes nothing in the page itself.
  const mark = () => {
    const left = JSON.parse(sessionStorage.getItem("atlas-search") || "null");
    sessionStorage.removeItem("atlas-search");
    if (!left || left.page !== location.pathname || !window.Highlight) return;
    const article = document.querySelector("article"), found = new Highlight();
    const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.data.toLowerCase();
      for (const word of left.words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(texts.currentNode, at);
          range.setEnd(texts.currentNode, at + word.length);
          found.add(range);
        }
      }
    }
    article.classList.add("atlas-marked");
    CSS.highlights.set("atlas-search", found);
  };
  try { mark(); } catch { /* no storage here: the page is whole without marks */ }
})();
