// HubSpot's own client against the stand-in: one scenario per call, its result as JSON on standard output.
import { readFileSync } from 'node:fs';
import hubspot from '@hubspot/api-client';

const { scenario, ...given } = JSON.parse(readFileSync(0, 'utf8'));

const DATED = [
  [/^\/crm\/v[34]\/objects\//, '/crm/objects/2026-09/'],
  [/^\/crm\/v3\/properties\//, '/crm/properties/2026-09/'],
  [/^\/crm\/v4\/associations\//, '/crm/associations/2026-09/'],
  [/^\/crm\/v3\/exports\//, '/crm/exports/2026-09/'],
  [/^\/crm\/v3\/pipelines\//, '/crm/pipelines/2026-09/'],
  [/^\/oauth\/v1\/token$/, '/oauth/2026-09/token'],
];

// The client knows no dated path: a middleware puts them in, which HubSpot's README shows for other ends.
const middleware = {
  pre(context) {
    const url = new URL(context.getUrl());
    for (const [old, dated] of DATED) url.pathname = url.pathname.replace(old, dated);
    context.setUrl(url.toString());
    return Promise.resolve(context);
  },
  post: (context) => Promise.resolve(context),
};

const client = new hubspot.Client({
  accessToken: given.token,
  basePath: given.url,
  limiterOptions: { minTime: 0, maxConcurrent: 2, id: 'hubspot-client-limiter' },
  ...(given.dated ? { middleware: [middleware] } : {}),
});
const { crm } = client;
const spec = (id) => [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: id }];

const scenarios = {
  async contacts() {
    const page = await crm.contacts.basicApi.getPage(10, undefined, ['region'], undefined, ['deals']);
    const all = await crm.contacts.getAll(100);
    const [first, second] = all;
    const one = await crm.contacts.basicApi.getById(first.id, ['region'], ['region']);
    const read = await crm.contacts.batchApi.read({
      inputs: [{ id: first.id }, { id: '5' }], properties: ['region'], propertiesWithHistory: [],
    });
    const updated = await crm.contacts.batchApi.update({ inputs: [{ id: first.id, properties: { region: 'north' } }] });
    const found = await crm.contacts.searchApi.doSearch({
      filterGroups: [{ filters: [{ propertyName: 'region', operator: 'EQ', value: 'b' }] }],
      sorts: ['hs_object_id'], properties: ['region'], limit: 5, after: 0,
    });
    const made = await crm.contacts.basicApi.create({ properties: { email: 'n@canary.example' }, associations: [] });
    const merged = await crm.contacts.basicApi.merge({ primaryObjectId: first.id, objectIdToMerge: second.id });
    const loser = await crm.contacts.basicApi.getById(second.id);
    await crm.contacts.basicApi.archive(made.id);
    const gone = await crm.contacts.basicApi.getPage(10, undefined, undefined, undefined, undefined, true);
    await crm.contacts.basicApi.purge({ objectId: made.id });
    return {
      after: page.paging.next.after,
      created: first.createdAt.toISOString(),
      ids: all.map((contact) => contact.id),
      history: one.propertiesWithHistory.region.map((past) => [past.value, past.timestamp.toISOString()]),
      missing: [read.status, read.numErrors, read.errors[0].category, read.errors[0].context.ids],
      updated: updated.results[0].properties.region,
      total: found.total,
      searched: found.results.length,
      merged: [merged.id, loser.id],
      archived: gone.results.map((contact) => [contact.id === made.id, contact.archivedAt instanceof Date]),
    };
  },

  async objects() {
    const contact = given.contact;
    const deal = await crm.deals.basicApi.create({
      properties: { dealname: 'D', dealstage: 'closedwon', pipeline: 'default' },
      associations: [{ to: { id: contact }, types: spec(3) }],
    });
    const won = await crm.deals.basicApi.getById(deal.id, ['hs_is_closed_won']);
    const lead = await crm.objects.leads.basicApi.create({
      properties: { hs_lead_name: 'L' }, associations: [{ to: { id: contact }, types: spec(578) }],
    });
    const linked = await crm.associations.v4.batchApi.getPage('contacts', 'deals', { inputs: [{ id: contact }, { id: given.other }] });
    const primary = await crm.associations.v4.basicApi.getPage('leads', lead.id, 'contacts');
    const pipelines = await crm.pipelines.pipelinesApi.getAll('deals');
    const properties = await crm.properties.coreApi.getAll('contacts');
    await crm.properties.groupsApi.create('contacts', { name: 'checks', label: 'Checks', displayOrder: -1 });
    const property = await crm.properties.coreApi.create('contacts', {
      name: 'check', label: 'Check', type: 'enumeration', fieldType: 'select', groupName: 'checks',
      options: [{ label: 'Yes', value: 'yes', displayOrder: 0, hidden: false }],
    });
    return {
      won: won.properties.hs_is_closed_won,
      linked: [String(linked.results[0].to[0].toObjectId) === deal.id, linked.results[0].to[0].associationTypes[0].typeId],
      alone: linked.errors.map((error) => error.subCategory),
      primary: primary.results[0].associationTypes.map((type) => type.typeId),
      stages: pipelines.results[0].stages.map((stage) => [stage.id, stage.metadata.isClosed]),
      readOnly: properties.results.find((one) => one.name === 'hubspotscore').modificationMetadata.readOnlyValue,
      options: property.options.map((one) => one.value),
    };
  },

  // Its own start() cannot serialise an export request (the generated model is abstract), so that one is raw.
  async exported() {
    const body = {
      exportType: 'VIEW', exportName: 'all', format: 'CSV', language: 'EN', objectType: 'CONTACT',
      objectProperties: ['email'], exportInternalValuesOptions: ['NAMES', 'VALUES'],
    };
    const begun = await client.apiRequest({ method: 'POST', path: '/crm/exports/2026-09/export/async', body });
    const task = await begun.json();
    const states = [];
    let told = { status: '' };
    while (told.status !== 'COMPLETE') {
      told = await crm.exports.publicExportsApi.getStatus(task.id);
      states.push(told.status);
    }
    const csv = await (await fetch(told.result)).text();
    return { states, rows: csv.trim().split('\r\n').length };
  },

  // Every refusal reaches the caller as an ApiException with its code and HubSpot's error object.
  async refused() {
    try {
      await crm.contacts.basicApi.getPage();
    } catch (error) {
      return { code: error.code, category: error.body?.category ?? null, correlation: Boolean(error.body?.correlationId) };
    }
    return {};
  },

  async tokens() {
    const app = ['clientId', 'clientSecret'].map((name) => given[name]);
    const grant = await client.oauth.tokensApi.create('authorization_code', given.code, given.redirectUri, ...app);
    const about = await client.oauth.accessTokensApi.get(grant.accessToken);
    const again = await client.oauth.tokensApi.create('refresh_token', undefined, undefined, ...app, grant.refreshToken);
    await client.oauth.refreshTokensApi.archive(grant.refreshToken);
    let ended = {};
    try {
      await client.oauth.tokensApi.create('refresh_token', undefined, undefined, ...app, grant.refreshToken);
    } catch (error) {
      ended = { code: error.code, status: error.body.status };
    }
    client.setAccessToken(again.accessToken);
    const account = await (await client.apiRequest({ path: '/account-info/2026-09/details' })).json();
    return { portal: about.hubId, expires: again.expiresIn, ended, account: account.portalId };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
