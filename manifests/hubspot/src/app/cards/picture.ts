// How far a score is likely off, as a small picture: a bar from the least to the most, and a dot in it. The sentence
// above it says the same in words. HubSpot has no component for it, and shows an image of an address or of `data:`.
import { type Shift, points } from './panel';
import type { Words } from './words';

export const WIDTH = 300;
export const HEIGHT = 62;
const MARGIN = 34;
const NEAR = 30;
const INK = '#33475b';

const signed = (value: number, words: Words): string => `${value > 0 ? '+' : ''}${points(value, words)}`;
const label = (x: number, y: number, anchor: string, said: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${said}</text>`;

/** The picture as an address for an image. */
export const picture = (shift: Shift, words: Words): string =>
  `data:image/svg+xml,${encodeURIComponent(drawing(shift, words))}`;

/** The picture as SVG. */
export const drawing = ([value, ...ends]: Shift, words: Words): string => {
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const place = placed(Math.min(0, low, value), Math.max(0, high, value));
  const [zero, start, end] = [place(0), place(low), Math.max(place(high), place(low) + 2)];
  // Where the bar is short, its two numbers would stand on each other.
  const short = end - start < NEAR;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`,
    ` font-family="sans-serif" font-size="11" fill="${INK}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    zeroLabel(zero, words.scoreNow),
    `<path d="M6 34H294" stroke="#7c98b6"/>`,
    `<path d="M${zero} 17V44" stroke="${INK}" stroke-dasharray="3 2"/>`,
    `<rect x="${start}" y="28" width="${end - start}" height="12" rx="6" fill="#99acc2"/>`,
    `<circle cx="${place(value)}" cy="34" r="5"/>`,
    label(short ? start - 2 : start, 58, short ? 'end' : 'middle', signed(low, words)),
    label(short ? end + 2 : end, 58, short ? 'start' : 'middle', signed(high, words)),
    '</svg>',
  ].join('');
};

// The words at 0 stand on the side where there is room.
const zeroLabel = (zero: number, said: string): string => {
  if (zero < WIDTH / 3) {
    return label(2, 12, 'start', said);
  }
  return zero > (2 * WIDTH) / 3 ? label(WIDTH - 2, 12, 'end', said) : label(zero, 12, 'middle', said);
};

const placed =
  (least: number, most: number) =>
  (value: number): number =>
    Math.round((MARGIN + ((value - least) / (most - least || 1)) * (WIDTH - 2 * MARGIN)) * 10) / 10;
