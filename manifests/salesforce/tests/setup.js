// Before each file of tests: labels say what the project's file says, and sa11y's matchers are there.
const { registerSa11yMatcher } = require('@sa11y/jest');
const { labels } = require('./labels');

registerSa11yMatcher();
for (const [name, value] of Object.entries(labels())) {
    jest.doMock(`@salesforce/label/c.${name}`, () => ({ __esModule: true, default: value }), { virtual: true });
}
