// Light, dark, or as the system has it. The theme's own switch changes `meta` elements that the browser's colours hang on, as
// each page opens: all elements are styled anew for each of them. This one changes what differs, which is little or nothing.
(() => {
  const form = document.querySelector("form[data-atlas-palette]");
  if (!form) return;
  const options = [...form.querySelectorAll("input")];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const put = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);
  const of = (option, what) => option.getAttribute(`data-md-color-${what}`);

  let chosen = 0;
  const show = () => {
    const option = options[chosen];
    const media = of(option, "media") === "(prefers-color-scheme)" ? `(prefers-color-scheme: ${dark.matches ? "dark" : "light"})` : null;
    const seen = options.find((one) => of(one, "media") === media) ?? option;
    const color = {media: of(option, "media"), scheme: of(seen, "scheme"), primary: of(seen, "primary"), accent: of(seen, "accent")};
    for (const what of ["scheme", "primary", "accent"]) put(document.body, `data-md-color-${what}`, color[what]);
    const scheme = color.scheme === "slate" ? "dark" : "light";
    if (document.documentElement.style.colorScheme !== scheme) document.documentElement.style.colorScheme = scheme;
    options.forEach((one, at) => { one.nextElementSibling.hidden = at !== chosen; });
    return color;
  };
  const choose = (index) => {
    chosen = index;
    __md_set("__palette", {index, color: show()}); // as the theme keeps it: its line in the page reads it before anything is drawn
  };

  try {
    chosen = Math.max(0, Math.min(__md_get("__palette")?.index ?? 0, options.length - 1));
  } catch { /* no storage here: as the system has it */ }
  show();
  dark.addEventListener("change", show);
  options.forEach((option, at) => option.addEventListener("change", () => choose(at)));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const next = options[(chosen + 1) % options.length];
    next.click();
    next.focus();
  });
})();
