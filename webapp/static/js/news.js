// The bell counts what is unread, also while a page stays open: it asks now and then as long as somebody looks, never holds a
// connection open, asks nothing of a hidden page, and asks less and less often while the server is away.

const bell = document.querySelector("a[data-news]");
const OFTEN = 15_000;
const SELDOM = 300_000;
let wait = OFTEN;
let timer = 0;
let over = false;

function show(unread) {
  let count = bell.querySelector("[data-unread]");
  if (!unread) count?.remove();
  else {
    if (!count) {
      count = document.createElement("span");
      count.className = "bell-count";
      count.dataset.unread = "";
      count.ariaHidden = "true";
      bell.append(count);
    }
    count.textContent = unread < 100 ? String(unread) : "99+";
  }
  bell.ariaLabel = unread ? `Notifications, ${unread} unread` : "Notifications";
}

async function ask() {
  try {
    const answer = await fetch(bell.dataset.news, {
      headers: { Accept: "application/json" },
      cache: "no-cache",
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      over = true; // signed out elsewhere: the next page says so
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    show((await answer.json()).unread);
    wait = OFTEN;
  } catch {
    wait = Math.min(wait * 2, SELDOM);
  }
}

function plan(after) {
  clearTimeout(timer);
  if (over || document.visibilityState !== "visible") return;
  timer = setTimeout(async () => {
    await ask();
    plan(wait);
  }, after);
}

if (bell) {
  document.addEventListener("visibilitychange", () => plan(200));
  plan(wait);
}
