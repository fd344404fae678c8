// How the checks of all contacts went, as Fairlead sums them up. Nothing of it is trusted to be there.
import { type Fetch, type Said, asked, text, texts } from './asking';
import type { Words } from './words';

export type Count = { state: string; title: string; number: number };
export type Overview = {
  state: 'checked' | 'not_audited' | 'not_connected';
  sentence: string;
  next_step: string | null;
  counts: Count[];
  checked_at: string | null;
  audit_id: string | null;
  findings: string[];
};

const SCHEMA = 'fairlead.overview/1';
const STATES: readonly unknown[] = ['checked', 'not_audited', 'not_connected'];

/** The newest audit, summed up. Rejects where Fairlead cannot be reached or says something else. */
export const askForAll = async (fetch: Fetch, address: string, { language }: Words): Promise<Overview> => {
  const said = await asked(fetch, `${address}/hubspot/overview`, { language }, SCHEMA);
  return {
    state: STATES.includes(said.state) ? (said.state as Overview['state']) : 'not_audited',
    sentence: text(said.sentence) ?? '',
    next_step: text(said.next_step),
    counts: Array.isArray(said.counts) ? said.counts.flatMap(count) : [],
    checked_at: text(said.checked_at),
    audit_id: text(said.audit_id),
    findings: texts(said.findings),
  };
};

const count = (said: Said | null): Count[] => {
  const [state, title] = [text(said?.state), text(said?.title)];
  const number = said?.number;
  return state && title && typeof number === 'number' ? [{ state, title, number }] : [];
};
