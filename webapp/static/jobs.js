// A page that shows jobs keeps those parts fresh while it is looked at. Without this file there is a link that does the same.
const EVERY = 2000;
const said = document.querySelector("[data-jobs-said]");
const link = document.querySelector("[data-jobs-again]");
let before = "";

const PARTS = "[data-jobs-now]";

function words(page) {
  return [...page.querySelectorAll("[data-job]")].map((head) => head.textContent).join(", ");
}

async function look() {
  const now = [...document.querySelectorAll(PARTS)];
  // Who is about to press a button there must not lose it.
  if (document.hidden || now.some((part) => part.contains(document.activeElement))) return;
  const answer = await fetch(link.dataset.jobsAgain || link.href, { cache: "no-store", redirect: "error" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = [...page.querySelectorAll(PARTS)];
  if (fresh.length !== now.length) return;
  const open = words(page);
  now.forEach((part, place) => part.replaceWith(fresh[place]));
  for (const other of document.querySelectorAll("[data-jobs-again]")) other.hidden = true;
  if (open !== before) said.textContent = open ? `${said.dataset.atWork} ${open}` : said.dataset.idle;
  before = open;
  // A page that waits for one result goes there.
  const done = fresh.find((part) => part.dataset.jobsGo);
  if (done) location.assign(done.dataset.jobsGo);
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
