// Makes pages quicker and values safer. Every page works without it.

const SHOWN_SECONDS = 20;
const LEASE_WARNING_SECONDS = 120;
const timers = new WeakMap();

const announce = (text) => {
  document.getElementById("announcer").textContent = text;
};

// Values: masked again after 20 seconds, when the window loses focus, and before the page can be kept for "back".

function hideValue(box) {
  clearInterval(timers.get(box));
  const actions = box.querySelectorAll("[data-copy], [data-hide], progress");
  const hadFocus = box.contains(document.activeElement);
  box.querySelector("[data-value]").textContent = box.dataset.masked;
  actions.forEach((element) => element.remove());
  const show = box.querySelector("[data-show]");
  if (!show) return;
  show.hidden = false;
  if (hadFocus) show.querySelector("button").focus();
}

function watchValue(box) {
  const bar = box.querySelector("progress");
  if (!bar || timers.has(box)) return;
  const end = Date.now() + SHOWN_SECONDS * 1000;
  const copy = box.querySelector("[data-copy]");
  bar.hidden = copy.hidden = false;
  copy.addEventListener("click", () => copyValue(box));
  box.querySelector("[data-hide]").addEventListener("click", (event) => {
    event.preventDefault();
    hideValue(box);
  });
  timers.set(box, setInterval(() => {
    bar.value = (end - Date.now()) / 1000;
    if (bar.value <= 0) hideValue(box);
  }, 250));
}

async function copyValue(box) {
  try {
    await navigator.clipboard.writeText(box.querySelector("[data-value]").textContent);
    announce("Copied.");
    box.querySelector("[data-copy]").lastChild.textContent = " Copied";
  } catch {
    getSelection().selectAllChildren(box.querySelector("[data-value]"));
    announce("Your browser did not allow copying. The value is selected instead.");
  }
}

const hideAll = () => document.querySelectorAll("[data-value-box]:has(progress)").forEach(hideValue);

// Words: leaving a form with something unsaved in it asks first.

function guardForm(form) {
  let unsaved = form.querySelector("[aria-invalid='true']") !== null;
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  document.querySelectorAll("[data-leave]").forEach((button) =>
    button.addEventListener("click", () => { unsaved = false; }));
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}

// Lease: how long the review is still yours.

function watchLease(lease) {
  const left = lease.querySelector("[data-lease-left]");
  let warned = false;
  const tick = () => {
    // Read each time: work on the page keeps the lease alive.
    const end = Date.parse(lease.dataset.lease);
    const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
    const short = seconds <= LEASE_WARNING_SECONDS;
    left.textContent = seconds ? `(${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left)` : "(ended)";
    lease.classList.toggle("lease--short", short);
    if (short && !warned) announce("This review is yours for two more minutes. Keep it for longer, or save.");
    warned = short;
  };
  tick();
  setInterval(tick, 1000);
}

// Times: said from now, kept current; the title adds the reader's own time to UTC.

const UNITS = [["d", 86400], ["h", 3600], ["min", 60]];

function sayWhen(element) {
  const moment = new Date(element.dateTime);
  const seconds = Math.round((Date.now() - moment) / 1000);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? [];
  if (Math.abs(seconds) >= 45 * 86400) return;
  const amount = `${Math.floor(Math.abs(seconds) / length)} ${unit}`;
  if (unit) element.textContent = seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

function addLocalTime(element) {
  const local = new Date(element.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  element.title = `${element.title} (${local} your time)`;
}

// Start.

function prepare(root) {
  root.querySelectorAll("[data-value-box]").forEach(watchValue);
  root.querySelectorAll("time.when").forEach(addLocalTime);
}

prepare(document);
document.querySelectorAll("form[data-guard]").forEach(guardForm);
document.querySelectorAll("[data-lease]").forEach(watchLease);
setInterval(() => document.querySelectorAll("time.when").forEach(sayWhen), 30_000);
addEventListener("blur", hideAll);
addEventListener("pagehide", hideAll);
document.addEventListener("htmx:afterSettle", ({ target }) => {
  prepare(target.parentElement ?? document);
  target.parentElement?.querySelector("[data-copy]")?.focus();
});
