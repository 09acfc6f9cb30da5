// Narrows a long list of boxes to tick as one types; ticked ones stay in sight.
"use strict";

document.querySelectorAll("[data-kinds]").forEach((field) => {
  const filter = field.querySelector("[data-kinds-filter]");
  const lines = [...field.querySelectorAll(".form-check")];
  const narrow = () => {
    const wanted = filter.value.trim().toLowerCase();
    lines.forEach((line) => {
      const ticked = line.querySelector("input").checked;
      line.hidden = !ticked && !line.textContent.toLowerCase().includes(wanted);
    });
  };
  filter.hidden = false;
  filter.addEventListener("input", narrow);
});
