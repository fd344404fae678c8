// What the user answers to the check, in words from a list. There is no free text, so that nothing about a person is
// written down.
import { type Crm, type Fetch, asked, text } from './asking';
import { type Reason, type Told, type Verdict, askFor } from './panel';
import { FOUND_KEPT, NOT_KNOWN, NOT_SAVED, NO_ANSWER, NO_TRACE, filled } from './words';

export type Given = { verdict: Verdict; reason?: Reason };
/** What became of an answer, in a sentence. `told` is what Fairlead holds, where it had to be asked anew. */
export type Outcome = { became: 'kept' | 'not_kept' | 'not_known'; message: string; told?: Told };

const SCHEMA = 'fairlead.answer/1';

/** Send an answer to the check of an audit. It may be sent twice: one user has one answer to one check. */
export const send = async (
  fetch: Fetch,
  address: string,
  record: Crm,
  auditId: string,
  given: Given,
): Promise<Outcome> => {
  try {
    const said = await asked(fetch, `${address}/hubspot/answer`, { ...record, auditId, ...given }, SCHEMA);
    const message = text(said.message);
    if (message !== null) {
      return { became: said.state === 'kept' ? 'kept' : 'not_kept', message };
    }
  } catch {
    // It may have been saved all the same: what got lost may be the reply.
  }
  return lookedUp(fetch, address, record, auditId, given);
};

// What Fairlead holds says what became of an answer whose reply did not come.
const lookedUp = async (
  fetch: Fetch,
  address: string,
  record: Crm,
  auditId: string,
  given: Given,
): Promise<Outcome> => {
  try {
    const told = await askFor(fetch, address, record);
    const same = told.answer === given.verdict && told.reason === (given.reason ?? null);
    return told.panel.audit_id === auditId && same
      ? { became: 'kept', message: FOUND_KEPT, told }
      : { became: 'not_kept', message: filled(NOT_SAVED, NO_TRACE), told };
  } catch {
    return { became: 'not_known', message: filled(NOT_KNOWN, NO_ANSWER) };
  }
};
