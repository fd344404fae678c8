// Every text of the cards that Fairlead does not send: the cards speak also while it cannot be reached. The words
// are those of Fairlead's own panel and of its panel in Salesforce; a test holds them to each other.

export const WHAT = 'What is this?';
export const WHAT_IT_IS =
  'What the last audit says of the score of one lead: whether you can rely on it, and what to do. ' +
  'It says nothing about the person, and it does not change the score.';

export const STATES = {
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
} as const;

export const VERDICTS = { agree: 'Agree', disagree: 'Disagree', review: 'Ask for review' } as const;
export const REASONS = {
  score_right: 'The score is right for this lead',
  score_too_low: 'The score is too low for this lead',
  score_too_high: 'The score is too high for this lead',
  data_wrong: 'The data of the lead is wrong or old',
  other: 'Another reason',
} as const;

export const LOADING = 'Looking up the score check';
export const SCORE = 'Score {0}';
export const SCORE_CORRECTED = 'Score {0}, corrected {1}';
export const SCORE_NOW = 'score as it is';
export const WHAT_TO_DO = 'What to do';
export const FIELDS = 'Fields to look at';
export const CHECKED = 'Checked';
export const UNCHANGED = 'Fairlead checks scores; it does not change them.';
export const ANSWER_TITLE = 'What do you think?';
export const ANSWERED = 'You answered: {0}.';
export const ANSWER_AGAIN = 'Change my answer';
export const WHY = 'Why do you disagree?';
export const SEND = 'Send';
export const CANCEL = 'Cancel';
export const NOT_SAVED = 'Your answer was not saved: {0}';
export const NO_TRACE = 'Fairlead was asked and does not have it. Answer again.';
export const NOT_KNOWN = 'It is not known whether your answer was saved: {0}';
export const NO_ANSWER = 'Fairlead cannot be reached just now. Reload this page in a minute to see.';
export const FOUND_KEPT = 'Fairlead was slow, but it has your answer.';
export const AUDIT = 'Audit';
export const FOUND = 'What this audit found over all leads';
export const TEAM_TITLE = 'All leads that were checked';
export const TEAM_LOADING = 'Summing up the checks';
export const TEAM_AWAY =
  'Fairlead cannot be reached just now. The property Score check of each contact still holds its last check.';
export const THIS_LEAD = 'This lead';
export const AWAY = 'Fairlead cannot be reached just now. This is what it wrote into HubSpot at its last check.';

/** A text with its places {0}, {1}, ... filled. */
export const filled = (text: string, ...values: (string | number)[]): string =>
  text.replace(/\{(\d)\}/g, (place, at) => String(values[Number(at)] ?? place));
