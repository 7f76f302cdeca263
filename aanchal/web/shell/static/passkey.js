// Making and using a passkey: the browser is asked, and its answer goes with the form.
(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.webauthnJSON || !window.webauthnJSON.supported()) return;
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  const none = document.querySelector("[data-no-passkey]");
  if (none) none.hidden = true;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[data-trouble]");
    trouble.hidden = true;
    try {
      const answer = await window.webauthnJSON[form.dataset.passkey](options);
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      trouble.hidden = false;
    }
  });
})();
