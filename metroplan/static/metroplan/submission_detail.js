// The upload box: a file may be dropped on it, and one that is too large is refused before it is sent.
(function () {
  "use strict";

  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const refusal = form.querySelector("[data-refusal]");

  for (const hint of form.querySelectorAll("[data-only-script]")) hint.hidden = false;

  function check() {
    const tooLarge = input.files[0]?.size > Number(form.dataset.maxBytes);
    refusal.textContent = tooLarge ? form.dataset.tooLarge : "";
    if (tooLarge) input.value = "";
  }
  input.addEventListener("change", check);

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("sub-drop--over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    drop.addEventListener(kind, () => drop.classList.remove("sub-drop--over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    check();
  });

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const button = form.querySelector("[data-busy]");
    button.textContent = button.dataset.busy;
  });
})();
