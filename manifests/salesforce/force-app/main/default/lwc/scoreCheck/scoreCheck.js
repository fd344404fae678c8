// The score check of the lead that is open. Everything comes from Salesforce itself, through Lightning Data
// Service: the panel is right when Fairlead's server is away, and shows nothing that the rep may not see.
import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { getObjectInfo } from 'lightning/uiObjectInfoApi';
import { getRecord } from 'lightning/uiRecordApi';
import FEEDBACK from '@salesforce/schema/Fairness_Feedback__c';
import USER from '@salesforce/user/Id';
import { flagOf, optionalFields } from './fields';
import { LOADING, panelOf, panelOfError } from './panel';
import { ANY_CHECKED, FINDINGS, MY_ANSWER, nodes } from './queries';
import { WORDS, filled, points } from './words';

const ICONS = {
    fine: ['utility:success', 'success'],
    flagged: ['utility:warning', 'warning'],
    acknowledged: ['utility:check', ''],
    not_enough_data: ['utility:help', ''],
    stale: ['utility:clock', ''],
    no_permission: ['utility:lock', ''],
    not_connected: ['utility:unlinked', ''],
    away: ['utility:offline', ''],
    erased: ['utility:ban', '']
};
const NO_ICON = ['utility:dash', ''];
const USUAL_AGE = 30;

const answerOf = (verdict) => ({ verdict, label: WORDS.verdicts[verdict] ?? verdict });

export default class ScoreCheck extends LightningElement {
    @api recordId;
    @api scoreField;
    @api staleAfterDays = USUAL_AGE;

    words = WORDS;
    flag;
    error;
    mayAnswer = false;
    answer = null;
    sentences = [];
    anyChecked;

    @wire(getRecord, { recordId: '$recordId', optionalFields: '$optionalFields' })
    read({ data, error }) {
        this.error = error;
        this.flag = data && flagOf(data, this.scoreField);
    }

    @wire(getObjectInfo, { objectApiName: FEEDBACK })
    readRights({ data }) {
        this.mayAnswer = data?.createable === true;
    }

    @wire(graphql, { query: '$answerQuery', variables: '$mine' })
    readAnswer({ data }) {
        const [said] = nodes(data, 'Fairness_Feedback__c');
        // An answer to an earlier audit is not one to this check.
        const current = said && this.flag && said.Audit_Id__c?.value === this.flag.audit_id;
        this.answer = current ? answerOf(said.Verdict__c.value) : null;
    }

    @wire(graphql, { query: '$findingsQuery', variables: '$audit' })
    readFindings({ data }) {
        const found = nodes(data, 'Fairness_Finding__c').map((one) => one.Sentence__c?.value);
        this.sentences = [...new Set(found.filter(Boolean))];
    }

    @wire(graphql, { query: '$anyQuery' })
    readAny({ data }) {
        this.anyChecked = data ? nodes(data, 'Lead').length > 0 : undefined;
    }

    get optionalFields() {
        return optionalFields(this.scoreField);
    }

    // A query that is undefined is not asked.
    get answerQuery() {
        return this.mayAnswer && this.flag?.audit_id ? MY_ANSWER : undefined;
    }

    get findingsQuery() {
        return this.flag?.audit_id ? FINDINGS : undefined;
    }

    get anyQuery() {
        return this.flag?.status === null ? ANY_CHECKED : undefined;
    }

    get mine() {
        return { leadId: this.recordId, userId: USER };
    }

    get audit() {
        return { auditId: this.flag?.audit_id };
    }

    get panel() {
        if (this.error) {
            return panelOfError(this.error);
        }
        if (!this.flag) {
            return LOADING;
        }
        return panelOf(this.flag, {
            answer: this.answer,
            staleAfterDays: this.staleAfterDays || USUAL_AGE,
            anyChecked: this.anyChecked,
            now: Date.now()
        });
    }

    get isLoading() {
        return this.panel.state === 'loading';
    }

    get icon() {
        return (ICONS[this.panel.state] ?? NO_ICON)[0];
    }

    get iconVariant() {
        return (ICONS[this.panel.state] ?? NO_ICON)[1];
    }

    get body() {
        return `body ${this.panel.state}`;
    }

    get score() {
        const { score, corrected } = this.flag ?? {};
        if (!this.panel.answerable || typeof score !== 'number') {
            return null;
        }
        const whole = typeof corrected === 'number' && this.panel.shift;
        return whole
            ? filled(WORDS.scoreCorrected, points(score), points(corrected))
            : filled(WORDS.score, points(score));
    }

    get shiftValue() {
        return this.panel.shift[0];
    }

    get shiftLow() {
        return this.panel.shift[1];
    }

    get shiftHigh() {
        return this.panel.shift[2];
    }

    get hasFields() {
        return this.panel.fields.length > 0;
    }

    get hasFindings() {
        return this.panel.answerable && this.sentences.length > 0;
    }

    // Spaces in a template go: those between the words and the date stand in the text.
    get checkedText() {
        return `${WORDS.checked} `;
    }

    get auditText() {
        return this.panel.audit_id ? ` ${WORDS.inAudit} ${this.panel.audit_id}. ` : '. ';
    }

    get isAnswerable() {
        return this.mayAnswer && this.panel.answerable;
    }

    get answerLabel() {
        return this.answer?.label;
    }

    keepAnswer(event) {
        this.answer = answerOf(event.detail.verdict);
    }
}
