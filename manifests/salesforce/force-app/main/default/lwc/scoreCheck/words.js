// Every text of the panel is a custom label, so that an org can translate or change it.
import LOCALE from '@salesforce/i18n/locale';
import fineTitle from '@salesforce/label/c.ScoreCheck_Fine_Title';
import fineSentence from '@salesforce/label/c.ScoreCheck_Fine_Sentence';
import fineNext from '@salesforce/label/c.ScoreCheck_Fine_Next';
import flaggedTitle from '@salesforce/label/c.ScoreCheck_Flagged_Title';
import flaggedSentence from '@salesforce/label/c.ScoreCheck_Flagged_Sentence';
import flaggedNext from '@salesforce/label/c.ScoreCheck_Flagged_Next';
import notEnoughDataTitle from '@salesforce/label/c.ScoreCheck_Not_Enough_Data_Title';
import notEnoughDataSentence from '@salesforce/label/c.ScoreCheck_Not_Enough_Data_Sentence';
import notEnoughDataNext from '@salesforce/label/c.ScoreCheck_Not_Enough_Data_Next';
import notAuditedTitle from '@salesforce/label/c.ScoreCheck_Not_Audited_Title';
import notAuditedSentence from '@salesforce/label/c.ScoreCheck_Not_Audited_Sentence';
import notAuditedNext from '@salesforce/label/c.ScoreCheck_Not_Audited_Next';
import notScoredTitle from '@salesforce/label/c.ScoreCheck_Not_Scored_Title';
import notScoredSentence from '@salesforce/label/c.ScoreCheck_Not_Scored_Sentence';
import notScoredNext from '@salesforce/label/c.ScoreCheck_Not_Scored_Next';
import notConnectedTitle from '@salesforce/label/c.ScoreCheck_Not_Connected_Title';
import notConnectedSentence from '@salesforce/label/c.ScoreCheck_Not_Connected_Sentence';
import notConnectedNext from '@salesforce/label/c.ScoreCheck_Not_Connected_Next';
import noPermissionTitle from '@salesforce/label/c.ScoreCheck_No_Permission_Title';
import noPermissionSentence from '@salesforce/label/c.ScoreCheck_No_Permission_Sentence';
import noPermissionNext from '@salesforce/label/c.ScoreCheck_No_Permission_Next';
import acknowledgedTitle from '@salesforce/label/c.ScoreCheck_Acknowledged_Title';
import acknowledgedSentence from '@salesforce/label/c.ScoreCheck_Acknowledged_Sentence';
import staleTitle from '@salesforce/label/c.ScoreCheck_Stale_Title';
import staleSentence from '@salesforce/label/c.ScoreCheck_Stale_Sentence';
import staleNext from '@salesforce/label/c.ScoreCheck_Stale_Next';
import erasedTitle from '@salesforce/label/c.ScoreCheck_Erased_Title';
import erasedSentence from '@salesforce/label/c.ScoreCheck_Erased_Sentence';
import erasedNext from '@salesforce/label/c.ScoreCheck_Erased_Next';
import awayTitle from '@salesforce/label/c.ScoreCheck_Away_Title';
import awaySentence from '@salesforce/label/c.ScoreCheck_Away_Sentence';
import awayNext from '@salesforce/label/c.ScoreCheck_Away_Next';
import cardTitle from '@salesforce/label/c.ScoreCheck_Card_Title';
import loading from '@salesforce/label/c.ScoreCheck_Loading';
import tooLow from '@salesforce/label/c.ScoreCheck_Too_Low';
import tooHigh from '@salesforce/label/c.ScoreCheck_Too_High';
import scoreNow from '@salesforce/label/c.ScoreCheck_Score_Now';
import score from '@salesforce/label/c.ScoreCheck_Score';
import scoreCorrected from '@salesforce/label/c.ScoreCheck_Score_Corrected';
import fields from '@salesforce/label/c.ScoreCheck_Fields';
import whatToDo from '@salesforce/label/c.ScoreCheck_What_To_Do';
import checked from '@salesforce/label/c.ScoreCheck_Checked';
import inAudit from '@salesforce/label/c.ScoreCheck_In_Audit';
import unchanged from '@salesforce/label/c.ScoreCheck_Unchanged';
import findings from '@salesforce/label/c.ScoreCheck_Findings';
import whatIsThis from '@salesforce/label/c.ScoreCheck_What_Is_This';
import whatItIs from '@salesforce/label/c.ScoreCheck_What_It_Is';
import agree from '@salesforce/label/c.ScoreCheck_Agree';
import disagree from '@salesforce/label/c.ScoreCheck_Disagree';
import review from '@salesforce/label/c.ScoreCheck_Ask_For_Review';

export const WORDS = {
    verdicts: { agree, disagree, review },
    fine: { title: fineTitle, sentence: fineSentence, next_step: fineNext },
    flagged: { title: flaggedTitle, sentence: flaggedSentence, next_step: flaggedNext },
    not_enough_data: { title: notEnoughDataTitle, sentence: notEnoughDataSentence, next_step: notEnoughDataNext },
    not_audited: { title: notAuditedTitle, sentence: notAuditedSentence, next_step: notAuditedNext },
    not_scored: { title: notScoredTitle, sentence: notScoredSentence, next_step: notScoredNext },
    not_connected: { title: notConnectedTitle, sentence: notConnectedSentence, next_step: notConnectedNext },
    no_permission: { title: noPermissionTitle, sentence: noPermissionSentence, next_step: noPermissionNext },
    acknowledged: { title: acknowledgedTitle, sentence: acknowledgedSentence },
    stale: { title: staleTitle, sentence: staleSentence, next_step: staleNext },
    erased: { title: erasedTitle, sentence: erasedSentence, next_step: erasedNext },
    away: { title: awayTitle, sentence: awaySentence, next_step: awayNext },
    cardTitle,
    loading,
    tooLow,
    tooHigh,
    scoreNow,
    score,
    scoreCorrected,
    fields,
    whatToDo,
    checked,
    inAudit,
    unchanged,
    findings,
    whatIsThis,
    whatItIs
};

/** A label with its places {0}, {1}, ... filled. */
export const filled = (label, ...values) => label.replace(/\{(\d)\}/g, (place, at) => values[at] ?? place);

/** Points of a score, as Fairlead's own panel rounds them: 15.3 is "15", 0.153 is "0.15". */
export const points = (value) => {
    const digits = value >= 9.5 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 };
    return new Intl.NumberFormat(LOCALE, { ...digits, roundingMode: 'halfEven' }).format(value);
};
