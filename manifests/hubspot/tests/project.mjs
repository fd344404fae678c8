// The project by HubSpot's own parser. It loads its schemas from HubSpot; here that one call answers with our own,
// made of HubSpot's documents. Usage: node tests/project.mjs SRC [PROFILE]     (exit 1 where it is rejected)
import { http } from '@hubspot/local-dev-lib/http';
import { translate } from '@hubspot/project-parsing-lib/translate';

const url = { type: 'string', pattern: '^https://' };
const strings = { type: 'array', items: { type: 'string' } };
const subscription = {
  type: 'object',
  required: ['subscriptionType', 'active'],
  properties: {
    subscriptionType: { pattern: '^(object\\.(creation|deletion|merge|restore|propertyChange|associationChange)|contact\\.privacyDeletion|conversation\\..+)$' },
  },
};
const SCHEMAS = {
  APPLICATION: {
    type: 'object',
    required: ['name', 'description', 'distribution', 'auth', 'permittedUrls'],
    additionalProperties: false,
    properties: {
      name: { type: 'string', maxLength: 200 },
      description: { type: 'string', maxLength: 8192 },
      distribution: { enum: ['private', 'marketplace'] },
      isUserLevel: { type: 'boolean' },
      auth: {
        type: 'object',
        required: ['type', 'requiredScopes', 'redirectUrls'],
        additionalProperties: false,
        properties: {
          type: { enum: ['oauth', 'static'] },
          redirectUrls: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^(https://|http://localhost)' } },
          requiredScopes: { type: 'array', minItems: 1, items: { type: 'string', not: { pattern: 'sensitive' } } },
          optionalScopes: { type: 'array', items: { type: 'string', not: { pattern: 'sensitive' } } },
          conditionallyRequiredScopes: { type: 'array', items: { type: 'string', not: { pattern: 'sensitive' } } },
        },
      },
      permittedUrls: { type: 'object', properties: { fetch: { type: 'array', items: url }, iframe: strings, img: strings } },
      support: { type: 'object' },
    },
  },
  CARD: {
    type: 'object',
    required: ['name', 'location', 'entrypoint', 'objectTypes'],
    properties: {
      location: { enum: ['crm.record.tab', 'crm.record.sidebar', 'crm.preview', 'helpdesk.sidebar'] },
      entrypoint: { type: 'string', pattern: '^/app/cards/.+\\.(tsx|jsx)$' },
      objectTypes: { type: 'array', minItems: 1 },
    },
  },
  SETTINGS: {
    type: 'object',
    required: ['entrypoint'],
    additionalProperties: false,
    properties: { entrypoint: { type: 'string', pattern: '^/app/settings/.+\\.(tsx|jsx)$' } },
  },
  WEBHOOKS: {
    type: 'object',
    required: ['settings', 'subscriptions'],
    properties: {
      settings: {
        type: 'object',
        required: ['targetUrl', 'maxConcurrentRequests'],
        properties: { targetUrl: url, maxConcurrentRequests: { type: 'integer', exclusiveMinimum: 5 } },
      },
      subscriptions: {
        type: 'object',
        properties: {
          crmObjects: { type: 'array', items: subscription },
          hubEvents: { type: 'array', items: subscription },
        },
      },
    },
  },
};

http.get = async () => ({ data: SCHEMAS });
const [source, profile = 'production'] = process.argv.slice(2);
const context = { projectSourceDir: source, platformVersion: '2026.09', accountId: 1 };
try {
  const found = await translate(context, { skipValidation: false, profile });
  const left = JSON.stringify(found).match(/\$\{[A-Z_]+\}/g);
  if (left) {
    throw new Error(`the profile does not set ${left.join(', ')}`);
  }
  console.log(`valid: ${Object.keys(found.intermediateRepresentation.intermediateNodesIndexedByUid).sort().join(' ')}`);
} catch (error) {
  console.log('rejected:', String(error));
  process.exit(1);
}
