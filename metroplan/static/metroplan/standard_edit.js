// The lines of a standard: rows are added from a template and removed with a mark, and instrument
// kinds are chosen by typing. Without this script one spare row and plain lists serve.
(function () {
  "use strict";

  const form = document.getElementById("standard-form");

  function removable(row) {
    const mark = row.querySelector(".mp-row__remove input");
    const box = mark.closest(".mp-row__remove");
    const note = document.createElement("p");
    note.className = "text-secondary";
    note.textContent = form.dataset.removed;
    note.hidden = !mark.checked;
    row.append(note);
    const show = () => {
      note.hidden = !mark.checked;
      for (const part of row.children) {
        if (part !== box && part !== note) part.hidden = mark.checked;
      }
    };
    mark.addEventListener("change", show);
    show();
  }

  // A text field with suggestions in front of the list; what is chosen stands above as marks.
  function choosing(select) {
    const options = [...select.options];
    const label = form.querySelector(`label[for="${select.id}"]`);
    const chips = document.createElement("div");
    chips.className = "mp-chips";
    const input = document.createElement("input");
    input.className = "form-control";
    input.autocomplete = "off";
    input.id = `${select.id}-typed`;
    const list = document.createElement("datalist");
    list.id = `${select.id}-list`;
    input.setAttribute("list", list.id);
    if (label) label.htmlFor = input.id;

    function draw() {
      chips.replaceChildren(
        ...options.filter((option) => option.selected).map((option) => {
          const chip = document.createElement("span");
          chip.className = "mp-chip";
          chip.textContent = option.text;
          const away = document.createElement("button");
          away.type = "button";
          away.textContent = "×";
          away.setAttribute("aria-label", `× ${option.text}`);
          away.addEventListener("click", () => {
            option.selected = false;
            draw();
            input.focus();
          });
          chip.append(away);
          return chip;
        })
      );
      list.replaceChildren(
        ...options.filter((option) => !option.selected).map((option) => new Option("", option.text))
      );
    }

    function take() {
      const text = input.value.trim();
      const left = options.filter((option) => !option.selected);
      const found = left.find((option) => option.text === text);
      if (!found) return false;
      found.selected = true;
      input.value = "";
      draw();
      return true;
    }

    input.addEventListener("input", take);
    input.addEventListener("change", take);
    input.addEventListener("keydown", (event) => {
      // Here Enter chooses; it must not send a form that is half filled in.
      if (event.key !== "Enter") return;
      event.preventDefault();
      const text = input.value.trim();
      if (!text) return;
      const left = options.filter((option) => !option.selected && option.text.includes(text));
      if (left.length) {
        input.value = left[0].text;
        take();
      }
    });
    select.hidden = true;
    select.before(chips, input, list);
    draw();
  }

  function prepare(row) {
    removable(row);
    for (const select of row.querySelectorAll("[data-kinds] select")) choosing(select);
  }

  for (const section of form.querySelectorAll("[data-lines]")) {
    const prefix = section.dataset.lines;
    const total = form.elements[`${prefix}-TOTAL_FORMS`];
    const rows = section.querySelector("[data-rows]");
    const template = section.querySelector("template");
    const add = section.querySelector("[data-add]");

    // The spare row is for browsers without script, unless something stands in it already.
    const spare = rows.lastElementChild;
    const blank = (field) =>
      field.type === "hidden" || field.type === "checkbox" ? !field.checked && !(field.type === "hidden" && field.value)
        : field.tagName === "SELECT" ? true : !field.value;
    if (spare && !spare.querySelector(".is-invalid") && [...spare.querySelectorAll("input, select")].every(blank)) {
      spare.remove();
      total.value = rows.children.length;
    }
    for (const row of rows.children) prepare(row);

    add.hidden = false;
    add.querySelector("button").addEventListener("click", () => {
      const part = document.createElement("div");
      part.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
      const row = part.firstElementChild;
      rows.append(row);
      total.value = Number(total.value) + 1;
      prepare(row);
      if (window.htmx) window.htmx.process(row);
      row.querySelector("input:not([type=hidden]), select")?.focus();
    });
  }

  form.querySelector(".is-invalid")?.focus();
})();
