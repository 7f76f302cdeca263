// Small comforts only: every page works without this file.
"use strict";

(() => {
  const WAIT_SHOWN_AFTER_MS = 1000;
  // An answer that is a file leaves the page standing: it must not stay blocked.
  const FORGOTTEN_AFTER_MS = 15000;
  // A slow line answers within this; then it counts as dead, and what she wrote stays.
  const PATIENCE_MS = 8000;
  const words = document.body.dataset;
  let waiting = 0;

  function removeAll(selector) {
    document.querySelectorAll(selector).forEach((element) => element.remove());
  }

  function showBarIfSlow() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      removeAll(".wait");
      const bar = document.createElement("progress");
      bar.className = "wait";
      bar.setAttribute("aria-label", words.waiting);
      document.body.append(bar);
      waiting = setTimeout(() => removeAll(".wait"), FORGOTTEN_AFTER_MS);
    }, WAIT_SHOWN_AFTER_MS);
  }

  function sayOffline(form) {
    removeAll(".offline");
    const notice = document.createElement("p");
    notice.className = "notice soon offline";
    notice.setAttribute("role", "alert");
    notice.textContent = words.offline;
    form.append(notice);
  }

  function isWritten(form) {
    if (form.querySelector("input[type=password]")) return false;
    return [...form.elements].some(
      (one) => (one.matches("textarea") || one.type === "text") && one.value.trim() && !one.readOnly,
    );
  }

  async function sendWhenAnswered(form, button) {
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    showBarIfSlow();
    const asked = new AbortController();
    const patience = setTimeout(() => asked.abort(), PATIENCE_MS);
    let answered = false;
    try {
      // Any answer will do, a refusal too: it is the line that is asked after.
      // Without cookies: the answer must not take away the session that a form still speaks of.
      await fetch(words.alive, {
        method: "HEAD",
        cache: "no-store",
        credentials: "omit",
        signal: asked.signal,
      });
      answered = true;
    } catch {
      clearTimeout(waiting);
      removeAll(".wait");
      sayOffline(form);
    }
    clearTimeout(patience);
    delete form.dataset.asking;
    if (!answered) return;
    removeAll(".offline");
    form.dataset.answered = "yes";
    form.requestSubmit(button);
  }

  function say(input, text) {
    removeAll(".said");
    const error = document.createElement("div");
    error.className = "error said";
    error.setAttribute("role", "alert");
    error.textContent = text;
    input.before(error);
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }

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
    // A file that would be refused is not carried over a slow network first.
    const file = form.querySelector("input[type=file]");
    const most = Number(form.dataset.mostBytes || 0);
    if (most && file && [...file.files].some((one) => one.size > most)) {
      event.preventDefault();
      say(file, form.dataset.tooLarge);
      return;
    }
    // Without a network the browser would show its own page in place of what she wrote.
    if (!navigator.onLine) {
      event.preventDefault();
      sayOffline(form);
      return;
    }
    // A line may be dead though the phone says it has one: words are sent when the site answers.
    if (form.method === "post" && !form.dataset.answered && isWritten(form)) {
      event.preventDefault();
      sendWhenAnswered(form, event.submitter);
      return;
    }
    delete form.dataset.answered;
    // A slow network must not turn one tap into two records.
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, FORGOTTEN_AFTER_MS);
    }
    showBarIfSlow();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain || link.target || link.hasAttribute("download")) return;
    const here = link.pathname === location.pathname && link.search === location.search;
    if (link.origin === location.origin && !here) showBarIfSlow();
  });

  // Esc closes an open menu and gives the keyboard back to what opened it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // A long passphrase on a small phone: she may look at what she typed, and it is hidden when sent.
  document.querySelectorAll("button[data-show]").forEach((button) => {
    const input = document.getElementById(button.dataset.of);
    const set = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
    };
    button.addEventListener("click", (event) => {
      event.preventDefault();
      set(input.type === "password");
      input.focus();
    });
    input.form.addEventListener("submit", () => set(false), true);
  });

  window.addEventListener("online", () => removeAll(".offline"));

  // Coming back with the back button: the form may be sent again, and the bar is over.
  window.addEventListener("pageshow", () => {
    clearTimeout(waiting);
    removeAll(".wait");
    document.body.hidden = false;
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
})();
