// A file may be dropped anywhere on the form instead of being picked. Without this the picker does the same.

const form = document.querySelector("[data-drop]");
const input = form?.querySelector("input[type=file]");

if (input) {
  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("form--over");
  };
  form.addEventListener("dragenter", over);
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("form--over");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("form--over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    document.getElementById("announcer").textContent = `${one.files[0].name} is chosen.`;
  });
}
