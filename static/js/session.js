// Says two minutes before a session runs out, and keeps it on request. Other tabs count: the server is asked first.

const WARNING_SECONDS = 120;
const box = document.querySelector("[data-session-left]");

let end = Date.now() + Number(box.dataset.sessionLeft) * 1000;
let timer;

async function secondsLeft() {
  try {
    const answer = await fetch(box.dataset.sessionUrl, { headers: { "X-Session-Left": "1" }, redirect: "error" });
    return answer.ok ? (await answer.json()).left : 0;
  } catch {
    return Math.round((end - Date.now()) / 1000);
  }
}

function show() {
  const seconds = Math.max(0, Math.round((end - Date.now()) / 1000));
  const words = seconds > 90 ? "two minutes" : seconds > 10 ? `${Math.ceil(seconds / 10) * 10} seconds` : "a few seconds";
  const place = box.querySelector("[data-session-seconds]");
  if (place.textContent !== words) place.textContent = words;
  if (seconds > 0) {
    timer = setTimeout(show, 1000);
  } else {
    box.querySelector("p").textContent = "You have been signed out. What you have written can still be sent: it waits while you sign in.";
    box.querySelector("form").hidden = true;
  }
}

async function look() {
  const left = await secondsLeft();
  end = Date.now() + left * 1000;
  if (left > WARNING_SECONDS) return wait();
  const first = box.hidden;
  box.hidden = false;
  if (first) box.querySelector("button").focus({ preventScroll: true });
  show();
}

function wait() {
  clearTimeout(timer);
  box.hidden = true;
  timer = setTimeout(look, Math.max(1000, end - Date.now() - WARNING_SECONDS * 1000));
}

box.querySelector("[data-session-stay]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "error",
    });
    if (!answer.ok) throw new Error();
    end = Date.now() + (await answer.json()).left * 1000;
    wait();
  } catch {
    form.submit();
  }
});

wait();
