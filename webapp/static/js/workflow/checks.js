// What is known of the text, kept up with what is typed: read at once, proved a moment later. Tells workflow:checked; an entry of
// the panel leads to its place (workflow:jump) and shows its story on the diagram (workflow:show).

const PAUSE = 250;
const PROVE_AFTER = 900;

export function attach(root) {
  const panel = root.querySelector("[data-panel]");
  const live = root.querySelector("[data-live]");
  const address = root.dataset.check;
  const token = () => root.querySelector("input[name=csrf_token]").value;
  let text = root.querySelector("#text")?.value ?? root.dataset.text;
  let turn = 0;
  let reading = 0;
  let proving = 0;
  let asked = null;
  let said = null;

  function put(part, fresh) {
    const old = panel.querySelector(`[data-part="${part}"]`);
    const made = fresh.querySelector(`[data-part="${part}"]`);
    if (!old || !made || old.innerHTML === made.innerHTML) return;
    const open = [...old.querySelectorAll("details[open]")].map((each) => each.parentElement.querySelector("p, span:not(.badge)")?.textContent);
    const held = old.contains(document.activeElement);
    old.replaceWith(made);
    for (const each of made.querySelectorAll("details")) {
      if (open.includes(each.parentElement.querySelector("p, span:not(.badge)")?.textContent)) each.open = true;
    }
    if (held) made.querySelector("a, summary, h2")?.focus();
  }

  function show(report) {
    const fresh = new DOMParser().parseFromString(report.panel, "text/html");
    put("problems", fresh);
    put("count", fresh);
    put("scenarios", fresh);
    const proof = panel.querySelector('[data-part="proof"]');
    const findings = panel.querySelector('[data-part="findings"]');
    if (report.state === "unproved" && proof.dataset.state === "known") {
      proof.dataset.stale = findings.dataset.stale = "";
      proof.querySelector("[data-proof-state]").textContent = "Of an earlier text; the new one is being proved…";
    } else {
      delete proof.dataset.stale;
      delete findings.dataset.stale;
      put("proof", fresh);
      put("findings", fresh);
      if (report.state === "unproved") panel.querySelector("[data-proof-state]").textContent = "Being proved…";
    }
    const errors = report.problems.filter((one) => one.severity === "error").length;
    const sentence = errors ? `${errors} ${errors === 1 ? "error" : "errors"}` : report.readable ? "No errors" : "This text cannot be read";
    if (sentence !== said) live.textContent = said = sentence;
    document.dispatchEvent(new CustomEvent("workflow:checked", { detail: report }));
  }

  // In the table an element stands under its section and name.
  function toRow(element) {
    const row = element && document.getElementById(element.replace("/", "-"));
    if (!row || root.querySelector("#text")) return false;
    row.tabIndex = -1;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    return true;
  }

  async function ask(proof, signal) {
    const answer = await fetch(proof ? `${address}?proof=1` : address, {
      method: "POST", body: text, signal, redirect: "manual",
      headers: { "Content-Type": "text/plain; charset=utf-8", "X-CSRFToken": token() },
    });
    if (answer.status === 409 || answer.type === "opaqueredirect") return null;
    if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) return null;
    const data = await answer.json();
    return answer.ok ? data : { problems: [{ severity: "error", line: 1, column: 1, message: data.sentence, element: "" }], refused: data.sentence };
  }

  async function look(proof) {
    const mine = ++turn;
    clearTimeout(reading);
    if (!proof) clearTimeout(proving);
    asked?.abort();
    asked = new AbortController();
    let report = null;
    try {
      report = await ask(proof, asked.signal);
    } catch {
      return; // overtaken, or the server is away: the next keystroke asks again
    }
    if (mine !== turn || !report) return;
    if (report.refused) {
      live.textContent = report.refused;
      document.dispatchEvent(new CustomEvent("workflow:checked", { detail: report }));
      return;
    }
    show(report);
    if (report.state === "unproved" && !proof) proving = setTimeout(() => look(true), PROVE_AFTER);
  }

  document.addEventListener("workflow:typed", (event) => {
    text = event.detail.text;
    clearTimeout(reading);
    clearTimeout(proving);
    for (const part of ["proof", "findings"]) panel.querySelector(`[data-part="${part}"]`).dataset.stale = "";
    reading = setTimeout(() => look(false), PAUSE);
  });

  root.addEventListener("click", (event) => {
    const place = event.target.closest("[data-jump]");
    if (place) {
      const jump = new CustomEvent("workflow:jump", {
        cancelable: true, detail: { line: Number(place.dataset.line), column: Number(place.dataset.column), element: place.dataset.element },
      });
      if (!document.dispatchEvent(jump) || toRow(place.dataset.element)) event.preventDefault();
      return;
    }
    const path = event.target.closest("[data-show-path]");
    if (!path) return;
    const detail = { statuses: path.dataset.showPath.split(" "), rules: path.dataset.showRules.split(" ") };
    if (!document.dispatchEvent(new CustomEvent("workflow:show", { cancelable: true, detail }))) event.preventDefault();
    else sessionStorage.setItem("fieldwright:show", JSON.stringify(detail));
  });

  look(false);
}
