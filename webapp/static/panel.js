// "Check again" in the panel on a lead: asks with the page's own bearer, for as long as that lasts (15 minutes).
const main = document.querySelector("main[data-bearer]");
const button = document.querySelector("[data-again]");
const said = document.querySelector("[data-said]");

async function again() {
  button.disabled = true;
  said.textContent = main.dataset.checking;
  try {
    const answer = await fetch(main.dataset.address, {
      headers: { Authorization: `Bearer ${main.dataset.bearer}` },
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
    });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main"));
    else said.textContent = main.dataset.over;
  } catch {
    said.textContent = main.dataset.away;
  }
  button.disabled = false;
}

function show(fresh) {
  main.className = fresh.className;
  main.dataset.state = fresh.dataset.state;
  main.querySelector("[data-panel]").replaceWith(fresh.querySelector("[data-panel]"));
  said.textContent = main.dataset.newest;
}

if (main && button) {
  button.hidden = false;
  button.addEventListener("click", again);
}
