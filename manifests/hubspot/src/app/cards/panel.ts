// What the card shows, from the contact's own properties and from Fairlead. Nothing of it is trusted to be there.
import { type Crm, type Fetch, type Said, asked, text, texts } from './asking';
import { ENGLISH, type Reason, type State, type Verdict, type Words, filled } from './words';

export type Properties = Record<string, string | null>;
export type Shift = [value: number, low: number, high: number];
export type Panel = {
  state: State;
  title: string;
  sentence: string;
  next_step: string | null;
  checked_at: string | null;
  audit_id: string | null;
  estimate: string | null;
  shift: Shift | null;
  explanation: string | null;
  fields: string[];
};
/** What Fairlead says of one lead: its panel, the user's own answer to it with its reason, and where the score is. */
export type Told = { panel: Panel; answer: Verdict | null; reason: Reason | null; scoreProperty: string | null };

const [STATUS, REASON, AUDIT, AT, CORRECTED] = [
  'fairscore_status',
  'fairscore_reason',
  'fairscore_audit_id',
  'fairscore_audited_at',
  'fairscore_calibrated_score',
] as const;
export const PROPERTIES = [STATUS, REASON, AUDIT, AT, CORRECTED] as const;

export const STALE_AFTER_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;
const SCHEMA = 'fairlead.panel/1';
const WRITTEN: Record<string, State> = { ok: 'fine', review: 'flagged', insufficient_data: 'not_enough_data' };
const CHECKED: readonly State[] = Object.values(WRITTEN);

export const plain = (state: State, words: Words): Panel => ({
  state,
  ...words.states[state],
  checked_at: null,
  audit_id: null,
  estimate: null,
  shift: null,
  explanation: null,
  fields: [],
});

/** The flag as it stands in the contact's properties; without one, the contact was not checked yet. */
export const fromProperties = (properties: Properties, words: Words): Panel => {
  const state = WRITTEN[properties[STATUS] ?? ''];
  if (state === undefined) {
    return plain('not_audited', words);
  }
  return {
    ...plain(state, words),
    sentence: (words === ENGLISH && properties[REASON]) || words.states[state].sentence,
    checked_at: dated(properties[AT]),
    audit_id: properties[AUDIT] || null,
  };
};

/** What Fairlead says of the record that is open. Rejects where it cannot be reached or says something else. */
export const askFor = async (fetch: Fetch, address: string, record: Crm, words: Words): Promise<Told> => {
  const said = await asked(fetch, `${address}/hubspot/card`, { ...record, language: words.language }, SCHEMA);
  return {
    panel: read(said, words),
    answer: oneOf(words.verdicts, said.answer),
    reason: oneOf(words.reasons, said.answer_reason),
    scoreProperty: text(said.score_property),
  };
};

/** When the card is looked at, in milliseconds, and in which words. */
export type Here = { now: number; words: Words };

/** The panel as it stands for this user now: without a score, too old, or answered. */
export const standing = (panel: Panel, told: Told, properties: Properties, { now, words }: Here): Panel => {
  const { answer, scoreProperty } = told;
  if (!CHECKED.includes(panel.state) && panel.state !== 'not_audited') {
    return panel;
  }
  // A property that HubSpot did not give says nothing; only one that is surely empty says that there is no score.
  const score = scoreProperty === null ? undefined : properties[scoreProperty];
  if (score === null || score === '') {
    return plain('not_scored', words);
  }
  const age = daysSince(panel.checked_at, now);
  if (panel.audit_id !== null && age >= STALE_AFTER_DAYS) {
    return aged(panel, age, words);
  }
  return panel.state === 'flagged' && answer ? acknowledged(panel, answer, words) : panel;
};

/** The score in the words of Fairlead's other panels; null where it is not a number, or nothing was checked. */
export const scoreOf = (panel: Panel, told: Told, properties: Properties, words: Words): string | null => {
  const score = number(told.scoreProperty === null ? null : properties[told.scoreProperty]);
  if (score === null || panel.audit_id === null) {
    return null;
  }
  const corrected = number(properties[CORRECTED]);
  const whole = corrected !== null && panel.shift !== null;
  const here = (value: number): string => points(value, words);
  return whole ? filled(words.scoreCorrected, here(score), here(corrected)) : filled(words.score, here(score));
};

/** Points of a score, as Fairlead's own panel rounds them: 15.3 is "15", 0.153 is "0.15". */
export const points = (value: number, words: Words): string => {
  const digits = Math.abs(value) >= 9.5 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 };
  return new Intl.NumberFormat(words.language, digits).format(value);
};

const aged = (panel: Panel, age: number, words: Words): Panel => ({
  ...plain('stale', words),
  sentence: filled(words.states.stale.sentence, age, panel.title),
  checked_at: panel.checked_at,
  audit_id: panel.audit_id,
});

const acknowledged = (panel: Panel, answer: Verdict, words: Words): Panel => ({
  ...panel,
  state: 'acknowledged',
  title: words.states.acknowledged.title,
  sentence: filled(words.states.acknowledged.sentence, panel.title, words.verdicts[answer]),
});

const read = (said: Said, words: Words): Panel => {
  const state = known(said.state);
  return {
    state,
    title: text(said.title) ?? words.states[state].title,
    sentence: text(said.sentence) ?? words.states[state].sentence,
    next_step: text(said.next_step),
    checked_at: text(said.checked_at),
    audit_id: text(said.audit_id),
    estimate: text(said.estimate),
    shift: shift(said.shift),
    explanation: text(said.explanation),
    fields: texts(said.fields),
  };
};

const known = (value: unknown): State =>
  Object.hasOwn(ENGLISH.states, String(value)) ? (value as State) : 'not_audited';
const oneOf = <List extends object>(list: List, value: unknown): keyof List | null =>
  Object.hasOwn(list, String(value)) ? (value as keyof List) : null;
const shift = (value: unknown): Shift | null =>
  Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one)) ? (value as Shift) : null;
const number = (value: string | null | undefined): number | null =>
  value && Number.isFinite(Number(value)) ? Number(value) : null;

// A check without a readable date is as old as it may be, and is shown as it stands.
const daysSince = (said: string | null, now: number): number => {
  const age = Math.floor((now - Date.parse(said ?? '')) / DAY);
  return Number.isNaN(age) ? 0 : age;
};

// HubSpot hands a card a date-time as milliseconds since 1970, its API as ISO text.
const dated = (value: string | null | undefined): string | null => {
  if (!value) {
    return null;
  }
  return /^\d{12,14}$/.test(value) ? new Date(Number(value)).toISOString() : value;
};
