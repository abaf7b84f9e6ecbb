// What a term means and what a citation points to, on hover, focus and tap. Without this script both are plain links.
(() => {
  const SELECTOR = "a.atlas-term, .atlas-cite a, a.atlas-remark";
  const tip = document.createElement("div");
  tip.id = "atlas-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  let owner = null;
  let timer = 0;

  const words = (link) => {
    if (link.title) {
      link.dataset.tip = link.title; // the browser's own tooltip would cover ours
      link.removeAttribute("title");
    }
    if (link.dataset.tip) return link.dataset.tip;
    const goal = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return goal ? goal.textContent.replace("↩", "").trim() : "";
  };
  const hide = () => {
    clearTimeout(timer);
    tip.hidden = true;
    owner?.removeAttribute("aria-describedby");
    owner = null;
  };
  const show = (link) => {
    const text = words(link);
    if (!text) return;
    if (owner !== link) hide();
    clearTimeout(timer);
    owner = link;
    tip.textContent = text;
    tip.hidden = false;
    link.setAttribute("aria-describedby", tip.id);
    const at = link.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(8, Math.min(at.left, room - tip.offsetWidth - 8))}px`;
    const below = at.bottom + 6 + tip.offsetHeight < innerHeight;
    tip.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - 6 - tip.offsetHeight)}px`;
  };
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, 200); // long enough to move onto the tooltip and select from it
  };

  const start = () => {
    document.body.append(tip);
    const find = (event) => event.target.closest?.(SELECTOR);
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch") return;
      const link = find(event);
      if (link) show(link);
      else if (tip.contains(event.target)) clearTimeout(timer);
    });
    document.addEventListener("pointerout", (event) => {
      if (event.pointerType !== "touch" && (find(event) || tip.contains(event.target))) leave();
    });
    document.addEventListener("focusin", (event) => (find(event) ? show(find(event)) : tip.contains(event.target) || hide()));
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    addEventListener("scroll", () => owner && (owner === document.activeElement ? show(owner) : hide()), {passive: true});
    let touched = false;
    document.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch" ? owner !== find(event) : false;
    });
    document.addEventListener("click", (event) => {
      const link = find(event);
      if (link && touched) {
        event.preventDefault(); // the first tap explains, the second follows the link
        show(link);
      } else if (!tip.contains(event.target)) hide();
    });
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
