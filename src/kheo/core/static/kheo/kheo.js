// The little that HTML cannot do by itself; every page works without it.
document.addEventListener("submit", (event) => {
  // A second click on a slow network must not send the form twice.
  const button = event.submitter;
  if (button && !event.target.hasAttribute("hx-post")) {
    setTimeout(() => { button.disabled = true; }, 0);
    setTimeout(() => { button.disabled = false; }, 8000);
  }
});
