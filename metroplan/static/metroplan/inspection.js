// An inspection on the spot: instruments are added from a template, photos go up without leaving
// the form, signatures are drawn with the finger. Without this script photos are sent by their form.
(function () {
  "use strict";

  const form = document.getElementById("inspection-form");

  for (const lines of form.querySelectorAll("[data-lines]")) {
    const rows = lines.querySelector("[data-rows]");
    const total = lines.querySelector(`[name=${lines.dataset.lines}-TOTAL_FORMS]`);
    const template = lines.querySelector("template");
    lines.querySelector("[data-add] button").addEventListener("click", () => {
      const box = document.createElement("div");
      box.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
      const row = box.firstElementChild;
      total.value = Number(total.value) + 1;
      rows.append(row);
      window.htmx?.process(row);
      row.querySelector("input").focus();
    });
  }

  // What the ledger says of a chosen instrument is proposed; what is seen on the spot goes before.
  form.addEventListener("change", (event) => {
    if (!event.target.name?.endsWith("-instrument")) return;
    const found = event.target.closest("[data-row]").querySelector("[name$=-found]");
    const chosen = [...event.target.list.options].find((row) => row.value === event.target.value);
    if (chosen && !found.value) found.value = chosen.dataset.found;
  });

  function signature(box) {
    const canvas = box.querySelector("canvas");
    const target = document.getElementById(box.dataset.sign);
    const pen = canvas.getContext("2d");
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = "#16263d";
    let drawing = false;

    function place(event) {
      const frame = canvas.getBoundingClientRect();
      const scale = canvas.width / frame.width;
      return [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
    }

    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...place(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...place(event));
      pen.stroke();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => {
        if (!drawing) return;
        drawing = false;
        target.value = canvas.toDataURL("image/png");
      });
    }
    box.querySelector("[data-clear]").addEventListener("click", () => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      target.value = "";
    });
    // What was signed before a refusal is still there.
    if (target.value) {
      const picture = new Image();
      picture.onload = () => pen.drawImage(picture, 0, 0);
      picture.src = target.value;
    }
  }
  for (const box of form.querySelectorAll("[data-sign]")) signature(box);

  const list = document.getElementById("photo-list");

  async function send(photos) {
    const button = photos.querySelector("button[type=submit]");
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(photos.action, {
        method: "POST",
        body: new FormData(photos),
        headers: { "X-Requested-With": "fetch" },
      });
      list.innerHTML = await answer.text();
      if (answer.ok && photos.id) photos.reset();
    } catch {
      list.append(document.body.dataset.unreachable);
    }
    button.removeAttribute("aria-busy");
  }
  document.addEventListener("submit", (event) => {
    const photos = event.target;
    if (photos.id !== "photo-form" && !("photo" in photos.dataset)) return;
    event.preventDefault();
    send(photos);
  }, true);
})();
