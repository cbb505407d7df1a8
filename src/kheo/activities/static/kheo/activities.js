// Selecting and copying a text that is ready; the page works without it.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select-all]")) { event.target.select(); }
});
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    text.select();
    await navigator.clipboard.writeText(text.value);
    button.textContent = button.dataset.done;
  });
}
