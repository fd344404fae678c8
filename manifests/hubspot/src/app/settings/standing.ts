// How Fairlead stands in this account, as it says itself. Nothing of it is trusted to be there.
import type { Words } from './words';

export type Property = { name: string; label: string };
export type Standing = {
  state: 'connected' | 'trouble' | 'not_connected';
  title: string;
  sentence: string;
  connected_at: string | null;
  checked_at: string | null;
  audit_id: string | null;
};
type Fetch = (address: string, options: object) => Promise<{ ok: boolean; json: () => Promise<unknown> }>;

const SCHEMA = 'fairlead.settings/1';
const TIMEOUT = 5000;
const STATES: readonly unknown[] = ['connected', 'trouble', 'not_connected'];

/** What Fairlead writes into each contact; the same that it makes at its first write-back. */
export const PROPERTIES: readonly Property[] = [
  { name: 'fairscore_status', label: 'Score check' },
  { name: 'fairscore_reason', label: 'Score check: why' },
  { name: 'fairscore_audit_id', label: 'Score check: audit' },
  { name: 'fairscore_audited_at', label: 'Score check: when' },
  { name: 'fairscore_calibrated_score', label: 'Score check: corrected score' },
];

/** How the connection stands. Rejects where Fairlead cannot be reached or says something else. */
export const askForStanding = async (fetch: Fetch, address: string, { language }: Words): Promise<Standing> => {
  const response = await fetch(`${address}/hubspot/settings`, { method: 'POST', timeout: TIMEOUT, body: { language } });
  const said = (response.ok ? await response.json() : null) as Record<string, unknown> | null;
  if (said?.schema !== SCHEMA || !STATES.includes(said.state)) {
    throw new Error('Fairlead gave no answer that this page understands');
  }
  return {
    state: said.state as Standing['state'],
    title: text(said.title) ?? '',
    sentence: text(said.sentence) ?? '',
    connected_at: text(said.connected_at),
    checked_at: text(said.checked_at),
    audit_id: text(said.audit_id),
  };
};

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
