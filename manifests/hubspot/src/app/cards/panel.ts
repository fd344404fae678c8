// What the card shows, from the contact's own properties and from Fairlead. Nothing of it is trusted to be there.

export type State = 'fine' | 'flagged' | 'not_enough_data' | 'not_audited' | 'not_connected' | 'no_permission';
export type Panel = {
  state: State;
  title: string;
  sentence: string;
  next_step: string | null;
  checked_at: string | null;
  audit_id: string | null;
  estimate: string | null;
  explanation: string | null;
  fields: string[];
};
type Fetch = (address: string, options: object) => Promise<{ ok: boolean; json: () => Promise<unknown> }>;

const [STATUS, REASON, AUDIT, AT] = [
  'fairscore_status',
  'fairscore_reason',
  'fairscore_audit_id',
  'fairscore_audited_at',
] as const;
export const PROPERTIES = [STATUS, REASON, AUDIT, AT] as const;

const SCHEMA = 'fairlead.panel/1';
const TIMEOUT = 5000;
const WRITTEN: Record<string, { state: State; title: string }> = {
  ok: { state: 'fine', title: 'No problem found' },
  review: { state: 'flagged', title: 'Score may be unreliable' },
  insufficient_data: { state: 'not_enough_data', title: 'Not enough data to tell' },
};
const STATES: readonly string[] = [
  ...Object.values(WRITTEN).map((one) => one.state),
  'not_audited',
  'not_connected',
  'no_permission',
];

/** The flag as it stands in the contact's properties; without one, the contact was not checked yet. */
export const fromProperties = (properties: Record<string, string | null>): Panel => {
  const known = WRITTEN[properties[STATUS] ?? ''];
  if (known === undefined) {
    return plain('not_audited', 'Not checked yet', 'The last audit did not cover this contact.');
  }
  return {
    ...plain(known.state, known.title, properties[REASON] || 'Fairlead has checked this score.'),
    checked_at: dated(properties[AT]),
    audit_id: properties[AUDIT] || null,
  };
};

/** What Fairlead says of the record that is open. Rejects where it cannot be reached or says something else. */
export const askFor = async (
  fetch: Fetch,
  address: string,
  record: { objectId: number; objectTypeId: string },
): Promise<Panel> => {
  const options = { method: 'POST', timeout: TIMEOUT, body: { ...record } };
  const response = await fetch(`${address}/hubspot/card`, options);
  const said: unknown = response.ok ? await response.json() : null;
  if (!isPanel(said)) {
    throw new Error('Fairlead gave no panel');
  }
  return read(said);
};

const isPanel = (said: unknown): said is Record<string, unknown> =>
  typeof said === 'object' && said !== null && 'schema' in said && said.schema === SCHEMA;

const read = (said: Record<string, unknown>): Panel => ({
  ...plain(state(said.state), text(said.title) ?? '', text(said.sentence) ?? ''),
  next_step: text(said.next_step),
  checked_at: text(said.checked_at),
  audit_id: text(said.audit_id),
  estimate: text(said.estimate),
  explanation: text(said.explanation),
  fields: Array.isArray(said.fields) ? said.fields.filter((one) => typeof one === 'string') : [],
});

const plain = (known: State, title: string, sentence: string): Panel => ({
  state: known,
  title,
  sentence,
  next_step: null,
  checked_at: null,
  audit_id: null,
  estimate: null,
  explanation: null,
  fields: [],
});

const state = (value: unknown): State => (STATES.includes(String(value)) ? (value as State) : 'not_audited');
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

// HubSpot hands a card a date-time as milliseconds since 1970, its API as ISO text.
const dated = (value: string | null | undefined): string | null => {
  if (!value) {
    return null;
  }
  return /^\d{12,14}$/.test(value) ? new Date(Number(value)).toISOString() : value;
};
