const js = require('@eslint/js');
const aura = require('@salesforce/eslint-plugin-aura');
const lwc = require('@salesforce/eslint-config-lwc');
const jest = require('eslint-plugin-jest');

const NODE = { __dirname: 'readonly', console: 'readonly', module: 'writable', process: 'readonly', require: 'readonly' };
const within = (files, configs) => configs.map((one) => ({ ...one, files }));

module.exports = [
    { ignores: ['artefacts/**', '**/__tests__/data/**'] },
    ...within(['**/lwc/**/*.js'], lwc.configs.recommended),
    ...within(['**/__tests__/**'], [
        jest.configs['flat/recommended'],
        {
            languageOptions: { globals: { process: 'readonly' } },
            rules: { '@lwc/lwc/no-unexpected-wire-adapter-usages': 'off' }
        }
    ]),
    ...within(['**/aura/**/*.js'], [
        ...aura.configs.recommended,
        ...aura.configs.locker,
        // A controller is an object in parentheses, and nothing else.
        { rules: { 'no-unused-expressions': 'off' } }
    ]),
    {
        files: ['*.js', 'tests/**/*.js', 'tests/**/*.mjs'],
        ...js.configs.recommended,
        languageOptions: { globals: { ...NODE, document: 'readonly', exports: 'writable', jest: 'readonly', window: 'readonly' } }
    }
];
