// The grid of readings: more lines on request, Enter goes down, and a block copied from a
// spreadsheet fills the cells from where it is pasted. Without this script the lines shown serve.
(function () {
  "use strict";

  const TEN = 10;
  const MOST = 2000;
  const table = document.querySelector("[data-readings]");
  if (!table) return;
  const body = table.tBodies[0];
  const more = document.querySelector("[data-more]");

  function addLine() {
    const line = body.rows[0].cloneNode(true);
    const place = body.rows.length + 1;
    line.cells[0].textContent = place;
    for (const input of line.querySelectorAll("input")) {
      input.value = "";
      const first = body.rows[0].querySelector(`[name="${input.name}"]`);
      input.setAttribute("aria-label", first.getAttribute("aria-label").replace("1", place));
    }
    body.append(line);
  }

  function ensure(count) {
    while (body.rows.length < Math.min(count, MOST)) addLine();
  }

  function cell(row, column) {
    return body.rows[row]?.querySelectorAll("input")[column];
  }

  function placeOf(input) {
    const row = input.closest("tr");
    return [row.sectionRowIndex, [...row.querySelectorAll("input")].indexOf(input)];
  }

  function changed() {
    table.dispatchEvent(new CustomEvent("mp:readings", { bubbles: true }));
  }

  body.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [row, column] = placeOf(event.target);
    const lines = text.split(/\r?\n/).map((line) => line.split("\t"));
    ensure(row + lines.length);
    lines.forEach((values, down) =>
      values.forEach((value, right) => {
        const target = cell(row + down, column + right);
        if (target) target.value = value.trim();
      }),
    );
    changed();
  });

  body.addEventListener("keydown", (event) => {
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const [row, column] = placeOf(event.target);
    if (row + step === body.rows.length && event.target.value) ensure(row + step + 1);
    const next = cell(row + step, column);
    next?.focus();
    next?.select();
  });

  document.getElementById("id_sample_size")?.addEventListener("change", (event) => {
    ensure(Number(event.target.value) || 0);
  });

  more.hidden = false;
  more.addEventListener("click", () => ensure(body.rows.length + TEN));
})();
