// A grid of input fields that moves like a spreadsheet and takes a block pasted from one.
// `cells` holds rows of inputs, null where nothing is asked; `inputs` the same in reading order.
// `changed()` is called after a change made here; `pasted(undo, leftOut)` tells of a paste: pairs of
// input and text before, and how many values fell outside the cells.
"use strict";

window.metroplanCells = function ({ form, inputs, cells, changed, pasted }) {
  const LAST = 3;

  // ---- moving as in a spreadsheet

  function placeOf(input) {
    const row = cells.findIndex((line) => line.includes(input));
    return [row, cells[row].indexOf(input)];
  }

  // The nearest cell of a row to a column; the last column, the notes, stays among itself.
  function nearest(row, column) {
    const asked = [...(cells[row] ?? []).keys()].filter((at) => cells[row][at]);
    const figures = asked.filter((at) => (at === LAST) === (column === LAST));
    const byDistance = (figures.length ? figures : asked).sort(
      (one, two) => Math.abs(one - column) - Math.abs(two - column),
    );
    return cells[row]?.[byDistance[0]];
  }

  // Lines in which nothing is asked are passed over.
  function lineBeside(row, step, column) {
    let at = row + step;
    while (cells[at] && !cells[at].some(Boolean)) at += step;
    return nearest(at, column);
  }

  function beside(input, step) {
    const at = inputs.indexOf(input) + step;
    return inputs[at];
  }

  function go(input) {
    if (!input) return false;
    input.focus();
    input.select();
    return true;
  }

  // Left and right move on only from the end of a text, or from one that is wholly selected.
  function leaves(input, step) {
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    if (whole) return true;
    const edge = step < 0 ? 0 : input.value.length;
    return input.selectionStart === edge && input.selectionEnd === edge;
  }

  function target(input, event) {
    const [row, column] = placeOf(input);
    switch (event.key) {
      case "ArrowUp":
        return lineBeside(row, -1, column);
      case "ArrowDown":
        return lineBeside(row, 1, column);
      case "Enter":
        return lineBeside(row, event.shiftKey ? -1 : 1, column);
      case "ArrowLeft":
        return leaves(input, -1) ? beside(input, -1) : null;
      case "ArrowRight":
        return leaves(input, 1) ? beside(input, 1) : null;
      default:
        return null;
    }
  }

  let before = "";
  form.addEventListener("focusin", (event) => {
    if (event.target.dataset.part) before = event.target.value;
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.dataset?.part || event.isComposing) return;
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Escape" && input.value !== before) {
      input.value = before;
      changed();
    } else if (event.key === "F2") {
      input.setSelectionRange(input.value.length, input.value.length);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && go(target(input, event))) {
      event.preventDefault();
    }
  });

  // ---- pasting a block

  // The rows of what a spreadsheet puts on the clipboard; a cell with a tab, a line break or a
  // quotation mark in it stands in quotation marks, with those inside doubled.
  function rowsOf(copied) {
    const rows = [[]];
    const cell = /"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*)/y;
    const whole = copied.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let at = 0; at <= whole.length; at += 1) {
      cell.lastIndex = at;
      const found = cell.exec(whole);
      const quoted = found[1]?.replaceAll('""', '"').replace(/\s*\n\s*/g, " ");
      rows.at(-1).push((quoted ?? found[2]).trim());
      at = cell.lastIndex;
      if (whole[at] === "\n") rows.push([]);
    }
    return rows;
  }

  form.addEventListener("paste", (event) => {
    const input = event.target;
    if (!input.dataset?.part) return;
    const copied = event.clipboardData.getData("text/plain");
    if (!/[\t\r\n]/.test(copied)) return;
    event.preventDefault();
    pasteBlock(input, rowsOf(copied));
  });

  function pasteBlock(input, block) {
    const [top, left] = placeOf(input);
    const undo = [];
    let leftOut = 0;
    block.forEach((row, down) => {
      row.forEach((copied, right) => {
        const cell = cells[top + down]?.[left + right];
        if (cell && !cell.readOnly) {
          undo.push([cell, cell.value]);
          cell.value = copied;
        } else if (copied) leftOut += 1;
      });
    });
    changed();
    pasted(undo, leftOut);
  }
};
