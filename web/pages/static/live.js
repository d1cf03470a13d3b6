// Keeps a page up to date. Without this script, the page is the same until somebody loads it again.
"use strict";
(() => {
  const part = document.getElementById("part");
  if (!part || !window.htmx) return;
  const address = part.dataset.events;
  const CONNECTED = 30000, ALONE = 5000, PAUSE = 300, AGAIN = 5000;
  let source = null, last = "", over = false, asked = 0, due = null, ahead = 0;

  // Asks for the part anew, once for everything that comes together; not all pages at one moment.
  const refresh = () => {
    if (due) return;
    due = setTimeout(() => { due = null; asked = Date.now(); htmx.trigger(part, "news"); },
      PAUSE * (1 + Math.random()));
  };
  const connected = () => source !== null && source.readyState === EventSource.OPEN;
  const close = () => { if (source) source.close(); source = null; };
  const open = () => {
    if (source || over || !address || document.hidden) return;
    const from = last ? address.replace(/(\?after=).*/, "$1" + encodeURIComponent(last)) : address;
    source = new EventSource(from);
    source.onmessage = (event) => {
      if (event.lastEventId) last = event.lastEventId;
      if (event.data === "over") { over = true; close(); }
      refresh();
    };
    source.onerror = () => { if (source && source.readyState === EventSource.CLOSED) close(); };
  };

  // A page that nobody sees holds no connection: a browser has few of them for one server.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close(); else { open(); refresh(); }
  });

  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const words = (seconds) => {
    const parts = [];
    for (const [unit, size] of UNITS) {
      const count = Math.floor(seconds / size);
      seconds -= count * size;
      if (count) parts.push(count + " " + unit);
    }
    return parts.slice(0, 2).join(" ") || "0 s";
  };
  const clock = () => {
    const said = part.querySelector("[data-now]");
    if (said) ahead = Date.parse(said.dataset.now) - Date.now();
  };
  const tick = () => {
    const now = Date.now() + ahead;
    for (const each of part.querySelectorAll("[data-at]")) {
      const left = Math.trunc((Date.parse(each.dataset.at) - now) / 1000);
      const text = (left > 0 ? each.dataset.before : each.dataset.over) + " " + words(Math.abs(left));
      if (each.textContent !== text) each.textContent = text;
      if (left <= 0 && each.dataset.late) each.className = each.dataset.late;
    }
    if (!document.hidden && !over && Date.now() - asked > (connected() ? CONNECTED : ALONE)) refresh();
  };

  // What failed is tried again soon, also while the stream is open.
  for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    part.addEventListener(failed, () => { asked = Date.now() - CONNECTED + ALONE; });
  }
  part.addEventListener("htmx:afterSettle", () => { clock(); tick(); });
  clock();
  asked = Date.now();
  open();
  setInterval(tick, 1000);
  setInterval(open, AGAIN);
})();
