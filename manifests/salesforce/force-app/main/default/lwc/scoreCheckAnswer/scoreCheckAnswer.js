// What the rep answers to the check: one record each, in words from a list. There is no free text, so that
// nothing about a person is written down.
import { LightningElement, api } from 'lwc';
import { createRecord } from 'lightning/uiRecordApi';
import FEEDBACK from '@salesforce/schema/Fairness_Feedback__c';
import LEAD from '@salesforce/schema/Fairness_Feedback__c.Lead__c';
import VERDICT from '@salesforce/schema/Fairness_Feedback__c.Verdict__c';
import REASON from '@salesforce/schema/Fairness_Feedback__c.Reason__c';
import STATUS_SEEN from '@salesforce/schema/Fairness_Feedback__c.Status_Seen__c';
import AUDIT from '@salesforce/schema/Fairness_Feedback__c.Audit_Id__c';
import title from '@salesforce/label/c.ScoreCheck_Answer_Title';
import agree from '@salesforce/label/c.ScoreCheck_Agree';
import disagree from '@salesforce/label/c.ScoreCheck_Disagree';
import review from '@salesforce/label/c.ScoreCheck_Ask_For_Review';
import why from '@salesforce/label/c.ScoreCheck_Why';
import scoreRight from '@salesforce/label/c.ScoreCheck_Score_Right';
import scoreTooLow from '@salesforce/label/c.ScoreCheck_Score_Too_Low';
import scoreTooHigh from '@salesforce/label/c.ScoreCheck_Score_Too_High';
import dataWrong from '@salesforce/label/c.ScoreCheck_Data_Wrong';
import other from '@salesforce/label/c.ScoreCheck_Other';
import send from '@salesforce/label/c.ScoreCheck_Send';
import cancel from '@salesforce/label/c.ScoreCheck_Cancel';
import answered from '@salesforce/label/c.ScoreCheck_Answered';
import thanks from '@salesforce/label/c.ScoreCheck_Thanks';
import again from '@salesforce/label/c.ScoreCheck_Answer_Again';
import notSaved from '@salesforce/label/c.ScoreCheck_Not_Saved';
import unknown from '@salesforce/label/c.ScoreCheck_Not_Saved_Why_Unknown';

const REASONS = [
    { value: 'score_right', label: scoreRight },
    { value: 'score_too_low', label: scoreTooLow },
    { value: 'score_too_high', label: scoreTooHigh },
    { value: 'data_wrong', label: dataWrong },
    { value: 'other', label: other }
];
const place = (field) => field.fieldApiName;

// A validation rule's own words stand in the output; the message above them only says that there was trouble.
const reasonIn = (error) => {
    const output = error?.body?.output;
    const inFields = Object.values(output?.fieldErrors ?? {}).flat();
    const told = [...(output?.errors ?? []), ...inFields].map((one) => one.message).filter(Boolean);
    return told.join(' ') || error?.body?.message || unknown;
};

export default class ScoreCheckAnswer extends LightningElement {
    @api recordId;
    @api auditId;
    @api status;
    /** The words of her last answer to this check; empty where there is none. */
    @api answered;

    words = { title, agree, disagree, review, why, send, cancel, again };
    reasons = REASONS;
    reason = '';
    isDisagreeing = false;
    isChanging = false;
    isBusy = false;
    said = '';
    trouble = '';

    get isAnswered() {
        return Boolean(this.answered) && !this.isChanging;
    }

    get answerSentence() {
        return answered.replace('{0}', this.answered);
    }

    get cannotSend() {
        return this.isBusy || !this.reason;
    }

    agree() {
        return this.save('agree');
    }

    askForReview() {
        return this.save('review');
    }

    startDisagreeing() {
        this.isDisagreeing = true;
        this.reason = '';
        this.said = '';
        this.trouble = '';
    }

    chooseReason(event) {
        this.reason = event.detail.value;
    }

    cancel() {
        this.isDisagreeing = false;
    }

    sendDisagreement() {
        return this.save('disagree', this.reason);
    }

    change() {
        this.isChanging = true;
        this.said = '';
    }

    async save(verdict, reason) {
        if (this.isBusy) {
            return;
        }
        this.isBusy = true;
        this.said = '';
        this.trouble = '';
        try {
            await createRecord({ apiName: FEEDBACK.objectApiName, fields: this.fieldsOf(verdict, reason) });
        } catch (error) {
            this.trouble = notSaved.replace('{0}', reasonIn(error));
            return;
        } finally {
            this.isBusy = false;
        }
        this.isDisagreeing = false;
        this.isChanging = false;
        this.said = thanks;
        this.dispatchEvent(new CustomEvent('answered', { detail: { verdict } }));
    }

    fieldsOf(verdict, reason) {
        const fields = {
            [place(LEAD)]: this.recordId,
            [place(VERDICT)]: verdict,
            [place(STATUS_SEEN)]: this.status,
            [place(AUDIT)]: this.auditId
        };
        return reason ? { ...fields, [place(REASON)]: reason } : fields;
    }
}
