// How the cards ask Fairlead. HubSpot's servers call it and sign what they send; nothing of a record is in an address.

export type Fetch = (address: string, options: object) => Promise<{ ok: boolean; json: () => Promise<unknown> }>;
export type Said = Record<string, unknown>;
export type Crm = { objectId: number; objectTypeId: string };

const TIMEOUT = 5000;

/** What Fairlead says; `body` tells it the language. Rejects where it cannot be reached, or says something of another schema. */
export const asked = async (fetch: Fetch, address: string, body: object, schema: string): Promise<Said> => {
  const response = await fetch(address, { method: 'POST', timeout: TIMEOUT, body });
  const said: unknown = response.ok ? await response.json() : null;
  if (typeof said !== 'object' || said === null || (said as Said).schema !== schema) {
    throw new Error('Fairlead gave no answer that this card understands');
  }
  return said as Said;
};

export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** A date in the reader's way; one that no browser reads is shown as it came. */
export const moment = (said: string, language: string): string => {
  const at = new Date(said);
  // English is written in many countries: the browser knows which.
  const where = language === 'en' ? undefined : language;
  return Number.isNaN(at.getTime()) ? said : at.toLocaleString(where, { dateStyle: 'medium', timeStyle: 'short' });
};
