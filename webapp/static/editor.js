// The page follows the typing after a pause. Without this file, the button beside "Save" does the same.
const form = document.querySelector("[data-editor]");
const editor = form?.querySelector("textarea");
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
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn === asked && page.querySelector("#preview")) put(page);
  } catch {
    shown = null; // no answer: the button still works
  } finally {
    target.removeAttribute("aria-busy");
  }
}

// Everything but the editor itself is taken from the answer, so the caret stays where it is.
function put(page) {
  for (const id of ["preview", "draft"]) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (old && fresh) old.replaceChildren(...fresh.childNodes);
  }
  const wrong = page.getElementById("text-error");
  const slot = document.getElementById("text-error");
  slot.replaceChildren(...(wrong ? wrong.childNodes : []));
  document.getElementById("spoken").textContent = wrong?.textContent.trim() ? "" : form.dataset.spoken;
  editor.setAttribute("aria-invalid", String(slot.textContent.trim() !== ""));
}

if (editor) {
  editor.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tryOut, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}
