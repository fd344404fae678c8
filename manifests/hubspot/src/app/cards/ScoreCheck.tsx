// The card beside a contact. It shows what stands in the contact's own properties at once, also when Fairlead cannot
// be reached, and then what Fairlead knows beyond them. It never names a group or anything about the person.
import { useEffect, useState } from 'react';
import {
  Accordion,
  Alert,
  DescriptionList,
  DescriptionListItem,
  Flex,
  Image,
  LoadingSpinner,
  StatusTag,
  Text,
  hubspot,
  useExtensionContext,
} from '@hubspot/ui-extensions';
import { useCrmProperties } from '@hubspot/ui-extensions/crm';
import { Answer } from './Answer';
import { type Given, type Outcome, send } from './answer';
import { type Crm, moment } from './asking';
import { PROPERTIES, type Panel, type Told, askFor, fromProperties, plain, scoreOf, standing } from './panel';
import { WIDTH, picture } from './picture';
import { type Words, wordsFor } from './words';

const VARIANTS = {
  fine: 'success',
  flagged: 'warning',
  not_enough_data: 'info',
  acknowledged: 'default',
  stale: 'default',
  not_scored: 'default',
  not_audited: 'default',
  erased: 'default',
  not_connected: 'default',
  no_permission: 'default',
  away: 'default',
} as const;
const UNTOLD = { answer: null, reason: null, scoreProperty: null };

type Location = 'crm.record.sidebar' | 'crm.preview';
type Heard = { told: Told | null; away: boolean; asked: string };

export const ScoreCheck = () => {
  const context = useExtensionContext<Location>();
  const address = String(context.variables?.FAIRLEAD_PUBLIC_URL ?? '');
  const words = wordsFor(context.user);
  const [heard, tell] = useTold(address, context.crm, words);
  const [now] = useState(() => Date.now());
  const { told } = heard;
  const written = useCrmProperties(told?.scoreProperty ? [...PROPERTIES, told.scoreProperty] : [...PROPERTIES]);
  if (told === null && (written.isLoading || (written.error && !heard.away))) {
    return <LoadingSpinner label={words.loading} showLabel />;
  }
  const properties = written.error ? {} : written.properties;
  const [flag, note] = choose(written.error ? null : fromProperties(properties, words), heard, words);
  const known = told ?? { panel: flag, ...UNTOLD };
  const panel = standing(flag, known, properties, { now, words });
  const give = async (given: Given): Promise<Outcome> => {
    const check = { address, record: context.crm, auditId: panel.audit_id ?? '' };
    const outcome = await send(hubspot.fetch, check, given, words);
    const answer = { answer: given.verdict, reason: given.reason ?? null };
    tell(outcome.told ?? (outcome.became === 'kept' ? answer : {}));
    return outcome;
  };
  return (
    <Flex direction="column" gap="small">
      <Shown words={words} panel={panel} score={scoreOf(panel, known, properties, words)} note={note} />
      {told?.panel.audit_id && panel.audit_id ? (
        <Answer words={words} key={heard.asked + panel.audit_id} answered={told.answer} give={give} />
      ) : null}
      <Accordion title={words.what} size="sm">
        <Text>{words.whatItIs}</Text>
      </Accordion>
    </Flex>
  );
};

// Fairlead knows more than the properties, unless it says that it is not connected: then they are all there is.
const choose = (flag: Panel | null, { told, away }: Heard, words: Words): [Panel, string | null] => {
  if (told === null) {
    return flag === null ? [plain('away', words), null] : [flag, away ? words.away : null];
  }
  const kept = told.panel.state === 'not_connected' && flag !== null && flag.audit_id !== null;
  return kept ? [flag, told.panel.sentence] : [told.panel, null];
};

const useTold = (address: string, crm: Crm, words: Words): [Heard, (more: Partial<Told>) => void] => {
  const { objectId, objectTypeId } = crm;
  const asked = `${objectTypeId}/${objectId}`;
  const [heard, setHeard] = useState<Heard>({ told: null, away: false, asked });
  useEffect(() => {
    let current = true;
    askFor(hubspot.fetch, address, { objectId, objectTypeId }, words)
      .then((told) => current && setHeard({ told, away: false, asked }))
      .catch(() => current && setHeard({ told: null, away: true, asked }));
    return () => {
      current = false;
    };
  }, [address, objectId, objectTypeId, asked, words]);
  const tell = (more: Partial<Told>) =>
    setHeard((before) =>
      before.told && before.asked === asked ? { ...before, told: { ...before.told, ...more } } : before,
    );
  // Another record was opened: what was heard before is not about it.
  return [heard.asked === asked ? heard : { told: null, away: false, asked }, tell];
};

type ShownProps = { words: Words; panel: Panel; score: string | null; note: string | null };

const Shown = ({ words, panel, score, note }: ShownProps) => (
  <>
    <StatusTag variant={VARIANTS[panel.state]}>{panel.title}</StatusTag>
    <Text>{panel.sentence}</Text>
    {panel.estimate ? <Text format={{ fontWeight: 'bold' }}>{panel.estimate}</Text> : null}
    {panel.estimate && panel.shift ? (
      <Image src={picture(panel.shift, words)} alt={panel.estimate} width={WIDTH} />
    ) : null}
    {score ? <Text>{score}</Text> : null}
    {panel.explanation ? <Text>{panel.explanation}</Text> : null}
    <Facts words={words} panel={panel} />
    {panel.audit_id ? <Text variant="microcopy">{`${words.audit} ${panel.audit_id}. ${words.unchanged}`}</Text> : null}
    {note ? (
      <Alert title={words.missing} variant="info">
        {note}
      </Alert>
    ) : null}
  </>
);

const Facts = ({ words, panel }: { words: Words; panel: Panel }) => (
  <DescriptionList>
    {panel.next_step ? <DescriptionListItem label={words.whatToDo}>{panel.next_step}</DescriptionListItem> : null}
    {panel.fields.length ? (
      <DescriptionListItem label={words.fields}>{panel.fields.join(', ')}</DescriptionListItem>
    ) : null}
    {panel.checked_at ? (
      <DescriptionListItem label={words.checked}>{moment(panel.checked_at, words.language)}</DescriptionListItem>
    ) : null}
  </DescriptionList>
);

hubspot.extend<Location>(() => <ScoreCheck />);
