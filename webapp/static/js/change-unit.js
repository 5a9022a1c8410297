// The edit screen of a work order: asks what the picked unit lacks when the order is an installation.

const box = document.querySelector("[data-change-unit]");
const type = document.querySelector("select[name=type][form=order]");

function show(part, wanted) {
  box.querySelector(`[data-part="${part}"]`).hidden = !wanted;
  box.classList.toggle(`needs-${part}`, wanted);
}

function renew() {
  const picked = box.querySelector("input[name=unit_id]:checked");
  const asks = type !== null && type.value === "installation" && picked !== null;
  const [model, customer] = [asks && picked.dataset.model === "", asks && picked.dataset.owner === ""];
  show("model", model);
  show("customer", customer);
  if (model || customer) box.open = true;
}

if (box) {
  box.addEventListener("change", (event) => {
    if (event.target.id === "unit_id-present") box.querySelector("#unit_search").value = "";
    renew();
  });
  type?.addEventListener("change", renew);
  document.addEventListener("htmx:afterSwap", renew);
  window.addEventListener("pageshow", renew);
  renew();
}
