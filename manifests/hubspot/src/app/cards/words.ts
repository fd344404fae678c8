// Every text of the cards that Fairlead does not send: the cards speak also while it cannot be reached. The words
// are those of Fairlead's own panel and of its panel in Salesforce; a test holds them to each other.
import { GERMAN } from './german';

export const ENGLISH = {
  language: 'en',
  what: 'What is this?',
  whatItIs:
    'What the last audit says of the score of one lead: whether you can rely on it, and what to do. ' +
    'It says nothing about the person, and it does not change the score.',
  states: {
    fine: {
      title: 'No problem found',
      sentence: 'The last audit found nothing that would change the decision on this lead.',
      next_step: 'Use the score as you normally would.',
    },
    flagged: {
      title: 'Score may be unreliable',
      sentence: 'The last audit found scores like this one to be unreliable, so this score may mislead you.',
      next_step: 'Do not rank or drop this lead by its score. Look at the lead itself and decide.',
    },
    not_enough_data: {
      title: 'Not enough data to tell',
      sentence: "The last audit had too little data to tell whether this lead's score is reliable.",
      next_step: 'Treat the score as one hint among others.',
    },
    not_audited: {
      title: 'Not checked yet',
      sentence: 'The last audit did not cover this lead, so nothing is known about how reliable its score is.',
      next_step: 'Treat the score as one hint among others.',
    },
    not_scored: {
      title: 'No score yet',
      sentence: 'This lead has no score, so there is nothing to check.',
      next_step: 'Decide by the lead itself.',
    },
    acknowledged: {
      title: 'You have answered this check',
      sentence: 'The check says: {0}. You answered: {1}.',
      next_step: '',
    },
    stale: {
      title: 'This check is old',
      sentence: 'The score was last checked {0} days ago and may have changed since. The check said then: {1}.',
      next_step: 'Treat the score as one hint among others. Ask your CRM admin when the next check is due.',
    },
    erased: {
      title: 'This lead is gone',
      sentence: 'The lead was deleted or its data was erased, so there is no check to show.',
      next_step: 'There is nothing to do here.',
    },
    not_connected: {
      title: 'Fairlead is not connected',
      sentence: 'Fairlead has no working connection to this CRM, so it cannot check the score.',
      next_step: 'Ask your CRM admin to connect Fairlead.',
    },
    no_permission: {
      title: 'You cannot see this check',
      sentence: 'Your CRM account is not allowed to see the check of this lead.',
      next_step: 'Ask your CRM admin for access if you need it.',
    },
    away: {
      title: 'The check cannot be shown just now',
      sentence: 'Neither HubSpot nor Fairlead could be asked for the check of this lead.',
      next_step: 'Reload this page in a minute.',
    },
  },
  verdicts: { agree: 'Agree', disagree: 'Disagree', review: 'Ask for review' },
  reasons: {
    score_right: 'The score is right for this lead',
    score_too_low: 'The score is too low for this lead',
    score_too_high: 'The score is too high for this lead',
    data_wrong: 'The data of the lead is wrong or old',
    other: 'Another reason',
  },
  loading: 'Looking up the score check',
  missing: 'Details are missing',
  score: 'Score {0}',
  scoreCorrected: 'Score {0}, corrected {1}',
  scoreNow: 'score as it is',
  whatToDo: 'What to do',
  fields: 'Fields to look at',
  checked: 'Checked',
  unchanged: 'Fairlead checks scores; it does not change them.',
  answerTitle: 'What do you think?',
  answered: 'You answered: {0}.',
  answerAgain: 'Change my answer',
  why: 'Why do you disagree?',
  send: 'Send',
  cancel: 'Cancel',
  became: { kept: 'Saved', not_kept: 'Not saved', not_known: 'Not known' },
  notSaved: 'Your answer was not saved: {0}',
  noTrace: 'Fairlead was asked and does not have it. Answer again.',
  notKnown: 'It is not known whether your answer was saved: {0}',
  noAnswer: 'Fairlead cannot be reached just now. Reload this page in a minute to see.',
  foundKept: 'Fairlead was slow, but it has your answer.',
  audit: 'Audit',
  found: 'What this audit found over all leads',
  teamTitle: 'All leads that were checked',
  teamLoading: 'Summing up the checks',
  teamMissing: 'Nothing to sum up just now',
  teamAway: 'Fairlead cannot be reached just now. The property Score check of each contact still holds its last check.',
  thisLead: 'This lead',
  away: 'Fairlead cannot be reached just now. This is what it wrote into HubSpot at its last check.',
};

export type Words = typeof ENGLISH;
export type State = keyof Words['states'];
export type Verdict = keyof Words['verdicts'];
export type Reason = keyof Words['reasons'];

/** The words in the language that HubSpot speaks to who looks, such as "de" or "de-at"; else in English. */
export const wordsFor = (user: { language?: string; locale?: string } | undefined): Words =>
  /^de\b/i.test(user?.language ?? user?.locale ?? '') ? GERMAN : ENGLISH;

/** A text with its places {0}, {1}, ... filled. */
export const filled = (text: string, ...values: (string | number)[]): string =>
  text.replace(/\{(\d)\}/g, (place, at) => String(values[Number(at)] ?? place));
