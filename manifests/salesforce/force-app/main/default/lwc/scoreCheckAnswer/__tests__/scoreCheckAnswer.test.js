import { createElement } from 'lwc';
import { createRecord } from 'lightning/uiRecordApi';
import ScoreCheckAnswer from 'c/scoreCheckAnswer';

const settled = () => new Promise((done) => process.nextTick(done));
const shown = (settings = {}) => {
    const element = createElement('c-score-check-answer', { is: ScoreCheckAnswer });
    Object.assign(element, { recordId: '00Q000000000001EAA', auditId: 'k7m2p9x4q8', status: 'review', ...settings });
    document.body.appendChild(element);
    return element;
};
const at = (element, selector) => element.shadowRoot.querySelector(selector);
const press = async (element, what) => {
    at(element, `[data-do=${what}]`).click();
    await settled();
};
const CONTEXT = { Lead__c: '00Q000000000001EAA', Status_Seen__c: 'review', Audit_Id__c: 'k7m2p9x4q8' };

beforeEach(() => {
    createRecord.mockReset();
    createRecord.mockResolvedValue({ id: 'a0Y000000000001' });
});

afterEach(() => {
    document.body.replaceChildren();
});

describe('c-score-check-answer', () => {
    it.each(['agree', 'review'])('saves %s with what the rep saw', async (verdict) => {
        const element = shown();
        const heard = jest.fn();
        element.addEventListener('answered', (event) => heard(event.detail));
        await press(element, verdict);
        await settled();
        expect(createRecord.mock.calls).toEqual([
            [{ apiName: 'Fairness_Feedback__c', fields: { ...CONTEXT, Verdict__c: verdict } }]
        ]);
        expect(heard.mock.calls).toEqual([[{ verdict }]]);
        expect(at(element, '[role=status]').textContent).toContain('Thank you.');
        await expect(element).toBeAccessible();
    });

    it('asks why before it saves a disagreement', async () => {
        const element = shown();
        await press(element, 'disagree');
        expect(createRecord).not.toHaveBeenCalled();
        expect(at(element, '[data-do=send]').disabled).toBe(true);
        const group = at(element, 'lightning-radio-group');
        expect(group.options.map((one) => one.value)).toEqual([
            'score_right',
            'score_too_low',
            'score_too_high',
            'data_wrong',
            'other'
        ]);
        await expect(element).toBeAccessible();
        group.dispatchEvent(new CustomEvent('change', { detail: { value: 'data_wrong' } }));
        await settled();
        await press(element, 'send');
        expect(createRecord.mock.calls[0][0].fields).toEqual({
            ...CONTEXT,
            Verdict__c: 'disagree',
            Reason__c: 'data_wrong'
        });
        await settled();
        expect(at(element, 'lightning-radio-group')).toBeNull();
    });

    it('lets the rep think again', async () => {
        const element = shown();
        await press(element, 'disagree');
        await press(element, 'cancel');
        expect(at(element, '[data-do=agree]')).not.toBeNull();
        expect(createRecord).not.toHaveBeenCalled();
    });

    it('shows the answer that was given, and takes another', async () => {
        const element = shown({ answered: 'Agree' });
        expect(element.shadowRoot.textContent).toContain('You answered: Agree.');
        expect(at(element, '[data-do=agree]')).toBeNull();
        await press(element, 'change');
        await press(element, 'review');
        expect(createRecord).toHaveBeenCalledTimes(1);
    });

    it.each([
        [{ body: { message: 'Could not save.', output: { errors: [{ message: 'Choose why.' }], fieldErrors: {} } } }, 'Choose why.'],
        [
            { body: { message: 'Could not save.', output: { errors: [], fieldErrors: { Reason__c: [{ message: 'Bad value.' }] } } } },
            'Bad value.'
        ],
        [{ body: { message: 'No access.' } }, 'No access.'],
        [new Error('network'), 'Salesforce did not say why. Try again in a minute.']
    ])('says why an answer was not saved', async (error, words) => {
        createRecord.mockRejectedValue(error);
        const element = shown();
        const heard = jest.fn();
        element.addEventListener('answered', heard);
        await press(element, 'agree');
        await settled();
        expect(at(element, '[role=alert]').textContent).toBe(`Your answer was not saved: ${words}`);
        expect(at(element, '[data-do=agree]').disabled).toBe(false);
        expect(heard).not.toHaveBeenCalled();
        await expect(element).toBeAccessible();
    });

    it('saves one answer however often the button is pressed', async () => {
        let done;
        createRecord.mockReturnValue(new Promise((resolve) => (done = resolve)));
        const element = shown();
        at(element, '[data-do=agree]').click();
        at(element, '[data-do=agree]').click();
        await settled();
        expect(at(element, '[data-do=agree]').disabled).toBe(true);
        done({});
        await settled();
        expect(createRecord).toHaveBeenCalledTimes(1);
    });
});
