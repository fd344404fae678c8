import { adapterOf } from './scene';

const fieldsOf = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

export const getRecord = adapterOf(({ record, error }) => {
    if (error) {
        return { error };
    }
    return record && { data: { apiName: 'Lead', fields: fieldsOf(record) } };
});

export const createRecord = async ({ fields }) => {
    if (window.scene?.refusal) {
        throw window.scene.refusal;
    }
    window.created = [...(window.created ?? []), fields];
    return { id: 'a0Y000000000001AAA' };
};
