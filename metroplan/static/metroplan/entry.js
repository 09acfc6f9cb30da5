// The browser form: asks the server what is wrong while one types, and keeps a draft that two windows
// cannot overwrite for each other. How its cells move and take a pasted block is in entry_cells.js.
(function () {
  "use strict";

  const form = document.querySelector("[data-entry]");
  if (!form) return;
  const CHECK_AFTER = 500;
  const SAVE_AFTER = 1200;
  const RETRY_AFTER = 8000;
  const COLUMNS = ["value", "numerator", "denominator", "note"];

  const inputs = [...form.querySelectorAll("input[data-part]")];
  const lines = [...form.querySelectorAll("[data-line]")];
  const cells = lines.map((line) =>
    COLUMNS.map((part) => line.querySelector(`input[data-part="${part}"]`)),
  );
  const state = form.querySelector("[data-state]");
  const say = document.getElementById("entry-say");
  const field = (name) => form.elements[name];
  const keyOf = (input) => input.name.slice(input.name.indexOf(".") + 1);
  const lineOf = (input) => input.closest("[data-line]");
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  function text(name, values = {}) {
    return form.dataset[`text${name}`].replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function announce(kind, sentence, ...more) {
    const box = element("div", { className: `alert alert-${kind}` }, sentence, ...more);
    say.replaceChildren(box);
  }

  for (const hint of form.querySelectorAll("[data-only-script]")) hint.hidden = false;
  for (const button of form.querySelectorAll("[data-take], [data-keep]")) button.hidden = false;
  form.classList.add("entry--script");

  // ---- what differs between this window and the server

  // What the server holds, by field; undefined where that is not known.
  const kept = new Map(
    inputs.map((input) => [input.name, "dirty" in form.dataset ? undefined : input.value]),
  );
  // Fields where somebody else wrote another value, until one of the two is chosen.
  const conflicts = new Map();
  if ("conflict" in form.dataset) {
    for (const other of form.querySelectorAll("[data-other]")) {
      conflicts.set(other.dataset.other, other.dataset.text);
    }
  }

  const outgoing = (input) => conflicts.get(input.name) ?? input.value;
  const isDirty = () => inputs.some((input) => outgoing(input) !== kept.get(input.name));

  function payload() {
    const typed = {};
    for (const input of inputs) {
      (typed[keyOf(input)] ??= {})[input.dataset.part] = outgoing(input);
    }
    return typed;
  }

  function typedNow() {
    const typed = {};
    for (const input of inputs) (typed[keyOf(input)] ??= {})[input.dataset.part] = input.value;
    return typed;
  }

  async function post(url, typed) {
    const body = {
      base: Number(field("base").value),
      revision: Number(field("revision").value),
      lines: typed,
    };
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
    });
    if (answer.redirected) throw new Error(text("SignedOut"));
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      throw new Error(document.body.dataset.failed);
    }
    return [answer.status, await answer.json()];
  }

  const reason = (error) =>
    error instanceof TypeError ? document.body.dataset.unreachable : error.message;

  // ---- the draft

  let saveTimer = 0;
  let saving = null;

  function saveSoon(after = SAVE_AFTER) {
    clearTimeout(saveTimer);
    saveTimer = setTimeout(save, after);
  }

  async function save() {
    clearTimeout(saveTimer);
    while (saving) await saving;
    if (!isDirty()) return true;
    saving = send();
    try {
      return await saving;
    } finally {
      saving = null;
    }
  }

  async function send() {
    const typed = payload();
    state.textContent = text("Saving");
    try {
      const [status, answer] = await post(form.dataset.draft, typed);
      if (status === 409 && answer.lines) return merge(answer);
      if (status !== 200) throw new Error(answer.message);
      field("base").value = answer.base;
      field("revision").value = answer.revision;
      for (const input of inputs) kept.set(input.name, typed[keyOf(input)][input.dataset.part]);
      state.textContent = text("Saved", { time: answer.saved_at.slice(11, 16) });
      if (isDirty()) saveSoon();
      return true;
    } catch (error) {
      state.textContent = text("Failed", { why: reason(error) });
      saveSoon(RETRY_AFTER);
      return false;
    }
  }

  // Somebody else saved meanwhile. What only one side changed is taken from that side; what both
  // changed differently is shown twice, and somebody chooses.
  function merge(answer) {
    for (const input of inputs) {
      const theirs = answer.lines[keyOf(input)]?.[input.dataset.part] ?? "";
      const before = kept.get(input.name);
      const unsettled = conflicts.has(input.name);
      clearOther(input.name);
      if (theirs !== input.value && (theirs !== before || unsettled)) {
        if (before !== undefined && input.value === before) input.value = theirs;
        else showOther(input, theirs);
      }
      kept.set(input.name, theirs);
    }
    field("base").value = answer.base;
    field("revision").value = answer.revision;
    if (!answer.drafted) field("expected_version").value = answer.version;
    const who = { who: answer.changed_by, time: answer.changed_at.slice(11, 16) };
    const name = conflicts.size ? "Conflict" : "Merged";
    announce("warning", text(name, { ...who, n: conflicts.size }));
    state.textContent = text("Unsaved");
    saveSoon(0);
    checkSoon();
    return false;
  }

  function showOther(input, theirs) {
    conflicts.set(input.name, theirs);
    const line = lineOf(input);
    const shown = text("Other", { text: theirs || text("Blank") });
    const item = element("li", {}, `${input.getAttribute("aria-label").split(" · ").pop()} · ${shown} `);
    item.dataset.other = input.name;
    item.dataset.text = theirs;
    for (const [act, name] of [["take", "Take"], ["keep", "Keep"]]) {
      const button = element("button", { type: "button", className: "btn btn-sm" }, text(name));
      button.dataset[act] = "";
      item.append(button, " ");
    }
    line.querySelector("[data-others]").append(item);
    refreshSaid(line);
  }

  function clearOther(name) {
    conflicts.delete(name);
    const item = form.querySelector(`[data-other="${CSS.escape(name)}"]`);
    const line = item?.closest("[data-line]");
    item?.remove();
    if (line) refreshSaid(line);
  }

  form.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-take], [data-keep]");
    if (!choice) return;
    const { other, text: theirs } = choice.closest("[data-other]").dataset;
    const input = field(other);
    if ("take" in choice.dataset) input.value = theirs;
    clearOther(other);
    input.focus();
    changed();
  });

  function refreshSaid(line) {
    const row = line.querySelector(".entry-said");
    row.hidden = !row.querySelector("li, p");
  }

  // ---- what is wrong, said by the server

  let checkTimer = 0;
  let checks = 0;

  function checkSoon() {
    clearTimeout(checkTimer);
    checkTimer = setTimeout(check, CHECK_AFTER);
  }

  async function check() {
    const turn = ++checks;
    try {
      const [status, answer] = await post(form.dataset.check, typedNow());
      if (status === 200 && turn === checks) showFound(answer);
    } catch {
      // Saving says that the server is away, and the next key asks again.
    }
  }

  function showFound(answer) {
    for (const line of lines) {
      const issues = answer.issues.filter((issue) => issue.key === line.dataset.line);
      const read = answer.understood[line.dataset.line] ?? "";
      line.querySelector("[data-issues]").replaceChildren(
        ...issues.map((issue) =>
          element("li", { className: `entry-issue entry-issue--${issue.severity}` }, issue.message),
        ),
        ...readAs(line, read),
      );
      for (const input of line.querySelectorAll("input[data-part]")) mark(input, issues);
      refreshSaid(line);
    }
    const found = answer.issues.filter((issue) => issue.key);
    count("errors", "Errors", found.filter((issue) => issue.severity === "error").length);
    count("warnings", "Warnings", found.filter((issue) => issue.severity === "warning").length);
  }

  // A ratio shows its percentage in the grey cell; a number is repeated only where it reads otherwise.
  function readAs(line, read) {
    const output = line.querySelector("[data-read]");
    if (output) {
      output.textContent = read.split(" (")[0];
      return [];
    }
    const typed = line.querySelector("input[data-part=value]")?.value ?? "";
    const plain = (shown) => shown.replace(/[,\s]/g, "").toLowerCase();
    if (!read || !/\d/.test(read) || plain(read) === plain(typed)) return [];
    return [element("li", { className: "entry-read" }, text("Read", { text: read }))];
  }

  function mark(input, issues) {
    const about = issues.filter((issue) => !issue.part || issue.part === input.dataset.part);
    const faulty = about.some((issue) => issue.severity === "error");
    input.classList.toggle("is-invalid", faulty);
    input.classList.toggle("entry-warned", !faulty && about.length > 0);
    if (faulty) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  function count(place, name, n) {
    const badge = form.querySelector(`[data-${place}]`);
    badge.hidden = !n;
    badge.textContent = text(name, { n });
  }

  function countFilled() {
    const n = cells.filter((row) => row.slice(0, 3).some((input) => input?.value.trim())).length;
    const all = cells.filter((row) => row.some(Boolean)).length;
    form.querySelector("[data-filled]").textContent = text("Filled", { n, all });
  }

  function changed() {
    document.getElementById("entry-errors")?.remove();
    if (isDirty()) state.textContent = text("Unsaved");
    countFilled();
    saveSoon();
    checkSoon();
  }

  form.addEventListener("input", (event) => {
    if (event.target.dataset.part) changed();
  });

  form.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]")?.dataset.fill;
    if (fill === undefined) return;
    const parts = [...event.target.closest("[data-line]").querySelectorAll("input[data-part]")];
    const figures = parts.filter((input) => input.dataset.part !== "note");
    for (const input of fill === "/" ? figures : figures.slice(0, 1)) input.value = fill;
    figures.at(-1).focus();
    changed();
  });

  window.metroplanCells({ form, inputs, cells, changed, pasted: tellPasted });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });

  function tellPasted(undo, leftOut) {
    const button = element("button", { type: "button", className: "btn btn-sm ms-2" }, text("Undo"));
    button.addEventListener("click", () => {
      for (const [cell, value] of undo) cell.value = value;
      say.replaceChildren();
      undo[0]?.[0].focus();
      changed();
    });
    const more = leftOut ? ` ${text("LeftOut", { n: leftOut })}` : "";
    announce(leftOut ? "warning" : "info", text("Pasted", { n: undo.length }) + more, button);
  }

  // ---- evidence

  async function sendEvidence(box, url, body) {
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" },
        body,
      });
      if (answer.redirected) throw new Error(text("SignedOut"));
      if (answer.status >= 500 || answer.status === 403) {
        throw new Error(document.body.dataset.failed);
      }
      const held = element("div", { innerHTML: await answer.text() });
      box.replaceWith(held.querySelector("[data-evidence]"));
    } catch (error) {
      announce("danger", reason(error));
      box.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("change", (event) => {
    const file = event.target.files?.[0];
    if (!file) return;
    const box = event.target.closest("[data-evidence]");
    if (file.size > Number(form.dataset.maxBytes)) {
      announce("danger", text("TooLarge"));
      event.target.value = "";
      return;
    }
    const body = new FormData();
    body.append("evidence", box.dataset.evidence);
    body.append(event.target.name, file);
    sendEvidence(box, form.dataset.evidenceUrl, body);
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    event.preventDefault();
    sendEvidence(button.closest("[data-evidence]"), button.formAction, new FormData());
  });

  // ---- taking over, and leaving

  let leaving = false;

  // The draft goes first: what somebody else changed is looked at here before it is taken over.
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-take-over]");
    if (!button || leaving || (!isDirty() && !saving)) return;
    event.preventDefault();
    if (!(await save())) return;
    leaving = true;
    form.requestSubmit(button);
  });

  window.addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) leaving = true;
  });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });

  countFilled();
  if (inputs.some((input) => input.value)) check();
  if (isDirty()) saveSoon(0);
  document.getElementById("entry-errors")?.focus();
})();
