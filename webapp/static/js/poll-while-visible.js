// A part marked data-poll asks htmx for itself again and again, but only while somebody looks at the page.

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.visibilityState !== "visible" && event.target instanceof Element && event.target.matches("[data-poll]")) {
    event.preventDefault();
  }
});
