"use strict";
// Plays the card: asks the app's server through the proxy and shows its answer. States: loading, ok, error.
(() => {
  const { ask, button, element, help, moment, picture } = window.standIn;
  const card = document.getElementById("card");
  const record = { objectId: Number(card.dataset.object), objectTypeId: "0-1" };
  const VERDICTS = { agree: "Agree", disagree: "Disagree", review: "Ask for review" };
  const REASONS = {
    score_right: "The score is right for this lead",
    score_too_low: "The score is too low for this lead",
    score_too_high: "The score is too high for this lead",
    data_wrong: "The data of the lead is wrong or old",
    other: "Another reason",
  };
  const NO_TRACE = "Fairlead was asked and does not have it. Answer again.";
  const NO_ANSWER = "Fairlead cannot be reached just now. Reload this page in a minute to see.";
  const show = (state, ...parts) => {
    card.dataset.state = state;
    card.replaceChildren(...parts, help());
  };
  const factsOf = (panel) => {
    const facts = [];
    if (panel.checked_at) facts.push(`Checked ${moment(panel.checked_at)}`);
    if (panel.audit_id) facts.push(`audit ${panel.audit_id}`);
    return facts.length ? [element("p", "quiet", facts.join(", "))] : [];
  };
  const showPanel = (panel) => {
    const answered = panel.state === "flagged" && panel.answer;
    const box = element("div", "panel");
    box.dataset.panel = answered ? "acknowledged" : panel.state;
    box.append(element("span", `tag ${panel.state}`, panel.title), element("p", "", panel.sentence));
    if (panel.estimate) box.append(element("p", "strong", panel.estimate));
    if (panel.estimate && panel.shift) box.append(picture(panel.shift, panel.estimate));
    if (panel.explanation) box.append(element("p", "", panel.explanation));
    if (panel.fields?.length) box.append(element("p", "", `Fields to look at: ${panel.fields.join(", ")}`));
    if (panel.next_step) box.append(element("p", "next", panel.next_step));
    box.append(...factsOf(panel));
    show("ok", box);
    if (panel.audit_id) box.after(answerBox(panel));
  };
  const answerBox = (panel) => {
    const box = element("div", "answer");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "What do you think?");
    const said = element("p", "said");
    said.setAttribute("role", "status");
    const parts = (...inside) => box.replaceChildren(element("h3", "", "What do you think?"), ...inside, said);
    const give = async (given) => {
      for (const one of box.querySelectorAll("button")) one.disabled = true;
      const heard = await ask(
        card,
        "answer",
        { ...record, auditId: panel.audit_id, ...given },
        "fairlead.answer/1",
      ).catch(() => lookedUp(panel, given));
      said.textContent = heard.message;
      said.dataset.answer = heard.state;
      if (heard.state === "kept") showAnswer(heard.answer);
      else showButtons();
    };
    const showAnswer = (verdict) =>
      parts(element("p", "", `You answered: ${VERDICTS[verdict]}.`), button("Change my answer", showButtons));
    const showButtons = () => {
      const row = element("div", "buttons");
      row.append(
        button("Agree", () => give({ verdict: "agree" })),
        button("Disagree", showReasons),
        button("Ask for review", () => give({ verdict: "review" })),
      );
      parts(row);
    };
    const showReasons = () => {
      said.textContent = "";
      const reasons = element("fieldset");
      reasons.append(element("legend", "", "Why do you disagree?"));
      const send = button("Send", () => give({ verdict: "disagree", reason: chosen() }), "main");
      const chosen = () => reasons.querySelector("input:checked")?.value;
      send.disabled = true;
      reasons.addEventListener("change", () => {
        send.disabled = false;
      });
      for (const [value, text] of Object.entries(REASONS)) {
        const label = element("label");
        const input = Object.assign(element("input"), { type: "radio", name: "reason", value });
        label.append(input, ` ${text}`);
        reasons.append(label);
      }
      const row = element("div", "buttons");
      row.append(send, button("Cancel", showButtons));
      parts(reasons, row);
    };
    if (panel.answer) showAnswer(panel.answer);
    else showButtons();
    return box;
  };
  // What may have been lost is the reply: what Fairlead holds says what became of the answer.
  const lookedUp = async (panel, given) => {
    try {
      const now = await ask(card, "", record, "fairlead.panel/1");
      const same = now.answer === given.verdict && now.answer_reason === (given.reason ?? null);
      return now.audit_id === panel.audit_id && same
        ? { state: "kept", answer: now.answer, message: "Fairlead was slow, but it has your answer." }
        : { state: "unsaved", message: `Your answer was not saved: ${NO_TRACE}` };
    } catch {
      return { state: "unknown", message: `It is not known whether your answer was saved: ${NO_ANSWER}` };
    }
  };
  const showError = (sentence) =>
    show("error", element("span", "tag error", "Not available"), element("p", "", sentence), button("Try again", load));
  const load = async () => {
    const spinner = element("div", "spinner");
    spinner.setAttribute("role", "status");
    spinner.setAttribute("aria-label", "Loading");
    show("loading", spinner);
    if (!card.dataset.url) return showError("No app server is set for this card.");
    try {
      showPanel(await ask(card, "", record, "fairlead.panel/1"));
    } catch {
      showError("The score check could not be loaded. The score check properties of this contact still show the last result.");
    }
  };
  load();
})();
