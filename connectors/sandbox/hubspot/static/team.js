"use strict";
// Plays the manager's tab, and the settings page of the app: each asks the app's server once.
(() => {
  const { ask, element, help, listed, moment } = window.standIn;
  const away = "Fairlead cannot be reached just now.";
  const filled = (box, state, ...parts) => {
    box.dataset.state = state;
    box.replaceChildren(...parts);
  };
  const shown = async (id, schema, parts) => {
    const box = document.getElementById(id);
    if (!box) return;
    try {
      const said = await ask(box, id, {}, schema);
      filled(box, said.state, ...parts(said));
    } catch {
      filled(box, "away", element("p", "", away));
    }
  };
  const overview = (said) => {
    const tiles = element("div", "tiles");
    for (const one of said.counts) {
      const tile = element("div");
      tile.append(element("span", "", one.title), element("strong", "", one.number.toLocaleString("en")));
      tiles.append(tile);
    }
    const parts = [element("p", "", said.sentence), tiles, element("p", "next", said.next_step)];
    if (said.findings.length) {
      parts.push(element("h3", "", "What this audit found over all leads"), listed("ul", said.findings));
    }
    if (said.audit_id) parts.push(element("p", "quiet", `Checked ${moment(said.checked_at)}, audit ${said.audit_id}`));
    return [...parts, help()];
  };
  const settings = (said) => {
    const link = element("a", "", "Open Connections in Fairlead");
    link.href = said.address;
    const checked = said.checked_at ? `Last check ${moment(said.checked_at)}.` : "No check is finished yet.";
    return [
      element("span", `tag ${said.state}`, said.title),
      element("p", "", said.sentence),
      element("p", "quiet", checked),
      element("h3", "", "What Fairlead writes into contacts"),
      listed("ul", said.properties.map((one) => `${one.label} (${one.name})`)),
      link,
    ];
  };
  shown("overview", "fairlead.overview/1", overview);
  shown("settings", "fairlead.settings/1", settings);
})();
