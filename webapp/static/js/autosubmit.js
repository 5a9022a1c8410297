// A form marked data-autosubmit (filters) sends itself when a choice changes; typing still waits for Enter or Apply.

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && !event.target.matches("input[type=search], input[type=text]")) form.requestSubmit();
});
