"use strict";
// Plays the card: asks the app's server through the proxy and shows its answer. States: loading, ok, error.
(() => {
  const card = document.getElementById("card");
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const show = (state, ...parts) => {
    card.dataset.state = state;
    card.replaceChildren(...parts);
  };
  const showPanel = (panel) => {
    const box = element("div", "panel");
    box.append(element("span", `tag ${panel.state}`, panel.title), element("p", "", panel.sentence));
    for (const line of [panel.estimate, panel.explanation]) if (line) box.append(element("p", "", line));
    if (panel.fields?.length) box.append(element("p", "", `Fields to look at: ${panel.fields.join(", ")}`));
    if (panel.next_step) box.append(element("p", "next", panel.next_step));
    const facts = [];
    if (panel.checked_at) facts.push(`Checked ${new Date(panel.checked_at).toLocaleDateString("en", { dateStyle: "medium" })}`);
    if (panel.audit_id) facts.push(`audit ${panel.audit_id}`);
    if (facts.length) box.append(element("p", "quiet", facts.join(", ")));
    show("ok", box);
  };
  const showError = (sentence) => {
    const again = element("button", "", "Try again");
    again.addEventListener("click", load);
    show("error", element("span", "tag error", "Not available"), element("p", "", sentence), again);
  };
  const load = async () => {
    const spinner = element("div", "spinner");
    spinner.setAttribute("role", "status");
    spinner.setAttribute("aria-label", "Loading");
    show("loading", spinner);
    if (!card.dataset.url) return showError("No app server is set for this card.");
    try {
      const answer = await fetch("/__card/fetch", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          url: card.dataset.url, method: "POST", timeout: 5000,
          body: { objectId: Number(card.dataset.object), objectTypeId: "0-1" },
        }),
      });
      const document = await answer.json();
      const panel = document.body;
      if (!answer.ok || !panel || panel.schema !== "fairlead.panel/1") throw new Error("no panel");
      showPanel(panel);
    } catch {
      showError("The score check could not be loaded. The score check properties of this contact still show the last result.");
    }
  };
  load();
})();
