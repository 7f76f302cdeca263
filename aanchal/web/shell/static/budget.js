// The visit budget: the slider shows each budget's figures at once. Without this file the number
// field and its button do the same.
"use strict";

(() => {
  function show(visits) {
    document.querySelectorAll("[data-visits]").forEach((panel) => {
      panel.hidden = panel.dataset.visits !== visits;
    });
    document.querySelectorAll("[data-dot]").forEach((dot) => {
      dot.classList.toggle("chosen", dot.dataset.dot === visits);
    });
    document.querySelectorAll("[data-budget] .filters a").forEach((link) => {
      if (link.textContent === visits) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  function begin() {
    const form = document.querySelector("[data-budget]");
    if (!form || form.dataset.begun) return;
    form.dataset.begun = "yes";
    const slide = form.querySelector("input[type=range]");
    const number = form.querySelector("input[name=visits]");
    slide.parentElement.hidden = false;
    slide.addEventListener("input", () => {
      number.value = slide.value;
      show(slide.value);
    });
  }

  begin();
  // The figures may come later, in place of the bar of the work under way.
  document.addEventListener("htmx:afterSettle", begin);
})();
