// The menu over the page: Escape, a click elsewhere, or moving on with Tab closes it. Without this file it pushes the page down.
const menu = document.querySelector("[data-menu]");

function leave(event) {
  if (menu.open && !menu.contains(event.target)) menu.open = false;
}

function escape(event) {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

if (menu) {
  menu.classList.add("floats");
  document.addEventListener("pointerdown", leave);
  document.addEventListener("focusin", leave);
  document.addEventListener("keydown", escape);
}
