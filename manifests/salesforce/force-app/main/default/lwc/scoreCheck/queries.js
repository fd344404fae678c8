// What is asked beside the lead itself. Each stands alone, so that a hidden object takes only its own part away.
import { gql } from 'lightning/graphql';

/** The last answer of the rep who looks. Managers may see others' answers too, so it names her. */
export const MY_ANSWER = gql`
    query scoreCheckMyAnswer($leadId: ID, $userId: ID) {
        uiapi {
            query {
                Fairness_Feedback__c(
                    where: { and: [{ Lead__c: { eq: $leadId } }, { CreatedById: { eq: $userId } }] }
                    orderBy: { CreatedDate: { order: DESC } }
                    first: 1
                ) {
                    edges {
                        node {
                            Id
                            Verdict__c {
                                value
                            }
                            Audit_Id__c @optional {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

/** What the audit behind this flag found over all leads, in words that name no group. */
export const FINDINGS = gql`
    query scoreCheckFindings($auditId: String) {
        uiapi {
            query {
                Fairness_Finding__c(
                    where: { and: [{ Audit_Id__c: { eq: $auditId } }, { Status__c: { eq: "open" } }] }
                    first: 50
                ) {
                    edges {
                        node {
                            Id
                            Sentence__c @optional {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

/** Whether any lead that the rep sees was checked: if none was, Fairlead may not be connected at all. */
export const ANY_CHECKED = gql`
    query scoreCheckAnyChecked {
        uiapi {
            query {
                Lead(where: { Fairness_Status__c: { ne: null } }, first: 1) {
                    edges {
                        node {
                            Id
                        }
                    }
                }
            }
        }
    }
`;

export const nodes = (data, name) => (data?.uiapi?.query?.[name]?.edges ?? []).map((edge) => edge.node);
