// The list of fields follows the search while it is typed. Without this file the button "Show" does the same.
const find = document.querySelector("[data-find]");
const show = document.querySelector("#show");

function words(row) {
  return (row.querySelector("summary, th") ?? row).textContent.toLowerCase();
}

function part(shown, all) {
  return find.dataset.find.replace("{shown}", shown).replace("{all}", all);
}

function narrow(group, wanted) {
  const rows = [...group.querySelectorAll("li.rule, tbody tr")];
  for (const row of rows) row.hidden = !words(row).includes(wanted);
  const left = rows.filter((row) => !row.hidden).length;
  group.querySelector("[data-count]").textContent = wanted ? part(left, rows.length) : `${rows.length}`;
  group.querySelector("[data-none]")?.toggleAttribute("hidden", left > 0);
  if (wanted && left) group.open = true;
}

function narrowAll() {
  const wanted = find.value.trim().toLowerCase();
  for (const group of document.querySelectorAll("[data-group]")) narrow(group, wanted);
}

// What the list is narrowed to by its kind is known on the server alone.
if (find && show.value === "") {
  find.addEventListener("input", narrowAll);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
