// Makes and uses passkeys (WebAuthn, level 3). Without JavaScript the pages say what to use instead.

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

async function send(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
  if (answer.redirected) {
    location.assign(answer.url);
    return new Promise(() => {});
  }
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.problem);
  return found;
}

async function make({ dataset }, form) {
  const options = await send(dataset.begin, {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({ publicKey });
  return send(dataset.complete, { ...made.toJSON(), name: form.elements.name.value });
}

async function use({ dataset }) {
  const options = await send(dataset.begin, {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const given = await navigator.credentials.get({ publicKey });
  return send(dataset.complete, { ...given.toJSON(), next: dataset.next ?? "" });
}

function prepare(button, act) {
  const problem = button.closest("form").querySelector("[data-passkey-problem]");
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    problem.textContent = "This browser cannot use passkeys here. Use a code instead.";
    return;
  }
  button.hidden = false;
  button.closest("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    try {
      location.assign((await act(button, event.target)).to);
    } catch (error) {
      problem.textContent = error.name === "Error" && error.message
        ? error.message
        : "Your browser did not give a passkey. Try again, or use a code.";
      button.disabled = false;
    }
  });
}

document.querySelectorAll("[data-passkey-new]").forEach((button) => prepare(button, make));
document.querySelectorAll("[data-passkey-use]").forEach((button) => prepare(button, use));
