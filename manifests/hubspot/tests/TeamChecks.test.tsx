// The manager's tab in HubSpot's own test renderer.
import { Alert, DescriptionListItem, LoadingSpinner, StatisticsItem, StatusTag } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { beforeEach, expect, it, vi } from 'vitest';

const fetched = vi.fn();
Object.assign(globalThis, { self: globalThis, hsFetch: fetched, extend_V2: () => undefined });
const { TeamChecks } = await import('../src/app/cards/TeamChecks');

const SUMMED = {
  schema: 'fairlead.overview/1',
  state: 'checked',
  sentence: '12,345 leads were checked; the score of 3 of them may be unreliable.',
  next_step: 'Ask an auditor what is behind it.',
  counts: [
    { state: 'flagged', title: 'Score may be unreliable', number: 3 },
    { state: 'fine', title: 'No problem found', number: 12342 },
    { state: 'odd', title: 7, number: 'x' },
    null,
  ],
  checked_at: '2026-11-25T10:00:00Z',
  audit_id: 'abc123',
  findings: ['The score is unreliable for some leads.', 9],
};

const shown = (status: string | null = 'review', more = {}, language = 'en') => {
  const renderer = createRenderer('crm.record.tab');
  renderer.mocks.context.variables = { FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.com' };
  renderer.mocks.context.user.language = language;
  renderer.mocks.useCrmProperties.willCall(() => ({
    properties: { fairscore_status: status },
    error: null,
    isLoading: false,
    isRefetching: false,
    refetch: async () => undefined,
    ...more,
  }));
  renderer.render(<TeamChecks />);
  return renderer;
};
const answers = (body: unknown, status = 200) =>
  fetched.mockImplementation(async () => new Response(JSON.stringify(body), { status }));

beforeEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  fetched.mockReset();
});

it('shows this contact at once, and then how all were checked', async () => {
  answers(SUMMED);
  const tab = shown();
  expect(tab.find(DescriptionListItem, { label: 'This lead' }).text).toBe('Score may be unreliable');
  expect(tab.find(LoadingSpinner).props.label).toBe('Summing up the checks');
  await tab.waitFor(() => expect(tab.findAll(StatisticsItem)).toHaveLength(2));
  expect(tab.findAll(StatisticsItem).map((one) => [one.props.label, one.props.number])).toEqual([
    ['Score may be unreliable', '3'],
    ['No problem found', '12,342'],
  ]);
  const whole = String(tab.getRootNode());
  expect(whole).toContain('12,345 leads were checked');
  expect(whole).toContain('The score is unreliable for some leads.');
  expect(whole).toContain('Audit abc123.');
  expect(tab.maybeFind(LoadingSpinner)).toBeNull();
});

it('asks with nothing of the contact', async () => {
  answers(SUMMED);
  const tab = shown();
  await tab.waitFor(() => expect(fetched).toHaveBeenCalledTimes(1));
  const [address, options] = fetched.mock.calls[0] ?? [];
  expect(address).toBe('https://fairlead.example.com/hubspot/overview');
  expect(options).toMatchObject({ method: 'POST', timeout: 5000, body: { language: 'en' } });
});

it.each([
  ['not_audited', 'Not checked yet'],
  ['not_connected', 'Fairlead is not connected'],
  ['surprise', 'Not checked yet'],
])('%s is told in words', async (state, title) => {
  answers({ ...SUMMED, state, counts: null, findings: [], checked_at: null, audit_id: null });
  const tab = shown();
  await tab.waitFor(() => expect(tab.find(StatusTag).text).toBe(title));
  expect(tab.maybeFind(StatisticsItem)).toBeNull();
});

it.each([
  ['cannot be reached', () => fetched.mockRejectedValue(new Error('away'))],
  ['has a fault', () => answers({ schema: 'fairlead.error/1' }, 500)],
  ['says something else', () => answers({ schema: 'other' })],
])('keeps what stands on the contact when Fairlead %s', async (_, happens) => {
  happens();
  const tab = shown('ok');
  await tab.waitFor(() => expect(tab.find(Alert).text).toContain('cannot be reached'));
  expect(tab.find(DescriptionListItem, { label: 'This lead' }).text).toBe('No problem found');
});

it('does not need the properties', async () => {
  answers(SUMMED);
  const tab = shown(null, { error: new Error('no') });
  await tab.waitFor(() => expect(tab.findAll(StatisticsItem)).toHaveLength(2));
  expect(tab.maybeFind(DescriptionListItem, { label: 'This lead' })).toBeNull();
});

it('speaks German where HubSpot does', async () => {
  answers(SUMMED);
  const tab = shown('review', {}, 'de');
  expect(tab.find(LoadingSpinner).props.label).toBe('Die Prüfungen werden zusammengefasst');
  await tab.waitFor(() => expect(tab.findAll(StatisticsItem)[1]?.props.number).toBe('12.342'));
  expect(fetched.mock.calls[0]?.[1].body).toEqual({ language: 'de' });
});
