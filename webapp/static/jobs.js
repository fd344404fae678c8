// The jobs page, and the page of a first pull (data-jobs-again names its part), keep themselves fresh while they are looked at. Without this file there is a link that does the same.
const EVERY = 2000;
const said = document.querySelector("[data-jobs-said]");
const link = document.querySelector("[data-jobs-again]");
let before = "";

function words(part) {
  return [...part.querySelectorAll("#running ~ div h3, #waiting ~ div h3")].map((head) => head.textContent).join(", ");
}

async function look() {
  const now = document.querySelector("[data-jobs-now]");
  // Who is about to press a button there must not lose it.
  if (document.hidden || now.contains(document.activeElement)) return;
  const answer = await fetch(link.dataset.jobsAgain || "/jobs/now", { cache: "no-store", redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-jobs-now]");
  if (!fresh) return;
  const open = words(fresh);
  now.replaceWith(fresh);
  if (open !== before) said.textContent = open ? `At work or waiting: ${open}` : "Nothing runs or waits.";
  before = open;
  // A page that waits for one result goes there.
  if (fresh.dataset.jobsGo) location.assign(fresh.dataset.jobsGo);
}

async function again() {
  try {
    await look();
  } catch {
    // The server is away for a moment; the next look tries again.
  }
  setTimeout(again, EVERY);
}

if (said && link) {
  before = words(document);
  link.hidden = true;
  setTimeout(again, EVERY);
}
