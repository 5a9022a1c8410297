// A part marked data-shown-when="name=value" shows itself only while that radio button of its form is chosen.
// Without JavaScript every part is shown, and the server leaves aside what does not apply.

function renew(form) {
  for (const part of form.querySelectorAll("[data-shown-when]")) {
    const [name, value] = part.dataset.shownWhen.split("=");
    const chosen = form.querySelector(`input[name="${CSS.escape(name)}"]:checked`);
    part.hidden = chosen?.value !== value;
  }
}

for (const part of document.querySelectorAll("form [data-shown-when]")) renew(part.closest("form"));
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (form && event.target.type === "radio") renew(form);
});
