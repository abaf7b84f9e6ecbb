// “这里有误” beside each heading, and whatever is selected on the page as the sentence in question.
// Without this script the link below the page's heading names the page.
(() => {
  const LONGEST = 300;
  const content = document.querySelector(".md-content");
  const whole = content?.querySelector("a.atlas-report");
  if (!whole) return;
  const start = whole.href;
  const headings = [...content.querySelectorAll("h2[id], h3[id]")];

  const words = (heading) => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll(".headerlink, .atlas-report").forEach((link) => link.remove());
    return copy.textContent.trim();
  };
  const before = (node) => headings.filter((one) => one.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
  const fill = (link, heading, selection = null) => {
    const text = selection?.toString().trim();
    const chosen = text && content.contains(selection.anchorNode) ? text.slice(0, LONGEST) : "";
    const section = chosen ? before(selection.anchorNode) : heading;
    const url = new URL(start);
    if (section) {
      url.searchParams.set("page", `${url.searchParams.get("page")}#${section.id}`);
      url.searchParams.set("section", words(section));
    }
    if (chosen) url.searchParams.set("quote", chosen);
    link.href = url.href;
  };
  const offer = (link, heading) => {
    // The finger or the key comes before the browser reads the address, and before a press clears the selection.
    for (const name of ["pointerdown", "keydown", "contextmenu"]) link.addEventListener(name, () => fill(link, heading, getSelection()));
  };

  offer(whole, null);
  const add = (heading) => {
    const link = document.createElement("a");
    link.className = "atlas-report atlas-report-here";
    link.rel = "noopener";
    link.textContent = "有误？";
    link.setAttribute("aria-label", `有误？这一节：${words(heading)}`);
    const mark = heading.querySelector(".headerlink");
    mark ? mark.before(link) : heading.append(link);
    fill(link, heading);
    offer(link, heading);
  };
  atlasLater(() => headings.forEach(add));
})();
