// The page follows the typing after a pause. Without this file, the button beside "Save" does the same.
const form = document.querySelector("[data-editor]");
const editor = form?.querySelector("textarea");
const address = form?.getAttribute("action").split("#")[0];
const PAUSE = 1200;
let timer = 0;
let asked = 0;
let shown = null;

async function tryOut() {
  const text = editor.value;
  if (text === shown) return;
  shown = text;
  const turn = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("action", form.dataset.editor);
  const target = document.querySelector("#preview");
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn === asked) take(page);
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

// Everything but the editor itself is taken from the answer, so the caret stays where it is.
function put(page) {
  for (const id of ["preview", "draft"]) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (old && fresh) old.replaceChildren(...fresh.childNodes);
  }
  say(page.getElementById("text-error")?.childNodes ?? []);
}

// What is wrong with the text, or nothing; the answer to "Save" opens where the eye must go.
function say(wrong) {
  const slot = document.getElementById("text-error");
  slot.replaceChildren(...wrong);
  const failed = slot.textContent.trim() !== "";
  document.getElementById("spoken").textContent = failed ? "" : form.dataset.spoken;
  editor.setAttribute("aria-invalid", String(failed));
  form.setAttribute("action", `${address}#${failed ? "editor" : "preview"}`);
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
  if (text === null || text === editor.value) return;
  editor.value = text;
  const note = document.getElementById("restored");
  note.hidden = false;
  document.getElementById("spoken").textContent = note.textContent.trim();
  timer = setTimeout(tryOut, PAUSE);
}

if (editor && !editor.readOnly) {
  editor.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tryOut, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
  });
  restore();
  if (editor.getAttribute("aria-invalid") === "true") {
    location.replace("#editor"); // the browser itself would go on to #preview
    editor.focus({ preventScroll: true });
  }
}
