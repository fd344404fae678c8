// A manager's tab: how the checks of all contacts went. First what stands on this contact, then what Fairlead sums up.
// It counts, and repeats what was found in words that name no group.
import { useEffect, useState } from 'react';
import {
  Accordion,
  Alert,
  DescriptionList,
  DescriptionListItem,
  Flex,
  Heading,
  List,
  LoadingSpinner,
  Statistics,
  StatisticsItem,
  StatusTag,
  Text,
  hubspot,
  useExtensionContext,
} from '@hubspot/ui-extensions';
import { useCrmProperties } from '@hubspot/ui-extensions/crm';
import { moment } from './asking';
import { type Overview, askForAll } from './overview';
import { PROPERTIES, fromProperties } from './panel';
import {
  AUDIT,
  CHECKED,
  FOUND,
  THIS_LEAD,
  TEAM_AWAY,
  TEAM_LOADING,
  TEAM_TITLE,
  UNCHANGED,
  WHAT,
  WHAT_IT_IS,
  WHAT_TO_DO,
} from './words';

type Location = 'crm.record.tab';

export const TeamChecks = () => {
  const context = useExtensionContext<Location>();
  const address = String(context.variables?.FAIRLEAD_PUBLIC_URL ?? '');
  const heard = useOverview(address);
  return (
    <Flex direction="column" gap="medium">
      <ThisLead />
      <Heading>{TEAM_TITLE}</Heading>
      {heard === null ? <LoadingSpinner label={TEAM_LOADING} showLabel /> : null}
      {heard === 'away' ? (
        <Alert title="Nothing to sum up just now" variant="info">
          {TEAM_AWAY}
        </Alert>
      ) : null}
      {heard !== null && heard !== 'away' ? <Summed overview={heard} /> : null}
      <Accordion title={WHAT} size="sm">
        <Text>{WHAT_IT_IS}</Text>
      </Accordion>
    </Flex>
  );
};

const useOverview = (address: string): Overview | 'away' | null => {
  const [heard, setHeard] = useState<Overview | 'away' | null>(null);
  useEffect(() => {
    let current = true;
    askForAll(hubspot.fetch, address)
      .then((overview) => current && setHeard(overview))
      .catch(() => current && setHeard('away'));
    return () => {
      current = false;
    };
  }, [address]);
  return heard;
};

const ThisLead = () => {
  const written = useCrmProperties([...PROPERTIES]);
  if (written.isLoading || written.error) {
    return null;
  }
  return (
    <DescriptionList direction="row">
      <DescriptionListItem label={THIS_LEAD}>{fromProperties(written.properties).title}</DescriptionListItem>
    </DescriptionList>
  );
};

const Summed = ({ overview }: { overview: Overview }) => (
  <>
    {overview.state === 'checked' ? null : <StatusTag variant="default">{TITLES[overview.state]}</StatusTag>}
    <Text>{overview.sentence}</Text>
    {overview.counts.length ? (
      <Statistics>
        {overview.counts.map((one) => (
          <StatisticsItem key={one.state} label={one.title} number={one.number.toLocaleString('en')} />
        ))}
      </Statistics>
    ) : null}
    <DescriptionList>
      {overview.next_step ? <DescriptionListItem label={WHAT_TO_DO}>{overview.next_step}</DescriptionListItem> : null}
      {overview.checked_at ? (
        <DescriptionListItem label={CHECKED}>{moment(overview.checked_at)}</DescriptionListItem>
      ) : null}
    </DescriptionList>
    {overview.findings.length ? (
      <>
        <Text format={{ fontWeight: 'demibold' }}>{FOUND}</Text>
        <List variant="unordered">
          {overview.findings.map((one) => (
            <Text key={one}>{one}</Text>
          ))}
        </List>
      </>
    ) : null}
    {overview.audit_id ? <Text variant="microcopy">{`${AUDIT} ${overview.audit_id}. ${UNCHANGED}`}</Text> : null}
  </>
);

const TITLES = { not_audited: 'Not checked yet', not_connected: 'Fairlead is not connected' } as const;

hubspot.extend<Location>(() => <TeamChecks />);
