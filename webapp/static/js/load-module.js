// An element marked data-module names a behaviour that only its page needs; several are separated by spaces.

for (const element of document.querySelectorAll("[data-module]")) {
  for (const address of element.dataset.module.split(" ")) import(address).then((module) => module.attach?.(element));
}
