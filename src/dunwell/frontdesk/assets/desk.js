// Keys. Everything works without this: it only moves the focus or follows a link.
"use strict";
(() => {
  let go = false;
  const writing = (el) => el && (el.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") || el.isContentEditable);
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && document.activeElement) { document.activeElement.blur(); return; }
    if (writing(document.activeElement)) return;
    const key = event.key;
    if (go) {
      go = false;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (key === "g") { go = true; return; }
    if (key === "j") { event.preventDefault(); step(1); return; }
    if (key === "k") { event.preventDefault(); step(-1); return; }
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (found) {
      event.preventDefault();
      const fold = found.closest("details");
      if (fold) fold.open = true;
      found.focus();
    }
  });
  // A form that was sent is not sent twice by a second press.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (!event.submitter || !event.submitter.hasAttribute("hx-post")) form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
  // Only the fields that an outcome needs are shown.
  const choose = (select) => document.querySelectorAll("[data-for]").forEach((el) => {
    el.hidden = !el.dataset.for.split(" ").includes(select.value);
  });
  document.querySelectorAll("select[data-chooses]").forEach((select) => {
    choose(select);
    select.addEventListener("change", () => choose(select));
  });
  document.querySelectorAll("select[data-sends]").forEach((select) => {
    select.addEventListener("change", () => select.form.requestSubmit());
  });
})();
