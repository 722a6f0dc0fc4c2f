// Keys of the review pages: each presses a button or link that is on the page anyway. Which key does what is said by the
// server (reviews/keys.py); where somebody has switched single keys off, only Ctrl+Enter is left.

const LISTED = "[data-list] a[href], [data-list] input[type=checkbox]";
const SECOND_STROKE = 1500; // milliseconds

const keys = JSON.parse(document.querySelector("[data-keys]")?.dataset.keys || "{}");
const acts = new Map(Object.entries(keys).map(([act, key]) => [key, act]));
const firsts = new Set([...acts.keys()].filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));
let first = "";
let timer = 0;

const visible = (element) => element.getClientRects().length > 0;
const seen = (selector) => [...document.querySelectorAll(selector)].find(visible);

const SELECTORS = {
  actioned: "[name=verdict][value=actioned]",
  dismissed: "[name=verdict][value=dismissed]",
  search: "form[role=search] select, form[role=search] input:not([type=hidden])",
};
// What the page itself has comes before the bar above it: the queue, as it was narrowed.
const target = (act) => seen(SELECTORS[act] ?? `main [data-act="${act}"]`) ?? seen(`[data-act="${act}"]`);

function move(step) {
  const items = [...document.querySelectorAll(LISTED)].filter(visible);
  const here = items.findIndex((item) => item === document.activeElement);
  const current = here >= 0 ? here : items.findIndex((item) => item.getAttribute("aria-current"));
  const next = current < 0 ? 0 : current + step;
  items[Math.min(Math.max(next, 0), items.length - 1)]?.focus();
}

function count(number) {
  const counts = [...document.querySelectorAll(".decide__part--actioned .measures input")].filter(visible);
  const reasons = [...document.querySelectorAll(".decide__part--dismissed input[type=radio]")].filter(visible);
  // Before a verdict is chosen both parts are there, and a digit would be a guess.
  if (counts.length && reasons.length) return;
  const input = (counts.length ? counts : reasons)[number - 1];
  if (!input) return;
  if (input.type === "radio") input.click();
  else {
    input.value = Number(input.value || 0) + 1;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("announcer").textContent = `${input.labels[0].textContent.trim()}: ${input.value}`;
  }
}

const DOES = {
  next: () => move(1),
  previous: () => move(-1),
  search: (element) => element?.focus(),
  select: () => document.activeElement.matches("[type=checkbox]") && document.activeElement.click(),
};

function act(name) {
  const element = target(name);
  if (DOES[name]) DOES[name](element);
  else if (element) {
    if (element.matches("input, summary")) element.focus();
    element.click();
  }
}

function types(element) {
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input") && !["radio", "checkbox", "button", "submit"].includes(element.type);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && event.ctrlKey) {
    const save = seen("[data-act=save]");
    if (save) {
      event.preventDefault();
      save.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || types(event.target) || !acts.size) return;
  const key = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  first = "";
  if (/^[1-9]$/.test(key)) count(Number(key));
  else if (acts.has(key)) {
    event.preventDefault();
    act(acts.get(key));
  } else if (firsts.has(event.key)) {
    first = event.key;
    timer = setTimeout(() => { first = ""; }, SECOND_STROKE);
  }
});

function announceKeys() {
  for (const [name, key] of Object.entries(keys)) {
    if (!key.includes(" ")) target(name)?.setAttribute("aria-keyshortcuts", key);
  }
  document.querySelectorAll("[data-act=save]").forEach((save) => save.setAttribute("aria-keyshortcuts", "Control+Enter"));
}

announceKeys();
document.addEventListener("htmx:afterSettle", announceKeys);

// Being there: colleagues see it, work keeps the lease alive, and the session lasts while somebody does anything at all.

const PRESENCE_SECONDS = 30;
const SIGNS_OF_LIFE = ["input", "keydown", "pointerdown", "wheel"];
const form = document.querySelector("[data-presence]");
let working = false;
let active = false;

async function tell() {
  form.elements.working.value = working ? "1" : "";
  const headers = { "X-Presence": active ? "active" : "idle" };
  working = active = false;
  const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form), redirect: "error" })
    .catch(() => null);
  if (!answer?.ok) return;
  const place = document.getElementById("presence");
  const fresh = await answer.text();
  if (place.innerHTML.trim() !== fresh.trim()) place.innerHTML = fresh;
  const until = place.querySelector("[data-lease-until]")?.dataset.leaseUntil;
  const lease = document.querySelector("[data-lease]");
  if (until && lease) lease.dataset.lease = until;
}

if (form) {
  tell();
  document.addEventListener("input", () => { working = true; });
  for (const sign of SIGNS_OF_LIFE) document.addEventListener(sign, () => { active = true; }, { passive: true });
  setInterval(() => { if (!document.hidden) tell(); }, PRESENCE_SECONDS * 1000);
}
