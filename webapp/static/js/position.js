// A form with a data-position field asks the browser where it is, waits at most ten seconds, and is sent in any case.

const PATIENCE = 10_000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const place = form.querySelector("input[data-position]");
  if (!place || place.dataset.asked || !navigator.geolocation || event.defaultPrevented) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  place.dataset.asked = "yes";
  event.submitter?.setAttribute("data-busy", "");
  let sent = false;
  const send = () => {
    if (sent) return;
    sent = true;
    form.requestSubmit(event.submitter);
  };
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      place.value = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`;
      send();
    },
    send,
    { timeout: PATIENCE, maximumAge: 60_000, enableHighAccuracy: true },
  );
  // The browser's own question has no time limit.
  setTimeout(send, PATIENCE);
}, true);
