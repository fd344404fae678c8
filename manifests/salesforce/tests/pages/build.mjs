// The panel outside an org: the project's own components, compiled by Salesforce's compiler, with Salesforce's own
// base components and style sheet. Only what an org answers is made up: `window.scene` says it.
// Usage: node tests/pages/build.mjs OUT [LANGUAGE]      (writes OUT/panel.js and OUT/slds.css)
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { rollup } from 'rollup';
import lwc from '@lwc/rollup-plugin';

const require = createRequire(import.meta.url);
const { labels, translated } = require('../labels');
const [out, language = 'en'] = process.argv.slice(2);
const HERE = import.meta.dirname;
const COMPONENTS = 'force-app/main/default/lwc';
const STUBS = ['uiRecordApi', 'uiObjectInfoApi', 'graphql'];
// Of Salesforce's icons, those that the panel does not show are thousands.
const UNSHOWN = /^lightning\/iconSvgTemplates(?!Utility$)/;
const texts = language === 'en' ? labels() : translated(language);
const LOCALES = { en: 'en-US', de: 'de-DE' };

// What an org resolves by name: labels, fields, the user, the locale.
const scoped = {
    name: 'scoped',
    resolveId: (id) => (OURS.test(id) || UNSHOWN.test(id) ? `\0${id}` : null),
    load(id) {
        return id.startsWith('\0') ? `export default ${JSON.stringify(valueOf(id.slice(1)))}` : null;
    }
};
// The base components bring what they need of these themselves.
const OURS = /^@salesforce\/(label\/c\.|schema\/|user\/|i18n\/locale$)/;

function valueOf(id) {
    const name = id.split('/').pop();
    if (id.startsWith('@salesforce/label/')) {
        const text = texts[name.slice(2)];
        if (text === undefined) {
            throw new Error(`There is no label ${name}.`);
        }
        return text;
    }
    if (id.startsWith('@salesforce/schema/')) {
        const [objectApiName, fieldApiName] = name.split('.');
        return { objectApiName, fieldApiName };
    }
    return { locale: LOCALES[language], Id: '005000000000002AAA' }[name] ?? {};
}

const aliases = [
    ...readdirSync(COMPONENTS).map((name) => ({ name: `c/${name}`, path: path.resolve(COMPONENTS, name, `${name}.js`) })),
    ...STUBS.map((name) => ({ name: `lightning/${name}`, path: path.join(HERE, 'stubs', `${name}.js`) }))
];

const VALUES = { 'process.env.NODE_ENV': '"production"', 'import.meta.env.SSR': 'false' };
const production = {
    name: 'production',
    transform(code) {
        const made = Object.entries(VALUES).reduce((text, [name, value]) => text.replaceAll(name, value), code);
        return made === code ? null : { code: made, map: null };
    }
};

mkdirSync(out, { recursive: true });
const bundle = await rollup({
    input: path.join(HERE, 'main.js'),
    plugins: [
        scoped,
        lwc({ rootDir: '.', modules: [...aliases, { npm: 'lightning-base-components' }], enableDynamicComponents: true }),
        production
    ],
    onLog(level, log) {
        // What Salesforce's own components warn of is not about ours.
        if (!/lightning-base-components/.test(`${log.id ?? ''} ${log.message}`)) {
            console.error(`${level}: ${log.message}`);
            process.exitCode = 1;
        }
    }
});
await bundle.write({ file: path.join(out, 'panel.js'), format: 'iife', inlineDynamicImports: true });
copyFileSync(require.resolve('@salesforce-ux/design-system-2/dist/css/bundled/slds2.cosmos.css'), path.join(out, 'slds.css'));
