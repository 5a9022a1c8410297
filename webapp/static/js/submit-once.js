// A form marked data-submit-once sends once: a second click while the first is on its way does nothing.
// The buttons are not disabled, so the pressed one's name and value and the one-time token always travel.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-submit-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("data-busy", "");
  event.submitter?.setAttribute("aria-busy", "true");
});

function free(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[data-busy]").forEach((button) => {
    button.removeAttribute("data-busy");
    button.removeAttribute("aria-busy");
  });
}

// Coming back through the browser's history, or an answer that replaced only a part: the form can be sent again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) free(form);
});
