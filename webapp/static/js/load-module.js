// An element marked data-module names a behaviour that only its page needs; several are separated by spaces. Inside a closed
// details element it is loaded once that is opened.

function load(element) {
  for (const address of element.dataset.module.split(" ")) import(address).then((module) => module.attach?.(element));
}

for (const element of document.querySelectorAll("[data-module]")) {
  const closed = element.closest("details:not([open])");
  if (closed) closed.addEventListener("toggle", () => load(element), { once: true });
  else load(element);
}
