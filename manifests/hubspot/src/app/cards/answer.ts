// What the user answers to the check, in words from a list. There is no free text, so that nothing about a person is
// written down.
import { type Crm, type Fetch, asked, text } from './asking';
import type { Verdict } from './panel';
import { NOT_SAVED, NO_ANSWER, REASONS, filled } from './words';

export type Reason = keyof typeof REASONS;
export type Given = { verdict: Verdict; reason?: Reason };
/** What became of an answer, in a sentence. */
export type Outcome = { kept: boolean; message: string };

const SCHEMA = 'fairlead.answer/1';

/** Send an answer to the check of an audit. It may be sent twice: one user has one answer to one check. */
export const send = async (
  fetch: Fetch,
  address: string,
  record: Crm,
  auditId: string,
  given: Given,
): Promise<Outcome> => {
  const trouble = { kept: false, message: filled(NOT_SAVED, NO_ANSWER) };
  try {
    const said = await asked(fetch, `${address}/hubspot/answer`, { ...record, auditId, ...given }, SCHEMA);
    const message = text(said.message);
    return message === null ? trouble : { kept: said.state === 'kept', message };
  } catch {
    return trouble;
  }
};
