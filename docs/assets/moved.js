// Follows what moved at once and keeps the anchor; without it, the reader follows a link (see scripts/atlas/moved.py).
(() => {
  "use strict";
  const { to, anchors } = document.currentScript.dataset;
  if (to) {
    // A page that was left behind.
    const asked = decodeURIComponent(location.hash.slice(1));
    const known = anchors ? JSON.parse(anchors) : {};
    const target = Object.hasOwn(known, asked) ? known[asked] : to.includes("#") || !location.hash ? to : to + location.hash;
    location.replace(target);
    return;
  }
  // A heading that was: its line at the end of the page.
  const follow = () => {
    const line = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const link = line && line.closest(".atlas-moved") && line.querySelector("a[href]");
    if (link) location.replace(link.href);
  };
  addEventListener("hashchange", follow);
  follow();
})();
