// The form of an incident: identifiers are added and removed without a reload, each is checked as one leaves it, and what
// is typed is kept as a draft. Without this every button does the same with a reload.

const form = document.querySelector("[data-incident]");
const place = form.querySelector("[data-identifiers]");
const blank = form.querySelector("[data-blank]");
const DRAFT_PAUSE = 1500; // milliseconds after the last change
const MOST = 50;
let timer = 0;

const rows = () => [...place.querySelectorAll("[data-identifier]")];
const send = (url, body) =>
  fetch(url, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "error" }).catch(() => null);

// Ids and labels follow the place of a row, as the server numbers them.
function renumber() {
  const all = rows();
  all.forEach((row, index) => {
    const number = index + 1;
    const moved = (text) => text.replace(/identifier_(\d+|NUMBER)/g, `identifier_${number}`);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const name of ["id", "for", "aria-describedby"]) {
        if (element.hasAttribute(name)) element.setAttribute(name, moved(element.getAttribute(name)));
      }
    }
    row.querySelectorAll("[data-number]").forEach((element) => { element.textContent = number; });
    row.querySelector("[data-remove]").hidden = all.length === 1;
    row.querySelector("[data-remove] button").value = number;
  });
  form.querySelector("[data-share]").textContent = `Share ${all.length} ${all.length === 1 ? "signal" : "signals"}`;
  const add = form.querySelector("[data-add]");
  if (add) add.hidden = all.length >= MOST;
}

function addRow() {
  place.append(blank.content.cloneNode(true));
  renumber();
  rows().at(-1).querySelector("select").focus();
}

function removeRow(row) {
  row.remove();
  renumber();
  form.querySelector("[data-add]").focus();
  keepSoon();
}

async function check(row) {
  const value = row.querySelector("[name=value]").value;
  const said = row.querySelector("[data-said]");
  if (!value.trim() || !row.querySelector("[name=kind]").value) {
    said.replaceChildren();
    return;
  }
  const body = new FormData();
  for (const element of row.querySelectorAll("[name]")) {
    if (!element.matches("button")) body.append(element.name, element.value);
  }
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  if (form.elements.group) body.append("group", form.elements.group.value);
  const answer = await send(form.dataset.checkUrl, body);
  if (answer?.ok && value === row.querySelector("[name=value]").value) said.innerHTML = await answer.text();
}

function keepSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => send(form.dataset.draftUrl, new FormData(form)), DRAFT_PAUSE);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-add]")) {
    event.preventDefault();
    addRow();
  } else if (button?.closest("[data-remove]")) {
    event.preventDefault();
    removeRow(button.closest("[data-identifier]"));
  }
});
form.addEventListener("change", (event) => {
  const row = event.target.closest("[data-identifier]");
  if (row) check(row);
  else if (event.target.name === "group") rows().forEach(check);
  keepSoon();
});
form.addEventListener("submit", () => clearTimeout(timer));
