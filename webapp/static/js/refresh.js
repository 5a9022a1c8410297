// A part of a page marked data-refresh="seconds" (and with an id) shows itself anew while somebody looks at it.

for (const part of document.querySelectorAll("[data-refresh][id]")) {
  setInterval(async () => {
    if (document.visibilityState !== "visible" || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (fresh) part.replaceChildren(...fresh.childNodes);
    } catch {
      // The server is away for a moment: what is shown stays, with the time it was true.
    }
  }, Number(part.dataset.refresh) * 1000);
}
