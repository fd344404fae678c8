// What the user answers to the check, in words from a list. There is no free text, so that nothing about a person is
// written down.
import { type Crm, type Fetch, asked, text } from './asking';
import { type Told, askFor } from './panel';
import { type Reason, type Verdict, type Words, filled } from './words';

export type Given = { verdict: Verdict; reason?: Reason };
/** The check that is answered: the record, the audit, and where Fairlead is. */
export type Check = { address: string; record: Crm; auditId: string };
/** What became of an answer, in a sentence. `told` is what Fairlead holds, where it had to be asked anew. */
export type Outcome = { became: 'kept' | 'not_kept' | 'not_known'; message: string; told?: Told };

const SCHEMA = 'fairlead.answer/1';

/** Send an answer to the check of an audit. It may be sent twice: one user has one answer to one check. */
export const send = async (fetch: Fetch, check: Check, given: Given, words: Words): Promise<Outcome> => {
  const { address, record, auditId } = check;
  const body = { ...record, auditId, ...given, language: words.language };
  try {
    const said = await asked(fetch, `${address}/hubspot/answer`, body, SCHEMA);
    const message = text(said.message);
    if (message !== null) {
      return { became: said.state === 'kept' ? 'kept' : 'not_kept', message };
    }
  } catch {
    // It may have been saved all the same: what got lost may be the reply.
  }
  return lookedUp(fetch, check, given, words);
};

// What Fairlead holds says what became of an answer whose reply did not come.
const lookedUp = async (
  fetch: Fetch,
  { address, record, auditId }: Check,
  given: Given,
  words: Words,
): Promise<Outcome> => {
  try {
    const told = await askFor(fetch, address, record, words);
    const same = told.answer === given.verdict && told.reason === (given.reason ?? null);
    return told.panel.audit_id === auditId && same
      ? { became: 'kept', message: words.foundKept, told }
      : { became: 'not_kept', message: filled(words.notSaved, words.noTrace), told };
  } catch {
    return { became: 'not_known', message: filled(words.notKnown, words.noAnswer) };
  }
};
