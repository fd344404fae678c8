// The card beside a contact. It shows what stands in the contact's own properties at once, also when Fairlead cannot
// be reached, and then what Fairlead knows beyond them. It never names a group or anything about the person.
import { useEffect, useState } from 'react';
import {
  Alert,
  DescriptionList,
  DescriptionListItem,
  Flex,
  LoadingSpinner,
  StatusTag,
  Text,
  hubspot,
  useExtensionContext,
} from '@hubspot/ui-extensions';
import { useCrmProperties } from '@hubspot/ui-extensions/crm';
import { PROPERTIES, type Panel, askFor, fromProperties } from './panel';

const AWAY = 'Fairlead cannot be reached just now. This is what it wrote into HubSpot at its last check.';
const UNCHANGED = 'Fairlead checks scores; it does not change them.';
const VARIANTS = {
  fine: 'success',
  flagged: 'warning',
  not_enough_data: 'info',
  not_audited: 'default',
  not_connected: 'default',
  no_permission: 'default',
} as const;

type Location = 'crm.record.sidebar' | 'crm.preview';
type Answer = { panel: Panel | null; away: boolean; asked: string };

export const ScoreCheck = () => {
  const context = useExtensionContext<Location>();
  const written = useCrmProperties([...PROPERTIES]);
  const answer = useAnswer(String(context.variables?.FAIRLEAD_PUBLIC_URL ?? ''), context.crm);
  if (written.isLoading && answer.panel === null) {
    return <LoadingSpinner label="Looking up the score check" showLabel />;
  }
  const flag = fromProperties(written.error ? {} : written.properties);
  const [panel, note] = choose(flag, answer);
  return <Shown panel={panel} note={note} />;
};

// Fairlead knows more than the properties, unless it says that it is not connected: then they are all there is.
const choose = (flag: Panel, answer: Answer): [Panel, string | null] => {
  if (answer.panel === null) {
    return [flag, answer.away ? AWAY : null];
  }
  const kept = answer.panel.state === 'not_connected' && flag.state !== 'not_audited';
  return kept ? [flag, answer.panel.sentence] : [answer.panel, null];
};

const useAnswer = (address: string, crm: { objectId: number; objectTypeId: string }): Answer => {
  const { objectId, objectTypeId } = crm;
  const asked = `${objectTypeId}/${objectId}`;
  const [answer, setAnswer] = useState<Answer>({ panel: null, away: false, asked });
  useEffect(() => {
    let current = true;
    askFor(hubspot.fetch, address, { objectId, objectTypeId })
      .then((panel) => current && setAnswer({ panel, away: false, asked }))
      .catch(() => current && setAnswer({ panel: null, away: true, asked }));
    return () => {
      current = false;
    };
  }, [address, objectId, objectTypeId, asked]);
  // Another record was opened: the answer before is not about it.
  return answer.asked === asked ? answer : { panel: null, away: false, asked };
};

const Shown = ({ panel, note }: { panel: Panel; note: string | null }) => (
  <Flex direction="column" gap="small">
    <StatusTag variant={VARIANTS[panel.state]}>{panel.title}</StatusTag>
    <Text>{panel.sentence}</Text>
    {panel.estimate ? <Text format={{ fontWeight: 'bold' }}>{panel.estimate}</Text> : null}
    {panel.explanation ? <Text>{panel.explanation}</Text> : null}
    <Facts panel={panel} />
    {panel.audit_id ? <Text variant="microcopy">{`Audit ${panel.audit_id}. ${UNCHANGED}`}</Text> : null}
    {note ? (
      <Alert title="Details are missing" variant="info">
        {note}
      </Alert>
    ) : null}
  </Flex>
);

const Facts = ({ panel }: { panel: Panel }) => (
  <DescriptionList>
    {panel.next_step ? <DescriptionListItem label="What to do">{panel.next_step}</DescriptionListItem> : null}
    {panel.fields.length ? (
      <DescriptionListItem label="Fields to look at">{panel.fields.join(', ')}</DescriptionListItem>
    ) : null}
    {panel.checked_at ? <DescriptionListItem label="Checked">{moment(panel.checked_at)}</DescriptionListItem> : null}
  </DescriptionList>
);

// A date that no browser reads is shown as it came.
const moment = (text: string): string => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
};

hubspot.extend<Location>(() => <ScoreCheck />);
