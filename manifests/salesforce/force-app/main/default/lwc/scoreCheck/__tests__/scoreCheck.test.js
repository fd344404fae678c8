import { createElement } from 'lwc';
import { graphql } from 'lightning/graphql';
import { getObjectInfo } from 'lightning/uiObjectInfoApi';
import { getRecord } from 'lightning/uiRecordApi';
import ScoreCheck from 'c/scoreCheck';
import { ANY_CHECKED, FINDINGS, MY_ANSWER } from '../queries';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const FLAGGED = {
    Fairness_Status__c: 'review',
    Fairness_Audit_Id__c: 'k7m2p9x4q8',
    Fairness_Checked_At__c: '2026-11-25T09:30:00.000Z',
    Fairness_Next_Step__c: 'Check PostalCode before you drop it.',
    Fairness_Fields__c: 'PostalCode; LeadSource',
    Fairness_Shift__c: 15.3,
    Fairness_Shift_Low__c: 11.2,
    Fairness_Shift_High__c: 19.4,
    Fairness_Calibrated_Score__c: 57.3
};
const written = (values) => ({
    apiName: 'Lead',
    fields: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))
});
const found = (name, ...records) => ({
    data: { uiapi: { query: { [name]: { edges: records.map((node) => ({ node })) } } } }
});
const settled = () => new Promise((done) => process.nextTick(done));

const shown = async ({ record, error, settings = {}, createable = false } = {}) => {
    const element = createElement('c-score-check', { is: ScoreCheck });
    Object.assign(element, { recordId: '00Q000000000001EAA', ...settings });
    document.body.appendChild(element);
    getObjectInfo.emit({ createable });
    if (record) {
        getRecord.emit(written(record));
    }
    if (error) {
        getRecord.error({}, error.status, error.statusText);
    }
    await settled();
    return element;
};
const at = (element, selector) => element.shadowRoot.querySelector(selector);
const stateOf = (element) => at(element, '[data-state]').dataset.state;
const textOf = (element) => element.shadowRoot.textContent.replace(/\s+/g, ' ');

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(() => {
    jest.restoreAllMocks();
    document.body.replaceChildren();
});

describe('c-score-check', () => {
    it('explains itself below every state that it shows', async () => {
        const element = await shown({ record: FLAGGED });
        expect(at(element, '.help summary').textContent).toBe('What is this?');
        expect(at(element, '.help p').textContent).toContain('it does not change the score');
        const away = await shown({ error: { status: 503 } });
        expect(at(away, '.help summary').textContent).toBe('What is this?');
    });

    it('says that it is loading until Salesforce has answered', async () => {
        const element = await shown();
        expect(stateOf(element)).toBe('loading');
        expect(at(element, 'lightning-spinner').alternativeText).toBe('Looking up the score check');
        await expect(element).toBeAccessible();
    });

    it('asks for the written fields as optional ones, and for the score where its field is named', async () => {
        const element = await shown({ settings: { scoreField: 'My_Score__c' } });
        const { optionalFields, fields } = getRecord.getLastConfig();
        expect(fields).toBeUndefined();
        expect(optionalFields).toHaveLength(10);
        expect(optionalFields).toEqual(expect.arrayContaining(['Lead.Fairness_Status__c', 'Lead.My_Score__c']));
        expect(stateOf(element)).toBe('loading');
    });

    it.each([
        ['fine', 'No problem found', { Fairness_Status__c: 'ok' }],
        ['not_enough_data', 'Not enough data to tell', { Fairness_Status__c: 'insufficient_data' }],
        ['not_audited', 'Not checked yet', { Fairness_Status__c: null }],
        ['not_audited', 'Not checked yet', { Fairness_Status__c: 'a value of a later version' }],
        ['no_permission', 'You cannot see this check', { Fairness_Reason__c: 'The status is hidden.' }]
    ])('shows %s', async (state, title, record) => {
        const element = await shown({ record });
        expect(stateOf(element)).toBe(state);
        expect(at(element, '.title').textContent).toBe(title);
        expect(at(element, '.next').textContent).not.toBe('');
        expect(at(element, 'c-score-check-shift')).toBeNull();
        await expect(element).toBeAccessible();
    });

    it('shows a flag with everything that is known of it', async () => {
        const element = await shown({ record: FLAGGED });
        expect(stateOf(element)).toBe('flagged');
        expect(textOf(element)).toContain('Score may be unreliable');
        expect(textOf(element)).toContain('May be too low by about 15 points (11 to 19).');
        expect([...element.shadowRoot.querySelectorAll('.field')].map((one) => one.textContent)).toEqual([
            'PostalCode',
            'LeadSource'
        ]);
        expect(at(element, '.next').textContent).toBe('Check PostalCode before you drop it.');
        expect(at(element, 'lightning-formatted-date-time').value).toBe('2026-11-25T09:30:00.000Z');
        expect(at(element, '.foot').textContent).toContain('Checked  in audit k7m2p9x4q8. Fairlead checks scores;');
        const picture = at(element, 'c-score-check-shift');
        expect([picture.shift, picture.low, picture.high]).toEqual([15.3, 11.2, 19.4]);
        await expect(element).toBeAccessible();
    });

    it('says nothing of size or direction where the fields for it are hidden or empty', async () => {
        const { Fairness_Status__c, Fairness_Audit_Id__c } = FLAGGED;
        for (const rest of [{}, { Fairness_Shift__c: 15.3 }, { Fairness_Shift__c: null, Fairness_Fields__c: null }]) {
            // eslint-disable-next-line no-await-in-loop
            const element = await shown({ record: { Fairness_Status__c, Fairness_Audit_Id__c, ...rest } });
            expect(stateOf(element)).toBe('flagged');
            expect(at(element, '.estimate')).toBeNull();
            expect(at(element, '.fields')).toBeNull();
            expect(at(element, '.next').textContent).toContain('Do not rank or drop this lead by its score.');
        }
    });

    it('says too high where the shift is down', async () => {
        const down = { Fairness_Shift__c: -0.153, Fairness_Shift_Low__c: -0.2, Fairness_Shift_High__c: -0.1 };
        const element = await shown({ record: { ...FLAGGED, ...down } });
        expect(textOf(element)).toContain('May be too high by about 0.15 points (0.1 to 0.2).');
    });

    it.each([
        [29, 'fine'],
        [30, 'stale'],
        [400, 'stale']
    ])('takes a check of %i days for %s', async (days, state) => {
        const Fairness_Checked_At__c = new Date(NOW - days * DAY).toISOString();
        const record = { Fairness_Status__c: 'ok', Fairness_Checked_At__c };
        expect(stateOf(await shown({ record }))).toBe(state);
    });

    it('says how old a check is and what it said, and tells no old size', async () => {
        const Fairness_Checked_At__c = new Date(NOW - 61 * DAY).toISOString();
        const element = await shown({ record: { ...FLAGGED, Fairness_Checked_At__c } });
        expect(textOf(element)).toContain('last checked 61 days ago');
        expect(textOf(element)).toContain('The check said then: Score may be unreliable.');
        expect(at(element, '.estimate')).toBeNull();
        await expect(element).toBeAccessible();
    });

    it('takes the age from the page where the admin set one', async () => {
        const Fairness_Checked_At__c = new Date(NOW - 8 * DAY).toISOString();
        const record = { Fairness_Status__c: 'ok', Fairness_Checked_At__c };
        expect(stateOf(await shown({ record, settings: { staleAfterDays: 7 } }))).toBe('stale');
    });

    it('says that there is no score, and shows one that there is', async () => {
        const settings = { scoreField: 'My_Score__c' };
        const none = await shown({ record: { ...FLAGGED, My_Score__c: null }, settings });
        expect(stateOf(none)).toBe('not_scored');
        const some = await shown({ record: { ...FLAGGED, My_Score__c: 42 }, settings });
        expect(at(some, '.score').textContent).toBe('Score 42, corrected 57');
        const plain = await shown({ record: { Fairness_Status__c: 'ok', My_Score__c: 42 }, settings });
        expect(at(plain, '.score').textContent).toBe('Score 42');
        const hidden = await shown({ record: FLAGGED, settings });
        expect(stateOf(hidden)).toBe('flagged');
        expect(at(hidden, '.score')).toBeNull();
    });

    it('reads a score that stands at a parent', async () => {
        const settings = { scoreField: 'ScoreIntelligence.Score' };
        const ScoreIntelligence = { fields: { Score: { value: 85 } } };
        const element = await shown({ record: { Fairness_Status__c: 'ok', ScoreIntelligence }, settings });
        expect(at(element, '.score').textContent).toBe('Score 85');
        const none = await shown({ record: { Fairness_Status__c: 'ok', ScoreIntelligence: null }, settings });
        expect(stateOf(none)).toBe('not_scored');
    });

    it.each([
        ['erased', { status: 404, statusText: 'NOT_FOUND' }],
        ['no_permission', { status: 403, statusText: 'INSUFFICIENT_ACCESS' }],
        ['away', { status: 503, statusText: 'SERVER_UNAVAILABLE' }]
    ])('shows %s where the lead cannot be read', async (state, error) => {
        const element = await shown({ error });
        expect(stateOf(element)).toBe(state);
        await expect(element).toBeAccessible();
    });

    it('says that Fairlead may not be connected where no lead at all was checked', async () => {
        const element = await shown({ record: { Fairness_Status__c: null } });
        graphql.emit(found('Lead'), ({ query }) => query === ANY_CHECKED);
        await settled();
        expect(stateOf(element)).toBe('not_connected');
        graphql.emit(found('Lead', { Id: '00Q000000000002EAA' }), ({ query }) => query === ANY_CHECKED);
        await settled();
        expect(stateOf(element)).toBe('not_audited');
        graphql.emit({ errors: [{ message: 'too slow' }] }, ({ query }) => query === ANY_CHECKED);
        await settled();
        expect(stateOf(element)).toBe('not_audited');
    });

    it('does not ask whether any lead was checked where this one was', async () => {
        await shown({ record: FLAGGED });
        graphql.emit(found('Lead'), ({ query }) => query === ANY_CHECKED);
        await settled();
        expect(stateOf(document.body.firstChild)).toBe('flagged');
    });

    it('shows what the audit found over all leads, each sentence once', async () => {
        const element = await shown({ record: FLAGGED });
        const sentence = { Id: 'a0X1', Sentence__c: { value: 'The score is unreliable for some leads.' } };
        graphql.emit(
            found('Fairness_Finding__c', sentence, { ...sentence, Id: 'a0X2' }, { Id: 'a0X3' }),
            ({ query, variables }) => query === FINDINGS && variables.auditId === 'k7m2p9x4q8'
        );
        await settled();
        expect(element.shadowRoot.querySelectorAll('details li')).toHaveLength(1);
        await expect(element).toBeAccessible();
    });

    it('offers an answer to those who may give one, and to nobody else', async () => {
        expect(at(await shown({ record: FLAGGED }), 'c-score-check-answer')).toBeNull();
        const element = await shown({ record: FLAGGED, createable: true });
        const answer = at(element, 'c-score-check-answer');
        expect([answer.recordId, answer.auditId, answer.status]).toEqual([
            '00Q000000000001EAA',
            'k7m2p9x4q8',
            'review'
        ]);
        const unchecked = await shown({ record: { Fairness_Status__c: null }, createable: true });
        expect(at(unchecked, 'c-score-check-answer')).toBeNull();
    });

    it('takes a flag that its rep has answered for acknowledged', async () => {
        const element = await shown({ record: FLAGGED, createable: true });
        const said = (audit) => found('Fairness_Feedback__c', { Id: 'a0Y1', Verdict__c: { value: 'disagree' }, Audit_Id__c: { value: audit } });
        graphql.emit(said('an earlier one'), ({ query }) => query === MY_ANSWER);
        await settled();
        expect(stateOf(element)).toBe('flagged');
        graphql.emit(said('k7m2p9x4q8'), ({ query }) => query === MY_ANSWER);
        await settled();
        expect(stateOf(element)).toBe('acknowledged');
        expect(textOf(element)).toContain('The check says: Score may be unreliable. You answered: Disagree.');
        expect(textOf(element)).toContain('May be too low by about 15 points');
        expect(at(element, 'c-score-check-answer').answered).toBe('Disagree');
        await expect(element).toBeAccessible();
    });

    it('acknowledges at once what is answered on the page', async () => {
        const element = await shown({ record: FLAGGED, createable: true });
        at(element, 'c-score-check-answer').dispatchEvent(new CustomEvent('answered', { detail: { verdict: 'review' } }));
        await settled();
        expect(stateOf(element)).toBe('acknowledged');
        expect(textOf(element)).toContain('You answered: Ask for review.');
    });
});
