// The settings page in HubSpot's own test renderer.
import { Alert, DescriptionListItem, EmptyState, Link, List, LoadingSpinner, StatusTag } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { beforeEach, expect, it, vi } from 'vitest';

const fetched = vi.fn();
Object.assign(globalThis, { self: globalThis, hsFetch: fetched, extend_V2: () => undefined });
const { Settings } = await import('../src/app/settings/Settings');

const STANDING = {
  schema: 'fairlead.settings/1',
  state: 'connected',
  title: 'Connected',
  sentence: 'Fairlead is connected to this account and checks its scores.',
  connected_at: '2026-11-01T10:00:00Z',
  checked_at: '2026-11-25T10:00:00Z',
  audit_id: 'abc123',
};

const MAY: 'integrations-management-write'[] = ['integrations-management-write'];
const shown = (permissions = MAY, language = 'en') => {
  const renderer = createRenderer('settings');
  renderer.mocks.context.variables = { FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.com' };
  renderer.mocks.context.user.permissions = permissions;
  renderer.mocks.context.user.language = language;
  renderer.render(<Settings />);
  return renderer;
};
const answers = (body: unknown, status = 200) =>
  fetched.mockImplementation(async () => new Response(JSON.stringify(body), { status }));

beforeEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  fetched.mockReset();
});

it('shows what is written and where to go at once, and then how the connection stands', async () => {
  answers(STANDING);
  const page = shown();
  expect(page.find(LoadingSpinner).props.label).toBe('Asking Fairlead');
  expect(page.find(DescriptionListItem, { label: 'Score check' }).text).toBe('fairscore_status');
  expect(page.find(Link).props.href).toEqual({ url: 'https://fairlead.example.com/connections', external: true });
  await page.waitFor(() => expect(page.find(StatusTag).text).toBe('Connected'));
  expect(page.find(StatusTag).props.variant).toBe('success');
  expect(page.find(DescriptionListItem, { label: 'Audit' }).text).toBe('abc123');
  expect(fetched.mock.calls[0]?.[0]).toBe('https://fairlead.example.com/hubspot/settings');
});

it('says that no check is finished yet', async () => {
  answers({ ...STANDING, checked_at: null, audit_id: null });
  const page = shown();
  await page.waitFor(() =>
    expect(page.find(DescriptionListItem, { label: 'Last check' }).text).toBe('None is finished yet'),
  );
});

it('says in words what is wrong with the connection', async () => {
  answers({ ...STANDING, state: 'trouble', title: 'Needs sign-in', sentence: 'Connect it again.' });
  const page = shown();
  await page.waitFor(() => expect(page.find(StatusTag).text).toBe('Needs sign-in'));
  expect(page.find(StatusTag).props.variant).toBe('warning');
});

it('leads through the connection where there is none', async () => {
  answers({ ...STANDING, state: 'not_connected', title: 'Fairlead is not connected', connected_at: null });
  const page = shown();
  await page.waitFor(() => expect(page.maybeFind(List)).not.toBeNull());
  expect(String(page.getRootNode())).toContain('Choose Connect HubSpot');
  expect(page.maybeFind(DescriptionListItem, { label: 'Last check' })).toBeNull();
});

it.each([
  ['cannot be reached', () => fetched.mockRejectedValue(new Error('away'))],
  ['has a fault', () => answers({ schema: 'fairlead.error/1' }, 500)],
  ['says something strange', () => answers({ ...STANDING, state: 'surprise' })],
  ['says nothing', () => answers(null)],
])('stays of use when Fairlead %s', async (_, happens) => {
  happens();
  const page = shown();
  await page.waitFor(() => expect(page.find(Alert).props.title).toBe('Fairlead cannot be reached just now'));
  expect(page.find(DescriptionListItem, { label: 'Score check' }).text).toBe('fairscore_status');
});

it('shows nothing to who may not manage apps, and asks nothing', () => {
  answers(STANDING);
  const page = shown([]);
  expect(page.find(EmptyState).props.title).toBe('Only for who manages apps');
  expect(page.maybeFind(Link)).toBeNull();
  expect(fetched).not.toHaveBeenCalled();
});

it('speaks German where HubSpot does', async () => {
  answers({ ...STANDING, checked_at: null, audit_id: null });
  const page = shown(MAY, 'de');
  expect(page.find(LoadingSpinner).props.label).toBe('Fairlead wird gefragt');
  await page.waitFor(() => expect(page.find(DescriptionListItem, { label: 'Letzte Prüfung' }).text).toContain('keine'));
  expect(fetched.mock.calls[0]?.[1].body).toEqual({ language: 'de' });
});
