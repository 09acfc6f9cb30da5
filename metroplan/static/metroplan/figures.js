// Pages of figures: a changed picker loads its page, and the page loads itself anew when its
// figures were computed again. Asking stops while nobody is at the page, so that it does not
// keep a session alive.
(function () {
  "use strict";

  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }

  const page = document.querySelector("[data-fingerprint]");
  if (!page) return;
  const every = 5000;
  const patience = 10 * 60 * 1000;
  const { fingerprint, fingerprintUrl } = page.dataset;
  const key = `fingerprint ${location.pathname}${location.search}`;
  let active = Date.now();
  for (const event of ["pointermove", "keydown", "scroll", "focus"]) {
    window.addEventListener(event, () => { active = Date.now(); }, { passive: true });
  }

  async function look() {
    if (document.hidden || Date.now() - active > patience) return;
    const answer = await fetch(fingerprintUrl, { headers: { Accept: "text/plain" } });
    if (!answer.ok || answer.redirected) return;
    const now = await answer.text();
    // Once for each new state, even if the page itself does not follow.
    if (now === fingerprint || sessionStorage.getItem(key) === now) return;
    sessionStorage.setItem(key, now);
    location.reload();
  }

  setInterval(() => look().catch(() => {}), every);
})();
