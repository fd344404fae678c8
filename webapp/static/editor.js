// The page follows the typing after a pause. Without this file, the button beside "Save" does the same.
const form = document.querySelector("[data-editor]");
const editor = form?.querySelector("#text");
const address = form?.getAttribute("action").split("#")[0];
const drawn = editor?.value;
const PAUSE = 1200;
// What an answer replaces. The table goes only where it was not typed in, so that the caret stays.
const PARTS = ["preview", "draft", "risk", "digests", "first", "bar", "pull", "draft-mark"];
let timer = 0;
let asked = 0;
let shown = null;

async function tryOut() {
  const sent = new URLSearchParams(new FormData(form)).toString();
  if (sent === shown) return;
  shown = sent;
  const turn = ++asked;
  const body = new URLSearchParams(new FormData(form));
  const text = editor.value;
  body.set("action", form.dataset.editor);
  const target = document.querySelector("#preview");
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn === asked && text === editor.value && sent === new URLSearchParams(new FormData(form)).toString()) take(page);
  } catch {
    shown = null; // no answer: the button still works
  } finally {
    target.removeAttribute("aria-busy");
  }
}

function take(page) {
  if (page.querySelector("#preview")) put(page);
  else if (page.querySelector("[data-sign-in]")) signedOut();
}

function put(page) {
  const fresh = page.getElementById("text");
  for (const id of PARTS) replace(page, id);
  // The table and the text are one draft: what was not typed in follows what was.
  if (fresh && fresh.value !== editor.value) editor.value = fresh.value;
  const place = caret();
  if (replace(page, "table")) back(place);
  shown = new URLSearchParams(new FormData(form)).toString();
  say(page.getElementById("text-error")?.childNodes ?? []);
}

function replace(page, id) {
  const old = document.getElementById(id);
  const fresh = page.getElementById(id);
  if (old && fresh) {
    stayOpen(old, page);
    old.replaceChildren(...fresh.childNodes);
  }
  return Boolean(old && fresh);
}

// What was unfolded or folded stays so.
function stayOpen(old, page) {
  for (const fold of old.querySelectorAll("details[id]")) {
    const same = page.getElementById(fold.id);
    if (same && !same.querySelector(":scope > .error")) same.open = fold.open;
  }
}

// Where the person is in the table, and how to get there again after it was drawn anew.
function caret() {
  const here = document.activeElement;
  if (!here?.id || !document.getElementById("table")?.contains(here)) return null;
  return { id: here.id, start: here.selectionStart, end: here.selectionEnd };
}

function back(place) {
  const there = place && document.getElementById(place.id);
  if (!there) return;
  // A rule that is dropped now stands in another group, which may be folded.
  for (let fold = there.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  there.focus({ preventScroll: true });
  if (typeof place.start === "number" && there.setSelectionRange) there.setSelectionRange(place.start, place.end);
}

// What is wrong with the draft, or nothing.
function say(wrong) {
  const slot = document.getElementById("text-error");
  slot.replaceChildren(...wrong);
  const failed = slot.textContent.trim() !== "";
  document.getElementById("spoken").textContent = failed ? "" : form.dataset.spoken;
  editor.setAttribute("aria-invalid", String(failed));
}

function signedOut() {
  keep();
  shown = null;
  say(document.getElementById("signed-out").content.cloneNode(true).childNodes);
}

// A text that is sent may meet the end of the session: it waits in this tab until a page shows it again.
function keep() {
  try {
    sessionStorage.setItem(address, editor.value);
  } catch {
    // the browser keeps nothing: the text is still on the page
  }
}

function kept() {
  try {
    const text = sessionStorage.getItem(address);
    sessionStorage.removeItem(address);
    return text;
  } catch {
    return null;
  }
}

function restore() {
  const text = kept();
  // An answer to what was sent has the draft as it is now; so has the page after saving.
  const [came] = performance.getEntriesByType("navigation");
  const fresh = /[?&](saved|version)=/.test(location.search) && came?.type !== "back_forward";
  const answered = form.dataset.answer !== undefined || fresh;
  if (text === null || text === editor.value || answered) return;
  editor.value = text;
  open();
  const note = document.getElementById("restored");
  note.hidden = false;
  document.getElementById("spoken").textContent = note.textContent.trim();
  timer = setTimeout(tryOut, PAUSE);
}

// The text may be behind the table; what must be seen is shown.
function open() {
  const view = document.getElementById("view-text");
  if (view) view.checked = true;
}

function soon(pause) {
  clearTimeout(timer);
  timer = setTimeout(tryOut, pause);
}

// A mistake has the focus as soon as it is read, when the page below it, with its bar, is not there yet.
const wrong = document.activeElement;
if (wrong?.autofocus) wrong.scrollIntoView({ block: "nearest" });

// What was proposed is kept on the server; this tab need not keep it.
const proposed = document.querySelector("[data-drop]");
if (proposed) {
  try {
    sessionStorage.removeItem(proposed.dataset.drop);
  } catch {
    // the browser keeps nothing
  }
}

if (editor && !editor.readOnly) {
  form.addEventListener("input", (event) => {
    if (["reason", "add_field", "find", "show", "view"].includes(event.target.name)) return;
    soon(event.target.matches("[data-now]") ? 0 : PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
  });
  // Who leaves the page with a draft finds it again, whichever way they come back.
  addEventListener("pagehide", () => {
    if (form.dataset.answer !== undefined || editor.value !== drawn) keep();
  });
  restore();
}
