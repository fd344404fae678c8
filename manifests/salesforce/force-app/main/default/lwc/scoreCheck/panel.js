// What the panel says, as one value: the shape and the words of Fairlead's own panel (fairlead.panel/1).
// It never names a group or anything about the person.
import { WORDS, filled, points } from './words';

const DAY = 24 * 60 * 60 * 1000;
const BY_STATUS = { ok: 'fine', review: 'flagged', insufficient_data: 'not_enough_data' };
const GONE = new Set([404, 410]);
const FORBIDDEN = new Set([401, 403]);

const plain = (state) => ({
    state,
    ...WORDS[state],
    checked_at: null,
    audit_id: null,
    estimate: null,
    shift: null,
    fields: [],
    answerable: false
});

const dated = (flag, state) => ({
    ...plain(state),
    checked_at: flag.checked_at,
    audit_id: flag.audit_id,
    answerable: true
});

const stale = (flag, state, age) => ({
    ...dated(flag, 'stale'),
    sentence: filled(WORDS.stale.sentence, age, WORDS[state].title)
});

const estimate = (shift) => {
    if (!shift) {
        return null;
    }
    const [value, ...ends] = shift;
    const [low, high] = ends.map(Math.abs).sort((one, other) => one - other);
    const sentence = value > 0 ? WORDS.tooLow : WORDS.tooHigh;
    return filled(sentence, points(Math.abs(value)), points(low), points(high));
};

const acknowledged = (panel, answer) => ({
    ...panel,
    state: 'acknowledged',
    title: WORDS.acknowledged.title,
    sentence: filled(WORDS.acknowledged.sentence, panel.title, answer.label)
});

const checked = (flag, state, answer) => {
    const panel = dated(flag, state);
    const said = {
        ...panel,
        next_step: flag.next_step || panel.next_step,
        estimate: estimate(flag.shift),
        shift: flag.shift,
        fields: flag.fields
    };
    return state === 'flagged' && answer ? acknowledged(said, answer) : said;
};

// A flag without a readable date is as old as it may be, and is shown as it stands.
const daysSince = (text, now) => {
    const age = Math.floor((now - Date.parse(text)) / DAY);
    return Number.isNaN(age) ? 0 : age;
};

/** The panel of a record that Lightning Data Service gave; `now` is in milliseconds since 1970. */
export const panelOf = (flag, { answer, staleAfterDays, anyChecked, now }) => {
    if (!flag.visible) {
        return plain('no_permission');
    }
    // The score may be hidden from the rep (undefined); only one that is surely empty says that there is none.
    if (flag.score === null) {
        return plain('not_scored');
    }
    const state = BY_STATUS[flag.status];
    if (!state) {
        return plain(anyChecked === false ? 'not_connected' : 'not_audited');
    }
    const age = daysSince(flag.checked_at, now);
    if (age >= staleAfterDays) {
        return stale(flag, state, age);
    }
    return checked(flag, state, answer);
};

/** The panel where Lightning Data Service gave an error instead of a record. */
export const panelOfError = (error) => {
    const status = [].concat(error)[0]?.status;
    if (GONE.has(status)) {
        return plain('erased');
    }
    return plain(FORBIDDEN.has(status) ? 'no_permission' : 'away');
};

export const LOADING = { state: 'loading' };
