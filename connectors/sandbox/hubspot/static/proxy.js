"use strict";
// What the pages that play HubSpot's cards share: elements, and the proxy through which a card asks the app's server.
window.standIn = (() => {
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const button = (text, act, className = "") => {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const listed = (tag, texts) => {
    const list = element(tag);
    list.append(...texts.map((text) => element("li", "", text)));
    return list;
  };
  const help = () => {
    const box = element("details", "help");
    box.append(
      element("summary", "", "What is this?"),
      element(
        "p",
        "",
        "What the last audit says of the score of one lead: whether you can rely on it, and what to do. " +
          "It says nothing about the person, and it does not change the score.",
      ),
    );
    return box;
  };
  // The app's other addresses stand beside that of its card.
  const ask = async (card, name, body, schema) => {
    const url = card.dataset.url.replace(/[^/]*$/, name || card.dataset.url.split("/").pop());
    const answer = await fetch("/__card/fetch", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ url, method: "POST", timeout: 5000, body }),
    });
    const said = (await answer.json()).body;
    if (!answer.ok || !said || said.schema !== schema) throw new Error("no answer of the app");
    return said;
  };
  const moment = (text) => new Date(text).toLocaleDateString("en", { dateStyle: "medium" });
  return { ask, button, element, help, listed, moment };
})();
