// A button with popovertarget that names a <dialog> opens it as a modal dialog, which holds the focus and dims the page.
// Without JavaScript the browser opens the same element as a popover. A button marked data-open opens its dialog at once: what
// was typed in it was refused and waits there.

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[popovertarget]");
  if (!button) return;
  const dialog = document.getElementById(button.getAttribute("popovertarget"));
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  if (button.getAttribute("popovertargetaction") === "hide") {
    dialog.close();
    return;
  }
  dialog.removeAttribute("popover");
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});

document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.open && event.detail > 0) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

document.querySelector("button[popovertarget][data-open]")?.click();
