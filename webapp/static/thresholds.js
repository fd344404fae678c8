// The slider over all thresholds: every group at once, reckoned here from the counts between thresholds. Without
// this file the button "Show" brings the same figures. The ranges are Wilson's and Newcombe's, as in the audit.
const room = document.querySelector("[data-thresholds]");
const WIDTH = 176;
const MARGIN = 6;
const NBSP = "\u00a0";
const MINUS = "\u2212";
// An English page writes 1,234.5 wherever it is read.
const tongue = document.documentElement.lang === "en" ? "en-US" : document.documentElement.lang;
const one = new Intl.NumberFormat(tongue, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false, roundingMode: "halfEven" });
const whole = new Intl.NumberFormat(tongue);
const point = one.formatToParts(0.5).find((each) => each.type === "decimal").value;
// A threshold as the server wrote it, with the point of the language; and a sentence of the page, filled in.
const pointed = (said) => said.replace(".", point);
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function wilson(hits, n, z) {
  if (!(n > 0)) return [NaN, NaN];
  const p = hits / n;
  const square = z * z;
  const middle = (p + square / (2 * n)) / (1 + square / n);
  const half = Math.sqrt(square * ((p * (1 - p)) / n + square / (4 * n * n))) / (1 + square / n);
  return [p === 0 ? 0 : middle - half, p === 1 ? 1 : middle + half];
}

// Leads selected at a threshold, of one row of counts: those past it, or before it where lower is better.
function selected(counts, step, higher) {
  let sum = 0;
  for (let place = higher ? step + 1 : 0; place < (higher ? counts.length : step + 1); place += 1) sum += counts[place];
  return sum;
}

const total = (counts) => counts.reduce((sum, n) => sum + n, 0);

function rate(data, metric, group, step) {
  const right = selected(data.positives[group], step, data.higher_is_better);
  const wrong = selected(data.negatives[group], step, data.higher_is_better);
  if (metric === "selection_rate") return [selected(data.leads[group], step, data.higher_is_better), total(data.leads[group])];
  if (metric === "true_positive_rate") return [right, total(data.positives[group])];
  if (metric === "false_positive_rate") return [wrong, total(data.negatives[group])];
  return [right, right + wrong];
}

function alone(data, metric, group, step) {
  const [hits, n] = rate(data, metric, group, step);
  const value = n > 0 ? hits / n : NaN;
  const [low, high] = wilson(hits, n, data.quantile);
  const times = data.stretched.find((each) => each.metric === metric)?.alone[step][group];
  if (times === undefined || !(n > 0)) return { n, value, low, high, ends: [low, high] };
  const worth = n / (times * times);
  const wide = wilson(value * worth, worth, data.quantile);
  return { n, value, low: Math.min(low, wide[0]), high: Math.max(high, wide[1]), ends: [low, high] };
}

function apart(data, metric, here, there, where) {
  const gap = here.value - there.value;
  let low = gap - Math.hypot(here.value - here.ends[0], there.ends[1] - there.value);
  let high = gap + Math.hypot(here.ends[1] - here.value, there.value - there.ends[0]);
  const times = data.stretched.find((each) => each.metric === metric)?.apart[where.step][where.group];
  if (times !== undefined && Number.isFinite(gap)) {
    low = Math.min(low, Math.max(gap - times * (gap - low), -1));
    high = Math.max(high, Math.min(gap + times * (high - gap), 1));
  }
  return { gap, low, high };
}

// How a range lies to the tolerance: the same as reads in audit/thresholds/series.py.
function reads(data, here, there, found, group) {
  if (data.reference === null) return "not compared";
  if (group === data.reference) return "reference group";
  const steady = !data.steady || (data.steady[group] && data.steady[data.reference]);
  if (Math.min(here.n, there.n) < data.minimum || !steady || !Number.isFinite(found.low)) return "not enough data";
  if (found.low > data.tolerance || found.high < -data.tolerance) return "outside tolerance";
  return found.low >= -data.tolerance && found.high <= data.tolerance ? "within tolerance" : "not enough data";
}

export function reckoned(data, metric, step) {
  const found = data.groups.map((_, group) => alone(data, metric, group, step));
  const there = data.reference === null ? null : found[data.reference];
  return data.groups.map((name, group) => {
    const gap = there && group !== data.reference ? apart(data, metric, found[group], there, { group, step }) : { gap: NaN, low: NaN, high: NaN };
    return { name, ...found[group], gap, reads: reads(data, found[group], there, gap, group) };
  });
}

const plain = (value) => one.format(value * 100).replace("-", MINUS);
const share = (value) => `${plain(value)}${NBSP}%`;
const points = (value) => {
  const text = one.format(value * 100);
  return `${text.startsWith("-") ? text : `+${text}`}${NBSP}${room.dataset.points}`.replace("-", MINUS);
};

const span = (low, high) => filled(room.dataset.span, { low, high });

function put(row, name, text) {
  row.querySelector(`[data-${name}]`).textContent = text;
}

function draw(row, found) {
  const known = Number.isFinite(found.value);
  const x = (value) => (MARGIN + value * (WIDTH - 2 * MARGIN)).toFixed(1);
  const [bar, dot] = [row.querySelector(".span"), row.querySelector(".dot")];
  for (const part of [bar, dot]) part.setAttribute("visibility", known ? "visible" : "hidden");
  const range = known ? span(share(found.low), share(found.high)) : "";
  const said = known ? filled(room.dataset.picture, { value: share(found.value), range }) : room.dataset.none;
  row.querySelector("svg").setAttribute("aria-label", said);
  if (!known) return;
  bar.setAttribute("x1", x(found.low));
  bar.setAttribute("x2", x(found.high));
  dot.setAttribute("cx", x(found.value));
}

function fill(row, found) {
  const known = Number.isFinite(found.value);
  const compared = Number.isFinite(found.gap.gap);
  put(row, "n", whole.format(found.n));
  put(row, "value", known ? share(found.value) : room.dataset.none);
  put(row, "interval", known ? span(share(found.low), share(found.high)) : "");
  put(row, "gap", compared ? points(found.gap.gap) : "");
  put(row, "gap-interval", compared ? span(points(found.gap.low), points(found.gap.high)) : "");
  const look = room.querySelector(`template[data-look="${found.reads}"]`);
  row.querySelector("[data-reads]").replaceChildren(look.content.cloneNode(true));
  draw(row, found);
}

function show(data, slider, metric) {
  const step = Number(slider.value);
  const threshold = pointed(data.said[step]);
  const found = new Map(reckoned(data, metric.value, step).map((each) => [each.name, each]));
  for (const row of room.querySelectorAll("[data-group]")) fill(row, found.get(row.dataset.group));
  room.querySelector("[data-threshold]").textContent = threshold;
  slider.setAttribute("aria-valuetext", threshold);
  return [...found.values()].filter((each) => each.reads === "outside tolerance").length;
}

async function start() {
  const [slider, metric, button] = ["#step", "#metric", "button"].map((each) => room.querySelector(each));
  let data = null;
  try {
    const answer = await fetch(room.dataset.thresholds, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    data = await answer.json();
  } catch {
    return; // the button still works
  }
  button.hidden = true;
  let timer = 0;
  const moved = () => {
    const outside = show(data, slider, metric);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const words = { threshold: pointed(data.said[slider.value]), n: outside };
      room.querySelector("[data-said]").textContent = filled(room.dataset.outside, words);
    }, 400);
  };
  slider.addEventListener("input", moved);
  metric.addEventListener("input", moved);
  room.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  room.dataset.ready = "";
  show(data, slider, metric);
}

if (room) start();
