// The custom labels as the project's own files hold them, by name.
const fs = require('fs');
const path = require('path');

const FORCE_APP = path.join(__dirname, '../force-app/main/default/labels/CustomLabels.labels-meta.xml');
const TRANSLATIONS = path.join(__dirname, '..');
const ENTITIES = { '&amp;': '&', '&lt;': '<' };

const plain = (text) => text.replace(/&\w+;/g, (one) => ENTITIES[one]);
const read = (file, pattern) => [...fs.readFileSync(file, 'utf8').matchAll(pattern)];

exports.labels = () => {
    const found = read(FORCE_APP, /<fullName>(\w+)<\/fullName>[^]*?<value>([^<]*)<\/value>/g);
    return Object.fromEntries(found.map(([, name, value]) => [name, plain(value)]));
};

exports.translated = (language) => {
    const file = `translations-${language}/main/default/translations/${language}.translation-meta.xml`;
    const pattern = /<label>([^<]*)<\/label>\s*<name>(\w+)<\/name>/g;
    const found = read(path.join(TRANSLATIONS, file), pattern);
    return Object.fromEntries(found.map(([, value, name]) => [name, plain(value)]));
};
