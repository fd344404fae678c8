"use strict";
// How far a score is likely off: a bar from the least to the most, and a dot in it.
window.standIn.picture = ([value, ...ends], text) => {
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const [least, most] = [Math.min(0, low, value), Math.max(0, high, value)];
  const place = (points) => 34 + ((points - least) / (most - least || 1)) * 232;
  const drawn = (tag, attributes, said = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, given] of Object.entries(attributes)) made.setAttribute(name, given);
    made.textContent = said;
    return made;
  };
  const number = (points) => `${points > 0 ? "+" : ""}${Number(points.toPrecision(2))}`;
  const zero = place(0);
  const picture = drawn("svg", { viewBox: "0 0 300 62", class: "shift", role: "img", "aria-label": text });
  picture.append(
    drawn("text", { x: zero < 100 ? 2 : 298, y: 12, "text-anchor": zero < 100 ? "start" : "end" }, "score as it is"),
    drawn("path", { d: "M6 34H294", class: "axis" }),
    drawn("path", { d: `M${zero} 17V44`, class: "zero" }),
    drawn("rect", { x: place(low), y: 28, width: Math.max(2, place(high) - place(low)), height: 12, rx: 6 }),
    drawn("circle", { cx: place(value), cy: 34, r: 5 }),
    drawn("text", { x: place(low) - 2, y: 58, "text-anchor": "end" }, number(low)),
    drawn("text", { x: place(high) + 2, y: 58, "text-anchor": "start" }, number(high)),
  );
  return picture;
};
