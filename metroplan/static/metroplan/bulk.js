// Sending a large file: how much is sent is shown while it goes, and it can be stopped.
(function () {
  "use strict";

  const form = document.querySelector("[data-bulk]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const refusal = form.querySelector("[data-refusal]");
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const percents = sending.querySelector("[data-percents]");
  const button = form.querySelector("button[type=submit]");

  input.addEventListener("change", () => {
    const tooLarge = input.files[0]?.size > Number(form.dataset.maxBytes);
    refusal.textContent = tooLarge ? form.dataset.tooLarge : "";
    if (tooLarge) input.value = "";
  });

  function show(share) {
    bar.value = Math.floor(100 * share);
    percents.textContent = `${bar.value}%`;
  }

  function rest(text) {
    sending.hidden = true;
    button.disabled = false;
    delete form.dataset.sent;
    refusal.textContent = text;
  }

  function answered(request) {
    if (request.status === 200 && !request.responseURL.endsWith(location.pathname)) {
      location.assign(request.responseURL);
      return;
    }
    // The page with what is wrong, as it would have come without this script.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const said = page.querySelector("#problem p, .invalid-feedback p");
    rest(said ? said.textContent : form.dataset.broken);
  }

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) show(sent.loaded / sent.total);
    });
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => rest(form.dataset.broken));
    request.addEventListener("abort", () => rest(""));
    sending.querySelector("[data-stop]").onclick = () => request.abort();
    refusal.textContent = "";
    sending.hidden = false;
    button.disabled = true;
    show(0);
    request.send(new FormData(form));
  });
})();
