// A notice with a data-dismiss button can be put away; the button only exists with JavaScript.

function attach(root) {
  for (const button of root.querySelectorAll("[data-dismiss][hidden]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
});
attach(document);
document.addEventListener("htmx:load", (event) => attach(event.detail.elt));
