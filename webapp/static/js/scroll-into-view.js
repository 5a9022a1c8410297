// In a row that scrolls sideways (tabs on a phone) the current one is brought into sight.

for (const row of document.querySelectorAll("[data-scroll-into-view]")) {
  const current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - row.clientWidth / 2 + current.offsetWidth / 2;
}
