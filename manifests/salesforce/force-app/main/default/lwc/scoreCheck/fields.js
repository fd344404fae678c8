// The fields of the Lead that Fairlead writes, and a record of Lightning Data Service as what they say.
import STATUS from '@salesforce/schema/Lead.Fairness_Status__c';
import AUDIT from '@salesforce/schema/Lead.Fairness_Audit_Id__c';
import CHECKED_AT from '@salesforce/schema/Lead.Fairness_Checked_At__c';
import NEXT_STEP from '@salesforce/schema/Lead.Fairness_Next_Step__c';
import FIELDS from '@salesforce/schema/Lead.Fairness_Fields__c';
import SHIFT from '@salesforce/schema/Lead.Fairness_Shift__c';
import SHIFT_LOW from '@salesforce/schema/Lead.Fairness_Shift_Low__c';
import SHIFT_HIGH from '@salesforce/schema/Lead.Fairness_Shift_High__c';
import CORRECTED from '@salesforce/schema/Lead.Fairness_Calibrated_Score__c';

const WRITTEN = [STATUS, AUDIT, CHECKED_AT, NEXT_STEP, FIELDS, SHIFT, SHIFT_LOW, SHIFT_HIGH, CORRECTED];

// A field of a parent is named with dots: ScoreIntelligence.Score. Undefined: hidden; null: empty.
const valueAt = (record, path) => {
    const steps = path.split('.');
    const name = steps.pop();
    const holder = steps.reduce((one, step) => one?.fields?.[step]?.value, record);
    return holder === null ? null : holder?.fields?.[name]?.value;
};

const listed = (text) =>
    (text || '')
        .split(';')
        .map((one) => one.trim())
        .filter(Boolean);

// Field-level security may hide any of them: as optional fields they are then left out, and nothing fails.
export const optionalFields = (scoreField) => {
    const name = (scoreField || '').trim();
    const written = WRITTEN.map((field) => `${field.objectApiName}.${field.fieldApiName}`);
    return name ? [...written, `Lead.${name}`] : written;
};

export const flagOf = (record, scoreField) => {
    const read = (field) => valueAt(record, field.fieldApiName);
    const numbers = [SHIFT, SHIFT_LOW, SHIFT_HIGH].map(read);
    return {
        visible: read(STATUS) !== undefined,
        status: read(STATUS),
        audit_id: read(AUDIT) || null,
        checked_at: read(CHECKED_AT) || null,
        next_step: read(NEXT_STEP) || null,
        fields: listed(read(FIELDS)),
        shift: numbers.every((one) => typeof one === 'number') ? numbers : null,
        score: scoreField ? valueAt(record, scoreField.trim()) : undefined,
        corrected: read(CORRECTED)
    };
};
