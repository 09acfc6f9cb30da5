// The review queue: tick all forms of the page at once, and see how many are ticked.
(function () {
  "use strict";

  const form = document.querySelector("[data-ticks]");
  if (!form) return;
  const ticks = [...form.querySelectorAll("input[name=item]")];
  const all = form.querySelector("[data-tick-all]");
  const count = form.querySelector("[data-ticked]");

  for (const hint of form.querySelectorAll("[data-only-script]")) hint.hidden = !ticks.length;

  function show() {
    const ticked = ticks.filter((tick) => tick.checked).length;
    all.checked = ticked > 0 && ticked === ticks.length;
    all.indeterminate = ticked > 0 && ticked < ticks.length;
    count.textContent = ticked;
    count.hidden = !ticked;
  }

  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  // A browser may bring ticks back with the page.
  window.addEventListener("pageshow", show);
})();
