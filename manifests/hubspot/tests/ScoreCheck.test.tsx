// The card in HubSpot's own test renderer, in every state that a rep can meet.
import {
  Accordion,
  Alert,
  Button,
  DescriptionListItem,
  Image,
  LoadingSpinner,
  StatusTag,
  Text,
  ToggleGroup,
} from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const fetched = vi.fn();
Object.assign(globalThis, { self: globalThis, hsFetch: fetched, extend_V2: () => undefined });
const { ScoreCheck } = await import('../src/app/cards/ScoreCheck');
const { fromProperties } = await import('../src/app/cards/panel');
const { drawing } = await import('../src/app/cards/picture');
const { ENGLISH, wordsFor } = await import('../src/app/cards/words');
const { GERMAN } = await import('../src/app/cards/german');

const DAY = 24 * 60 * 60 * 1000;
const PANEL = {
  schema: 'fairlead.panel/1',
  state: 'flagged',
  title: 'Score may be unreliable',
  sentence: 'The last audit found scores like this one to be unreliable.',
  next_step: 'Check Postal Code and the last activity before you drop it.',
  checked_at: new Date(Date.now() - DAY).toISOString(),
  audit_id: 'abc123',
  estimate: 'May be too low by about 28 points (23 to 35).',
  explanation: 'Leads with scores like this one turned out better than their scores promised.',
  fields: ['Postal Code', 'Original Source'],
  shift: [28, 23, 35],
  answer: null,
  answer_reason: null,
  score_property: 'lead_score',
};
const WRITTEN = {
  fairscore_status: 'review',
  fairscore_reason: 'This score is less reliable than others.',
  fairscore_audit_id: 'abc123',
  fairscore_audited_at: new Date(Date.now() - DAY).toISOString(),
  fairscore_calibrated_score: '70.2',
  lead_score: '42',
};
const NOTHING = Object.fromEntries(Object.keys(WRITTEN).map((name) => [name, null]));

const shown = (properties: Record<string, string | null>, more = {}, user = {}) => {
  const renderer = createRenderer('crm.record.sidebar');
  renderer.mocks.context.variables = { FAIRLEAD_PUBLIC_URL: 'https://fairlead.example.com' };
  Object.assign(renderer.mocks.context.user, user);
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
    const card = shown({ ...WRITTEN, fairscore_status: status });
    const tag = card.find(StatusTag);
    expect([tag.text, tag.props.variant]).toEqual([title, variant]);
    // What cannot be sent cannot be answered.
    expect(card.findAll(Button)).toHaveLength(0);
  });

  it('says that a contact without a flag was not checked', () => {
    never();
    expect(shown(NOTHING).find(StatusTag).text).toBe('Not checked yet');
  });

  it('waits while neither is known', () => {
    never();
    expect(shown({}, { isLoading: true }).find(LoadingSpinner).props.label).toContain('score check');
  });

  it('waits for Fairlead where the properties cannot be read', () => {
    never();
    expect(shown({}, { error: new Error('no') }).find(LoadingSpinner).props.label).toContain('score check');
  });

  it('says so where neither HubSpot nor Fairlead tells anything', async () => {
    fetched.mockRejectedValue(new Error('away'));
    const card = shown({}, { error: new Error('no') });
    await card.waitFor(() => expect(card.find(StatusTag).text).toBe('The check cannot be shown just now'));
    expect(card.find(DescriptionListItem, { label: 'What to do' }).text).toContain('Reload');
  });

  it('does not need the properties', async () => {
    answers(PANEL);
    const card = shown({}, { error: new Error('no') });
    await card.waitFor(() => expect(card.find(StatusTag).text).toBe('Score may be unreliable'));
  });

  it('shows a status that it does not know as not checked', () => {
    never();
    expect(shown({ ...WRITTEN, fairscore_status: 'odd' }).find(StatusTag).text).toBe('Not checked yet');
  });

  it('reads a date-time as HubSpot hands it over', () => {
    expect(fromProperties({ ...WRITTEN, fairscore_audited_at: '1795600800000' }, ENGLISH).checked_at).toMatch(
      /^2026-11-2/,
    );
  });
});

describe('what stands for this user now', () => {
  it.each([[null], ['']])('a score that is empty (%s) has no check', async (score) => {
    answers(PANEL);
    const card = shown({ ...WRITTEN, lead_score: score });
    await card.waitFor(() => expect(card.find(StatusTag).text).toBe('No score yet'));
    expect(card.findAll(Button)).toHaveLength(0);
    expect(card.maybeFind(Image)).toBeNull();
  });

  it('a score that HubSpot does not show is not one that is empty', async () => {
    answers(PANEL);
    const card = shown({ ...WRITTEN, lead_score: undefined as unknown as null });
    await card.waitFor(() => expect(card.find(Image).props.alt).toContain('28 points'));
    expect(card.find(StatusTag).text).toBe('Score may be unreliable');
  });

  it.each([
    [29, 'Score may be unreliable'],
    [30, 'This check is old'],
  ])('a check that is %s days old', async (days, title) => {
    answers({ ...PANEL, checked_at: new Date(Date.now() - days * DAY - 1000).toISOString() });
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.findAll(Button).length).toBeGreaterThan(0));
    expect(card.find(StatusTag).text).toBe(title);
    expect(everything(card).includes('28 points')).toBe(days < 30);
  });

  it('is old also while Fairlead cannot be reached', () => {
    never();
    const old = String(Date.now() - 40 * DAY);
    const card = shown({ ...WRITTEN, fairscore_audited_at: old });
    expect(card.find(Text).text).toContain('40 days ago');
  });

  it('an answer that was given before is shown with the check', async () => {
    answers({ ...PANEL, answer: 'disagree' });
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.find(StatusTag).text).toBe('You have answered this check'));
    expect(card.find(Text).text).toBe('The check says: Score may be unreliable. You answered: Disagree.');
    expect(card.find(Button).text).toBe('Change my answer');
  });

  it('who is gone has nothing to answer', async () => {
    answers({ ...PANEL, state: 'erased', title: 'This lead is gone', audit_id: null, estimate: null, shift: null });
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.find(StatusTag).text).toBe('This lead is gone'));
    expect(card.findAll(Button)).toHaveLength(0);
  });

  it('explains itself in two sentences, before anything is known', () => {
    never();
    const help = shown(WRITTEN).find(Accordion);
    expect(help.props.title).toBe('What is this?');
    expect(help.find(Text).text).toContain('does not change the score');
  });
});

describe('the picture', () => {
  it('stands below its sentence, which is its text', async () => {
    answers(PANEL);
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.find(Image).props.alt).toBe(PANEL.estimate));
    const { src } = card.find(Image).props;
    expect(src.startsWith('data:image/svg+xml,')).toBe(true);
    expect(decodeURIComponent(src)).toContain('+23');
    expect(everything(card)).toContain('Score 42, corrected 70');
  });

  it.each([
    ['too low', [15, 11, 19]],
    ['too high', [-0.05, -0.004, -0.09]],
    ['around nothing', [0, -3, 3]],
    ['of no width', [5, 5, 5]],
  ] as const)('is whole where the score is %s', (_, shift) => {
    const svg = drawing([...shift], ENGLISH);
    const numbers = [...svg.matchAll(/ (?:x|cx|width)="([^"]+)"/g)].map((one) => Number(one[1]));
    expect(numbers.every((one) => one >= 0 && one <= 300)).toBe(true);
    expect(svg).toMatch(/^<svg .*score as it is.*<\/svg>$/);
  });

  it.each([[null], [[1, 2]], [['a', 1, 2]], ['x']])('is left out where the numbers are %s', async (shift) => {
    answers({ ...PANEL, shift });
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(everything(card)).toContain('28 points'));
    expect(card.maybeFind(Image)).toBeNull();
  });
});

describe('what the user answers', () => {
  const SAVED = { schema: 'fairlead.answer/1', state: 'kept', message: 'Thank you.', answer: 'agree' };
  const hears = (reply: unknown, status = 200) =>
    fetched.mockImplementation(
      async (address: string) =>
        new Response(JSON.stringify(address.endsWith('/answer') ? reply : PANEL), {
          status: address.endsWith('/answer') ? status : 200,
        }),
    );
  const asked = async () => {
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.findAll(Button)).toHaveLength(3));
    return card;
  };
  const button = (card: ReturnType<typeof shown>, text: string) => card.find(Button, (node) => node.text === text);
  const sent = () => fetched.mock.calls.filter(([address]) => address.endsWith('/hubspot/answer'));

  it.each([
    ['Agree', 'agree'],
    ['Ask for review', 'review'],
  ])('%s is sent with the record and the audit in the body', async (label, verdict) => {
    hears({ ...SAVED, answer: verdict });
    const card = await asked();
    button(card, label).trigger('onClick');
    await card.waitFor(() => expect(card.find(Alert).text).toBe('Thank you.'));
    const [[address, options]] = sent();
    expect(address).toBe('https://fairlead.example.com/hubspot/answer');
    expect(options.body).toEqual({ objectId: 51, objectTypeId: '0-1', auditId: 'abc123', verdict, language: 'en' });
    expect(card.find(StatusTag).text).toBe('You have answered this check');
  });

  it('a disagreement needs a reason from the list', async () => {
    hears({ ...SAVED, answer: 'disagree' });
    const card = await asked();
    button(card, 'Disagree').trigger('onClick');
    await card.waitFor(() => expect(card.find(ToggleGroup).props.options).toHaveLength(5));
    expect(button(card, 'Send').props.disabled).toBe(true);
    card.find(ToggleGroup).trigger('onChange', 'score_too_low');
    await card.waitFor(() => expect(button(card, 'Send').props.disabled).toBe(false));
    button(card, 'Send').trigger('onClick');
    await card.waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]?.[1].body).toMatchObject({ verdict: 'disagree', reason: 'score_too_low' });
    await card.waitFor(() => expect(everything(card)).toContain('You answered: Disagree.'));
  });

  it('a disagreement can be taken back', async () => {
    hears(SAVED);
    const card = await asked();
    button(card, 'Disagree').trigger('onClick');
    await card.waitFor(() => expect(card.maybeFind(ToggleGroup)).not.toBeNull());
    button(card, 'Cancel').trigger('onClick');
    await card.waitFor(() => expect(card.findAll(Button)).toHaveLength(3));
    expect(sent()).toHaveLength(0);
  });

  it('two clicks send one answer', async () => {
    hears(SAVED);
    const card = await asked();
    const agree = button(card, 'Agree');
    agree.trigger('onClick');
    agree.trigger('onClick');
    await card.waitFor(() => expect(card.find(Alert).text).toBe('Thank you.'));
    expect(sent()).toHaveLength(1);
  });

  it('what was answered can be changed', async () => {
    answers({ ...PANEL, answer: 'agree' });
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.find(Button).text).toBe('Change my answer'));
    card.find(Button).trigger('onClick');
    await card.waitFor(() => expect(card.findAll(Button)).toHaveLength(3));
  });

  it.each([
    [
      'in words',
      { ...SAVED, state: 'too_many', message: 'Not saved: wait a minute.' },
      200,
      'Not saved: wait a minute.',
    ],
    ['by an error', { schema: 'fairlead.error/1' }, 400, 'Your answer was not saved: Fairlead was asked and does not'],
    ['by something strange', { schema: 'fairlead.answer/1', state: 'kept' }, 200, 'Fairlead was asked and does not'],
  ])('where it is refused %s, the buttons stay and the card says so', async (_, reply, status, words) => {
    hears(reply, status);
    const card = await asked();
    button(card, 'Agree').trigger('onClick');
    await card.waitFor(() => expect(card.find(Alert).text).toContain(words));
    expect(card.find(Alert).props.variant).toBe('danger');
    expect(card.findAll(Button)).toHaveLength(3);
    expect(card.find(StatusTag).text).toBe('Score may be unreliable');
  });
});

describe('where the reply to an answer is lost', () => {
  const asked = async (then: () => Promise<Response>, auditId = 'abc123') => {
    const replies = [
      async () => new Response(JSON.stringify({ ...PANEL, audit_id: auditId })),
      async () => Promise.reject(new Error('timeout')),
      then,
    ];
    fetched.mockImplementation(async () => (replies.shift() ?? then)());
    const card = shown(WRITTEN);
    await card.waitFor(() => expect(card.findAll(Button)).toHaveLength(3));
    return card;
  };
  const holds = (more: object) => async () => new Response(JSON.stringify({ ...PANEL, ...more }));
  const agree = (card: ReturnType<typeof shown>) =>
    card.find(Button, (node) => node.text === 'Agree').trigger('onClick');
  const heard = async (card: ReturnType<typeof shown>) => {
    await card.waitFor(() => expect(card.maybeFind(Alert)).not.toBeNull());
    const alert = card.find(Alert);
    return [alert.props.title, alert.props.variant, alert.text];
  };

  it('the card asks, and says that it is saved where Fairlead has it', async () => {
    const card = await asked(holds({ answer: 'agree' }));
    agree(card);
    expect(await heard(card)).toEqual(['Saved', 'success', 'Fairlead was slow, but it has your answer.']);
    expect(card.find(StatusTag).text).toBe('You have answered this check');
    expect(fetched.mock.calls.map(([address]) => new URL(address).pathname)).toEqual([
      '/hubspot/card',
      '/hubspot/answer',
      '/hubspot/card',
    ]);
  });

  it.each([
    ['nothing', { answer: null }],
    ['another answer', { answer: 'review' }],
    ['another reason', { answer: 'agree', answer_reason: 'other' }],
  ])('it says that it is not saved where Fairlead holds %s', async (_, held) => {
    const card = await asked(holds(held));
    agree(card);
    expect((await heard(card)).slice(0, 2)).toEqual(['Not saved', 'danger']);
    // What Fairlead holds is shown.
    const { answer } = held;
    expect(everything(card).includes('You answered')).toBe(answer !== null);
  });

  it('the reason belongs to the answer', async () => {
    const card = await asked(holds({ answer: 'disagree', answer_reason: 'score_too_low' }));
    card.find(Button, (node) => node.text === 'Disagree').trigger('onClick');
    await card.waitFor(() => expect(card.maybeFind(ToggleGroup)).not.toBeNull());
    card.find(ToggleGroup).trigger('onChange', 'score_too_low');
    await card.waitFor(() => expect(card.find(Button).props.disabled).toBe(false));
    card.find(Button).trigger('onClick');
    expect((await heard(card))[0]).toBe('Saved');
  });

  it('a check that was made anew meanwhile is shown, with its buttons', async () => {
    const card = await asked(holds({ audit_id: 'def456', answer: 'agree' }));
    agree(card);
    await card.waitFor(() => expect(everything(card)).toContain('def456'));
  });

  it('it says that it does not know where Fairlead cannot be asked either', async () => {
    const card = await asked(async () => Promise.reject(new Error('away')));
    agree(card);
    const [title, variant, words] = await heard(card);
    expect([title, variant]).toEqual(['Not known', 'warning']);
    expect(words).toContain('It is not known whether your answer was saved');
    expect(card.findAll(Button)).toHaveLength(3);
    expect(card.find(StatusTag).text).toBe('Score may be unreliable');
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
    expect(renderer.find(DescriptionListItem, { label: 'Fields to look at' }).text).toBe(
      'Postal Code, Original Source',
    );
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
    answers({
      ...PANEL,
      state: 'not_connected',
      title: 'Fairlead is not connected',
      sentence: 'It has no connection.',
    });
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

describe('another language', () => {
  const GERMAN_USER = { language: 'de', locale: 'de-at' };

  it.each([
    [{ language: 'de' }, 'de'],
    [{ locale: 'de-ch' }, 'de'],
    [{ language: 'en', locale: 'de-de' }, 'en'],
    [{ language: 'delta' }, 'en'],
    [{}, 'en'],
    [undefined, 'en'],
  ])('is chosen as HubSpot speaks to the user: %j', (user, language) => {
    expect(wordsFor(user).language).toBe(language);
  });

  it('has every word, with the same places to fill', () => {
    const texts = (words: object): string[] =>
      Object.values(words).flatMap((one) => (typeof one === 'string' ? [one] : texts(one as object)));
    const places = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();
    expect(texts(GERMAN).map(places)).toEqual(texts(ENGLISH).map(places));
    expect(texts(GERMAN).filter((one, at) => one === '' && texts(ENGLISH)[at] !== '')).toEqual([]);
  });

  it('is spoken at once and asked for, also for what becomes of an answer', async () => {
    answers({ ...PANEL, title: 'Score vielleicht unzuverlässig' });
    const card = shown(WRITTEN, {}, GERMAN_USER);
    expect(card.find(StatusTag).text).toBe(GERMAN.states.flagged.title);
    // What was written into HubSpot is English.
    expect(everything(card)).not.toContain(WRITTEN.fairscore_reason);
    await card.waitFor(() => expect(card.findAll(Button)[0]?.text).toBe('Stimme zu'));
    expect(everything(card)).toContain('Score 42, berichtigt 70');
    expect(fetched.mock.calls[0]?.[1].body.language).toBe('de');
    answers({ schema: 'fairlead.answer/1', state: 'kept', message: 'Danke.' });
    card.findAll(Button)[0]?.trigger('onClick');
    await card.waitFor(() => expect(card.find(Alert).props.title).toBe('Gespeichert'));
    expect(fetched.mock.calls[1]?.[1].body.language).toBe('de');
    expect(card.find(StatusTag).text).toBe(GERMAN.states.acknowledged.title);
  });
});
