// A details element marked data-fold-on-phones is open on a wide screen and begins closed on a phone.

if (matchMedia("(max-width: 48rem)").matches) {
  for (const details of document.querySelectorAll("details[data-fold-on-phones]")) details.open = false;
}
