// A form marked data-save-guard: Save stays aria-disabled while a required field is empty, says which, and leads to the first.
// Without JavaScript Save is enabled and the server answers beside each field.

const CONTROLS = "input:not([type=hidden]), select, textarea";

function shown(control) {
  return !control.disabled && !control.closest("[hidden], [inert]");
}

function nameOf(control) {
  if (control.dataset.missing) return control.dataset.missing;
  if (control.type === "radio") return control.closest("fieldset")?.querySelector("legend")?.textContent.trim() ?? control.name;
  const label = control.labels?.[0];
  if (!label) return control.getAttribute("aria-label") ?? control.name;
  const copy = label.cloneNode(true);
  copy.querySelectorAll(".field-optional").forEach((part) => part.remove());
  return copy.textContent.trim();
}

function isEmpty(control, form) {
  if (control.dataset.filledBy) return !form.querySelector(control.dataset.filledBy);
  if (control.type === "radio") {
    return ![...form.querySelectorAll(`input[type=radio][name="${CSS.escape(control.name)}"]`)].some((each) => each.checked);
  }
  if (control.type === "checkbox") return !control.checked;
  if (control.type === "file") return control.files.length === 0;
  return control.value.trim() === "";
}

function missing(form) {
  const seen = new Set();
  const found = [];
  for (const control of form.querySelectorAll(CONTROLS)) {
    if (!control.required || !shown(control) || seen.has(control.name)) continue;
    seen.add(control.name);
    if (isEmpty(control, form)) found.push(control);
  }
  return found;
}

let counter = 0;

function guard(form) {
  const save = form.querySelector("[data-save]");
  if (!save || form.dataset.guarded) return;
  form.dataset.guarded = "yes";
  const note = form.querySelector("[data-save-missing]");
  if (note) note.id ||= `save-missing-${++counter}`;

  const renew = () => {
    const lacking = missing(form);
    if (lacking.length === 0) {
      save.removeAttribute("aria-disabled");
      save.removeAttribute("aria-describedby");
      if (note) note.textContent = "";
      return;
    }
    save.setAttribute("aria-disabled", "true");
    if (note) {
      note.textContent = `Still missing: ${lacking.map(nameOf).join(", ")}`;
      save.setAttribute("aria-describedby", note.id);
    }
  };

  form.addEventListener("input", renew);
  form.addEventListener("change", renew);
  form.addEventListener("fieldwright:renew", renew);
  form.addEventListener("reset", () => setTimeout(renew));
  // Capturing, so that no other behaviour takes a refused save for a sent one.
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter !== save) return;
    const lacking = missing(form);
    if (lacking.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    renew();
    lacking[0].focus();
  }, true);
  new MutationObserver(renew).observe(form, {
    subtree: true, attributes: true, attributeFilter: ["hidden", "disabled", "required", "inert"],
  });
  renew();
}

function attach(root) {
  root.querySelectorAll("form[data-save-guard]").forEach(guard);
}

attach(document);
document.addEventListener("htmx:load", (event) => attach(event.detail.elt.parentElement ?? document));
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-save-guard]").forEach((form) => form.dispatchEvent(new Event("fieldwright:renew")));
});
