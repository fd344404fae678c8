// Salesforce's own test adapter for `lightning/graphql`, with queries that stay their text: its `gql` gives nothing.
import { createTestWireAdapter } from '@salesforce/wire-service-jest-util';

export const gql = (parts) => parts.join('');
export const graphql = createTestWireAdapter();
