// The New work order form: shows only the fields of what was chosen, and marks those that the type requires.

const form = document.querySelector("form.new-order");

function chosen(name) {
  return form.querySelector(`input[name="${name}"]:checked`)?.value;
}

function show(part, wanted) {
  form.querySelector(`[data-part="${part}"]`).hidden = !wanted;
  form.classList.toggle(`needs-${part}`, wanted);
}

function renew() {
  const [unit, customer, type] = [chosen("unit_mode"), chosen("customer_mode"), chosen("type")];
  const picked = unit === "existing" && type === "installation" ? form.querySelector("input[name=unit_id]:checked") : null;
  form.querySelectorAll("[data-mode]").forEach((part) => { part.hidden = part.dataset.mode !== unit; });
  form.querySelectorAll("[data-customer]").forEach((part) => { part.hidden = part.dataset.customer !== customer; });
  // What a picked unit lacks for its installation is asked here.
  show("model", unit === "new" || (picked !== null && picked.dataset.model === ""));
  show("customer", unit === "new" || (picked !== null && picked.dataset.owner === ""));
  form.querySelector("#model_id").required = type === "installation";
  form.querySelector("#first_name").required = form.querySelector("#company_name").value.trim() === "";
  form.dispatchEvent(new Event("fieldwright:renew"));
}

if (form) {
  let decided = Boolean(form.querySelector("input[name=unit_id]:checked")) || chosen("unit_mode") !== "existing";
  form.addEventListener("change", (event) => {
    if (event.target.name === "unit_mode" || event.target.name === "unit_id") decided = true;
    // A brand new unit goes in at an installation; whoever has not said which unit yet begins there.
    if (event.target.name === "type") {
      const unit = form.querySelector("#unit_search");
      if (!decided && unit.value === "") form.querySelector(`#unit_mode-${event.target.value === "installation" ? "new" : "existing"}`).checked = true;
      else if (unit.value !== "") unit.dispatchEvent(new Event("input", { bubbles: true }));
    }
    renew();
  });
  form.addEventListener("input", renew);
  document.addEventListener("htmx:afterSwap", renew);
  window.addEventListener("pageshow", renew);
  renew();
}
