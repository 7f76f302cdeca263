// Small comforts only: every page works without this file.
"use strict";

(() => {
  const WAIT_SHOWN_AFTER_MS = 1000;

  // The reader of a refused form lands on what went wrong, not on the masthead.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;

    // "Leave quickly": the page is gone before the network answers.
    if (form.matches("[data-leave]")) {
      document.body.hidden = true;
      document.title = form.dataset.leave;
      return;
    }

    // A slow network must not turn one tap into two records.
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => {
      const bar = document.createElement("progress");
      bar.className = "wait";
      bar.setAttribute("aria-label", document.body.dataset.waiting || "");
      document.body.append(bar);
    }, WAIT_SHOWN_AFTER_MS);
  });

  // Coming back with the back button: the form may be sent again, and the bar is over.
  window.addEventListener("pageshow", () => {
    document.body.hidden = false;
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
    document.querySelectorAll(".wait").forEach((bar) => bar.remove());
  });
})();
