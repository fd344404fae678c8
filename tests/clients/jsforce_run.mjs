// jsforce against the stand-in: one scenario per call, its result as JSON on standard output.
import { readFileSync } from 'node:fs';
import jsforce from 'jsforce';

const { scenario, ...given } = JSON.parse(readFileSync(0, 'utf8'));

function connection(more) {
  const made = new jsforce.Connection({ instanceUrl: given.url, version: '68.0', ...more });
  made.bulk2.pollInterval = 50;
  made.bulk2.pollTimeout = 20000;
  return made;
}

function app() {
  return new jsforce.OAuth2({
    loginUrl: given.url,
    clientId: given.clientId,
    clientSecret: given.clientSecret,
    redirectUri: given.redirectUri,
    useVerifier: true,
  });
}

const scenarios = {
  async query() {
    const conn = connection({ accessToken: given.token });
    const first = await conn.query('SELECT Id, LastName, Owner.Name FROM Lead', { maxFetch: 10000, autoFetch: true });
    const limits = await conn.request('/limits');
    const described = await conn.sobject('Lead').describe();
    return {
      total: first.totalSize,
      ids: first.records.map((row) => row.Id),
      owner: first.records[0].Owner.Name,
      used: conn.limitInfo.apiUsage,
      limits: Object.keys(limits).length,
      fields: described.fields.length,
    };
  },

  // The address of the consent page; the test opens it, and gives the code to `exchange`.
  async authorize() {
    const oauth2 = app();
    return { address: oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 'x' }), verifier: oauth2.codeVerifier };
  },

  async exchange() {
    const oauth2 = app();
    oauth2.codeVerifier = given.verifier;
    const conn = new jsforce.Connection({ oauth2, version: '68.0' });
    const user = await conn.authorize(given.code);
    const first = conn.refreshToken;
    const told = [await oauth2.refreshToken(first)];
    told.push(await oauth2.refreshToken(told[0].refresh_token));
    let reused = '';
    try {
      await oauth2.refreshToken(first);
    } catch (error) {
      reused = `${error.name} ${error.message}`;
    }
    let alive = true;
    try {
      await connection({ accessToken: told[1].access_token }).query('SELECT Id FROM Lead LIMIT 1');
    } catch (error) {
      alive = error.errorCode;
    }
    return { user: user.id, organisation: user.organizationId, tokens: [first, ...told.map((one) => one.refresh_token)], reused, alive };
  },

  // The access token dies meanwhile: jsforce renews by itself and calls again.
  async renew() {
    const conn = new jsforce.Connection({
      oauth2: app(), instanceUrl: given.url, accessToken: '00D!dead', refreshToken: given.refreshToken, version: '68.0',
    });
    const found = await conn.query('SELECT Id FROM Lead LIMIT 1');
    return { rows: found.records.length };
  },

  async ingest() {
    const conn = connection({ accessToken: given.token });
    return conn.bulk2.loadAndWaitForResults({ object: 'Lead', operation: 'update', input: given.rows });
  },

  async bulk_query() {
    const conn = connection({ accessToken: given.token });
    const stream = await conn.bulk2.query('SELECT Id, LastName FROM Lead');
    return { rows: await stream.toArray() };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
