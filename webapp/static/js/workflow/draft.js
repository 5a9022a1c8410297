// Keeps what is typed: saved a second after the last keystroke, in this browser until the server has it, and when the window
// closes. The text itself is told by the event workflow:typed; how it stands is said in [data-saved] and the banner.

const PAUSE = 1000;
const PATIENCE = [2000, 5000, 10000, 20000];

export function attach(root) {
  const { draft: name, person, save: address } = root.dataset;
  const key = `fieldwright:draft:${name}:${person}`;
  const state = root.querySelector("[data-saved]");
  const banner = root.querySelector("[data-draft-banner]");
  const token = () => root.querySelector("input[name=csrf_token]").value;
  let rowVersion = Number(root.dataset.rowVersion);
  let kept = root.querySelector("#text")?.value ?? null;
  let typed = kept;
  let timer = 0;
  let sending = null;
  let failures = 0;
  let stopped = false;
  let offering = false;

  const read = (place) => {
    try {
      return JSON.parse(localStorage.getItem(place));
    } catch {
      return null; // storage switched off, or not ours
    }
  };
  const write = (value, place = key) => {
    try {
      if (value === null) localStorage.removeItem(place);
      else localStorage.setItem(place, JSON.stringify(value));
    } catch {
      // Full or switched off: the server still has what it confirmed.
    }
  };
  const say = (sentence, mood = "") => {
    state.textContent = sentence;
    state.dataset.mood = mood;
  };
  const clock = (date) => date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  function show(title, sentence, buttons = [], extra = null) {
    const text = document.createElement("div");
    text.className = "notice-text";
    const head = document.createElement("p");
    head.className = "notice-title";
    head.textContent = title;
    const line = document.createElement("p");
    line.textContent = sentence;
    text.append(head, line);
    if (extra) text.append(extra);
    const row = document.createElement("div");
    row.className = "buttons";
    for (const [label, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-plain";
      button.textContent = label;
      button.addEventListener("click", act);
      row.append(button);
    }
    if (buttons.length) text.append(row);
    banner.replaceChildren(text);
    banner.hidden = false;
  }
  const hide = () => {
    if (offering) return;
    banner.hidden = true;
    banner.replaceChildren();
  };

  async function freshToken() {
    const page = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (page.type === "opaqueredirect") {
      signedOut();
      return null;
    }
    if (!page.ok) return false;
    const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("input[name=csrf_token]");
    if (!found) return false;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = found.value;
    return true;
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, PATIENCE[Math.min(failures, PATIENCE.length) - 1] ?? PAUSE);
  }

  async function save(again = false) {
    clearTimeout(timer);
    if (stopped || typed === null || typed === kept) return true;
    if (sending) {
      await sending;
      return save();
    }
    sending = send(again === true);
    try {
      return await sending;
    } finally {
      sending = null;
      if (!stopped && typed !== kept && !failures) later();
    }
  }

  async function send(again) {
    const text = typed;
    say("Saving…");
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body: form(text), redirect: "manual" });
    } catch {
      failures += 1;
      say("Not saved yet", "problem");
      show("The server cannot be reached", "What you type stays in this browser and is saved as soon as the server answers again.");
      later();
      return false;
    }
    if (answer.type === "opaqueredirect" || answer.status === 401) return signedOut();
    if (answer.status === 400) {
      // The form's token died with the session, or belongs to an earlier one.
      const fresh = await freshToken().catch(() => false);
      if (fresh === null) return false;
      if (fresh && !again) return send(true);
    }
    let said = {};
    if ((answer.headers.get("Content-Type") ?? "").startsWith("application/json")) said = await answer.json();
    if (answer.ok) {
      failures = 0;
      rowVersion = said.row_version;
      kept = text;
      for (const input of document.querySelectorAll("input[name=row_version]")) input.value = rowVersion;
      if (typed === kept) write(null);
      hide();
      say(`Saved ${clock(new Date(said.saved_at))}`, "done");
      document.dispatchEvent(new CustomEvent("workflow:saved", { detail: { rowVersion } }));
      return true;
    }
    if (answer.status === 409 && typeof said.text === "string") {
      choose(said);
      return false;
    }
    failures += 1;
    say("Not saved yet", "problem");
    show("This is not saved yet", said.sentence || "The server could not save it. It is kept in this browser and tried again.", [["Try again", () => save()]]);
    if (answer.status >= 500 || answer.status === 400) later();
    return false;
  }

  function signedOut() {
    failures += 1;
    say("Not saved yet", "problem");
    show("You were signed out", "Sign in in another tab: nothing is lost, and what you type here is saved as soon as you are signed in again.", [
      ["Sign in in another tab", () => window.open("/login", "_blank", "noopener")],
      ["Save now", () => save()],
    ]);
    later();
    return false;
  }

  function form(text) {
    const data = new FormData();
    data.set("csrf_token", token());
    data.set("row_version", String(rowVersion));
    data.set("text", text);
    return data;
  }

  // Two windows: both texts, and a choice.
  function choose(said) {
    const theirs = { ...said, text: said.text.replace(/\r\n/g, "\n") };
    offering = false;
    stopped = true;
    say("Not saved: changed in another window", "problem");
    const both = document.createElement("div");
    both.className = "both-texts";
    for (const [title, text, other] of [["Typed here", typed, theirs.text], ["Saved in the other window", theirs.text, typed]]) {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      caption.textContent = title;
      figure.append(caption, differing(text, other, title));
      both.append(figure);
    }
    const settle = () => {
      rowVersion = theirs.row_version;
      stopped = false;
      hide();
    };
    show("This draft was changed in another window", `${theirs.sentence} Here is what differs. Choose which text goes on.`, [
      ["Keep what is typed here", () => { settle(); save(); }],
      ["Take the other window's text", () => {
        settle();
        kept = theirs.text;
        write(null);
        document.dispatchEvent(new CustomEvent("workflow:replace", { detail: { text: theirs.text } }));
        say("Saved", "done");
      }],
    ], both);
    banner.scrollIntoView({ block: "nearest" });
  }

  function differing(text, other, title) {
    const [mine, theirs] = [text.split("\n"), other.split("\n")];
    let start = 0;
    while (start < mine.length && start < theirs.length && mine[start] === theirs[start]) start += 1;
    let [end, far] = [mine.length, theirs.length];
    while (end > start && far > start && mine[end - 1] === theirs[far - 1]) [end, far] = [end - 1, far - 1];
    const box = document.createElement("pre");
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${title}, line ${start + 1} and following`);
    mine.slice(Math.max(0, start - 2), end + 2).forEach((line, index) => {
      const row = document.createElement(index + Math.max(0, start - 2) >= start && index + Math.max(0, start - 2) < end ? "mark" : "span");
      row.textContent = `${line}\n`;
      box.append(row);
    });
    return box;
  }

  document.addEventListener("workflow:typed", (event) => {
    typed = event.detail.text;
    if (typed === kept) {
      write(null);
      return;
    }
    write({ text: typed, rowVersion, at: new Date().toISOString() });
    if (!stopped) {
      say("Not saved yet");
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    }
  });

  // Another view shows what is saved: whatever is still open is saved before the page is left.
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || typed === kept || stopped) return;
    if (link.target || new URL(link.href).origin !== location.origin) return;
    event.preventDefault();
    await save();
    location.assign(link.href);
  });

  addEventListener("pagehide", () => {
    if (typed === null || typed === kept || stopped) return;
    fetch(address, { method: "POST", body: form(typed), keepalive: true }).catch(() => {
      // Too long for a closing window: it stays in this browser and is offered on return.
    });
  });
  document.addEventListener("workflow:save-now", () => save());
  addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => { if (failures && document.visibilityState === "visible") save(); });

  // What was typed in an earlier window and never arrived; it lies apart until somebody has decided about it.
  async function offer() {
    const unsent = read(key);
    if (unsent) {
      write(unsent, `${key}:left`);
      write(null);
    }
    const left = read(`${key}:left`);
    const done = () => {
      write(null, `${key}:left`);
      offering = false;
      hide();
    };
    if (typeof left?.text !== "string" || left.text === (kept ?? (await savedText()))) return done();
    offering = true;
    const at = new Date(left.at);
    show("There is text here that was never saved", `It was typed in this browser on ${at.toLocaleDateString()} at ${clock(at)}, and is not what is saved now.`, [
      ["Use it", async () => {
        done();
        if (kept !== null) {
          document.dispatchEvent(new CustomEvent("workflow:replace", { detail: { text: left.text } }));
          return;
        }
        [kept, typed] = ["", left.text];
        write({ ...left, rowVersion });
        if (await save()) location.reload();
      }],
      ["Forget it", done],
    ]);
  }

  async function savedText() {
    try {
      const page = await fetch(`${location.pathname}?view=text`, { redirect: "manual" });
      return new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#text")?.value ?? null;
    } catch {
      return null; // away: the text is offered, which harms nothing
    }
  }

  offer();
}
