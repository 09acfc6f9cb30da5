// What every page needs: htmx sends the CSRF token, problems of partial updates are said aloud,
// a form is not sent twice, and `data-confirm` asks before a dangerous act.
(function () {
  "use strict";

  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });

  function say(text) {
    const box = document.createElement("div");
    box.className = "alert alert-danger";
    box.setAttribute("role", "alert");
    box.textContent = text;
    document.getElementById("mp-messages").replaceChildren(box);
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    // 422 carries the form with its errors; it replaces the form as a good answer would.
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", () => say(document.body.dataset.failed));
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.unreachable));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // The language switch comes back to where partial updates have led meanwhile.
    if (form.dataset.here) form.elements.next.value = location.pathname + location.search;
    if (form.method !== "post" || event.defaultPrevented) return;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });

  // A page that comes back from the browser's own cache may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    }
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      source.select();
      // The clipboard is closed to plain http on an intranet; there the text stays selected.
      if (navigator.clipboard) await navigator.clipboard.writeText(source.value);
      button.textContent = button.dataset.copied;
    });
  }

  for (const link of document.querySelectorAll("[data-back]")) {
    link.addEventListener("click", (event) => {
      if (window.history.length < 2) return;
      event.preventDefault();
      window.history.back();
    });
  }

  const tab = document.querySelector(".mp-tab--here");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (window.innerWidth - tab.offsetWidth) / 2;

  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
})();
