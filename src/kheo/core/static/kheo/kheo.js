// The little that HTML cannot do by itself; every page works without it.
document.addEventListener("submit", (event) => {
  // A second click on a slow network must not send the form twice.
  const button = event.submitter;
  if (button && !event.target.hasAttribute("hx-post")) {
    setTimeout(() => { button.disabled = true; }, 0);
    setTimeout(() => { button.disabled = false; }, 8000);
  }
});

// A day is typed as day/month/year; the browser's own calendar only helps to choose.
const twoDigits = (number) => String(number).padStart(2, "0");

function typedDay(text) {
  const found = /^(\d{1,2})[\/.-](\d{1,2})[\/.-](\d{4})$/.exec(text.trim());
  return found ? `${found[3]}-${twoDigits(found[2])}-${twoDigits(found[1])}` : "";
}

function addCalendar(input) {
  const native = document.createElement("input");
  if (input.closest(".day-field") || !("showPicker" in native)) { return; }
  const sign = document.querySelector("svg.icon");
  const frame = document.createElement("span");
  const button = document.createElement("button");
  Object.assign(native, { type: "date", tabIndex: -1, className: "day-native" });
  native.setAttribute("aria-hidden", "true");
  Object.assign(button, { type: "button", className: "day-picker", title: input.dataset.day });
  button.setAttribute("aria-label", input.dataset.day);
  if (sign) {
    const copy = sign.cloneNode(true);
    const use = copy.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#day"));
    button.append(copy);
  } else {
    button.textContent = "▾";
  }
  frame.className = "day-field";
  input.replaceWith(frame);
  frame.append(input, native, button);
  button.addEventListener("click", () => {
    native.value = typedDay(input.value);
    native.showPicker();
  });
  native.addEventListener("change", () => {
    const [year, month, day] = native.value.split("-");
    input.value = year ? `${day}/${month}/${year}` : "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.focus();
  });
}

function addCalendars(part) {
  part.querySelectorAll("input[data-day]").forEach(addCalendar);
}
addCalendars(document);
document.addEventListener("htmx:load", (event) => addCalendars(event.target));

// A menu closes as menus do: by Escape, or by a click elsewhere.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) { menu.open = false; }
  });
});
