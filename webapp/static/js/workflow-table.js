// The table view of the workflow editor. Long lists get a search; a message offers only those it may go to; and what is typed in
// an open form is kept in this tab until it is sent, so that a closed or reloaded page loses nothing.

const table = document.querySelector("[data-workflow-table]");

function filter(list) {
  const box = document.createElement("input");
  box.type = "search";
  box.className = "form-control wt-filter";
  box.setAttribute("aria-label", list.dataset.filterList);
  box.placeholder = "Find…";
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const one of list.children) one.hidden = wanted !== "" && !one.textContent.toLowerCase().includes(wanted);
  });
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  list.before(box);
}

function audiences(row) {
  const message = row.querySelector("[data-message]");
  const renew = () => {
    const may = message.selectedOptions[0]?.dataset.audiences?.split(" ") ?? [];
    for (const box of row.querySelectorAll(".wt-audiences input")) {
      box.closest("label").hidden = !may.includes(box.value) && !box.checked;
    }
  };
  message.addEventListener("change", () => {
    const may = message.selectedOptions[0]?.dataset.audiences?.split(" ") ?? [];
    const boxes = [...row.querySelectorAll(".wt-audiences input")];
    for (const box of boxes) box.checked &&= may.includes(box.value);
    if (may.length === 1) for (const box of boxes) box.checked = may.includes(box.value);
    renew();
  });
  renew();
}

function said(form) {
  return JSON.stringify([...new FormData(form)].filter(([name]) => name.startsWith("f.") || name === "renamed" || name === "before"));
}

function fill(form, kept) {
  const values = new Map();
  for (const [name, value] of JSON.parse(kept)) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name.startsWith("f.") && control.name !== "renamed" && control.name !== "before") continue;
    const given = values.get(control.name) ?? [];
    if (control.type === "checkbox") control.checked = given.includes(control.value);
    else if (control.type !== "hidden") control.value = given[0] ?? "";
  }
}

function keep(form) {
  const key = `workflow-table ${location.pathname} ${form.id}`;
  const first = said(form);
  const kept = sessionStorage.getItem(key);
  if (kept && kept !== first && !form.querySelector("[role=alert]")) {
    fill(form, kept);
    const note = document.createElement("p");
    note.className = "quiet small";
    note.setAttribute("role", "status");
    note.textContent = "What you typed here before and did not save stands in the form again.";
    form.prepend(note);
  }
  form.addEventListener("input", () => sessionStorage.setItem(key, said(form)));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  form.querySelector("[data-cancel]")?.addEventListener("click", () => sessionStorage.removeItem(key));
}

if (table) {
  table.querySelectorAll("[data-filter-list]").forEach(filter);
  table.querySelectorAll("[data-message-row]").forEach(audiences);
  table.querySelectorAll("form.wt-form").forEach(keep);
}
