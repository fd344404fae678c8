// The card in HubSpot's own test renderer, in every state that a rep can meet.
import { DescriptionListItem, LoadingSpinner, StatusTag, Text, Alert } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const fetched = vi.fn();
Object.assign(globalThis, { self: globalThis, hsFetch: fetched, extend_V2: () => undefined });
const { ScoreCheck } = await import('../src/app/cards/ScoreCheck');
const { fromProperties } = await import('../src/app/cards/panel');

const PANEL = {
  schema: 'fairlead.panel/1',
  state: 'flagged',
  title: 'Score may be unreliable',
  sentence: 'The last audit found scores like this one to be unreliable.',
  next_step: 'Check Postal Code and the last activity before you drop it.',
  checked_at: '2026-11-25T10:00:00Z',
  audit_id: 'abc123',
  estimate: 'May be too low by about 28 points (23 to 35).',
  explanation: 'Leads with scores like this one turned out better than their scores promised.',
  fields: ['Postal Code', 'Original Source'],
};
const WRITTEN = {
  fairscore_status: 'review',
  fairscore_reason: 'This score is less reliable than others.',
  fairscore_audit_id: 'abc123',
  fairscore_audited_at: '2026-11-25T10:00:00Z',
};
const NOTHING = Object.fromEntries(Object.keys(WRITTEN).map((name) => [name, null]));

const shown = (properties: Record<string, string | null>, more = {}) => {
  const renderer = createRenderer('crm.record.sidebar');
  renderer.mocks.context.variables = { FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.com' };
  renderer.mocks.context.crm = { objectId: 51, objectTypeId: '0-1' };
  renderer.mocks.useCrmProperties.willCall(() => ({
    properties,
    error: null,
    isLoading: false,
    isRefetching: false,
    refetch: async () => undefined,
    ...more,
  }));
  renderer.render(<ScoreCheck />);
  return renderer;
};
const answers = (body: unknown, status = 200) =>
  fetched.mockImplementation(async () => new Response(JSON.stringify(body), { status }));
const never = () => fetched.mockImplementation(() => new Promise(() => undefined));
const everything = (renderer: ReturnType<typeof shown>) => String(renderer.getRootNode());

// Effects of the card of the test before run out first.
beforeEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  fetched.mockReset();
});

describe('the properties first', () => {
  it.each([
    ['ok', 'No problem found', 'success'],
    ['review', 'Score may be unreliable', 'warning'],
    ['insufficient_data', 'Not enough data to tell', 'info'],
  ])('%s is shown before Fairlead answers', (status, title, variant) => {
    never();
    const tag = shown({ ...WRITTEN, fairscore_status: status }).find(StatusTag);
    expect([tag.text, tag.props.variant]).toEqual([title, variant]);
  });

  it('says that a contact without a flag was not checked', () => {
    never();
    expect(shown(NOTHING).find(StatusTag).text).toBe('Not checked yet');
  });

  it('waits while neither is known', () => {
    never();
    expect(shown({}, { isLoading: true }).find(LoadingSpinner).props.label).toContain('score check');
  });

  it('does not need the properties', () => {
    never();
    expect(shown({}, { error: new Error('no') }).find(StatusTag).text).toBe('Not checked yet');
  });

  it('shows a status that it does not know as not checked', () => {
    never();
    expect(shown({ ...WRITTEN, fairscore_status: 'odd' }).find(StatusTag).text).toBe('Not checked yet');
  });

  it('reads a date-time as HubSpot hands it over', () => {
    expect(fromProperties({ ...WRITTEN, fairscore_audited_at: '1795600800000' }).checked_at).toMatch(/^2026-11-2/);
  });
});

describe('then what Fairlead knows', () => {
  it('asks once, with the record in the body and nothing of it in the address', async () => {
    answers(PANEL);
    const renderer = shown(WRITTEN);
    await renderer.waitFor(() => expect(renderer.findAll(DescriptionListItem)).toHaveLength(3));
    expect(fetched).toHaveBeenCalledTimes(1);
    const [address, options] = fetched.mock.calls[0] ?? [];
    expect(address).toBe('https://fairlead.example.com/hubspot/card');
    expect(options).toMatchObject({ method: 'POST', timeout: 5000, body: { objectId: 51, objectTypeId: '0-1' } });
    expect(options.headers).toBeUndefined();
  });

  it('shows direction, advice, fields and date', async () => {
    answers(PANEL);
    const renderer = shown(WRITTEN);
    await renderer.waitFor(() => expect(everything(renderer)).toContain('May be too low by about 28 points'));
    const labels = renderer.findAll(DescriptionListItem).map((item) => item.props.label);
    expect(labels).toEqual(['What to do', 'Fields to look at', 'Checked']);
    expect(renderer.find(DescriptionListItem, { label: 'Fields to look at' }).text).toBe('Postal Code, Original Source');
    expect(renderer.maybeFind(Alert)).toBeNull();
  });

  it.each([
    ['not_audited', 'Not checked yet'],
    ['no_permission', 'You cannot see this check'],
  ])('%s is a state, not a fault', async (state, title) => {
    answers({ ...PANEL, state, title, estimate: null, explanation: null, fields: [] });
    const renderer = shown(NOTHING);
    await renderer.waitFor(() => expect(renderer.find(StatusTag).text).toBe(title));
    expect(renderer.find(StatusTag).props.variant).toBe('default');
  });

  it('keeps the written flag where the portal is no longer connected, and says so', async () => {
    answers({ ...PANEL, state: 'not_connected', title: 'Fairlead is not connected', sentence: 'It has no connection.' });
    const renderer = shown(WRITTEN);
    await renderer.waitFor(() => expect(renderer.find(Alert).text).toBe('It has no connection.'));
    expect(renderer.find(StatusTag).text).toBe('Score may be unreliable');
  });

  it.each([
    ['cannot be reached', () => fetched.mockRejectedValue(new Error('away'))],
    ['has a fault', () => answers({ error: 'x' }, 500)],
    ['refuses', () => answers({ schema: 'fairlead.error/1' }, 401)],
    ['says something else', () => answers({ schema: 'other' })],
    ['says nothing', () => answers(null)],
  ])('keeps the written flag when Fairlead %s, and says so', async (_, happens) => {
    happens();
    const renderer = shown(WRITTEN);
    await renderer.waitFor(() => expect(renderer.find(Alert).props.title).toBe('Details are missing'));
    expect(renderer.find(StatusTag).text).toBe('Score may be unreliable');
    expect(renderer.find(Text).text).toBe(WRITTEN.fairscore_reason);
  });

  it('shows what it does not know as not checked, and a long name whole', async () => {
    const long = 'Field '.repeat(60).trim();
    answers({ ...PANEL, state: 'surprise', fields: [long, 7] });
    const renderer = shown(WRITTEN);
    await renderer.waitFor(() => expect(renderer.find(StatusTag).props.variant).toBe('default'));
    expect(renderer.find(DescriptionListItem, { label: 'Fields to look at' }).text).toBe(long);
  });
});
