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
import { type Words, wordsFor } from './words';

type Location = 'crm.record.tab';

export const TeamChecks = () => {
  const context = useExtensionContext<Location>();
  const address = String(context.variables?.FAIRLEAD_PUBLIC_URL ?? '');
  const words = wordsFor(context.user);
  const heard = useOverview(address, words);
  return (
    <Flex direction="column" gap="medium">
      <ThisLead words={words} />
      <Heading>{words.teamTitle}</Heading>
      {heard === null ? <LoadingSpinner label={words.teamLoading} showLabel /> : null}
      {heard === 'away' ? (
        <Alert title={words.teamMissing} variant="info">
          {words.teamAway}
        </Alert>
      ) : null}
      {heard !== null && heard !== 'away' ? <Summed words={words} overview={heard} /> : null}
      <Accordion title={words.what} size="sm">
        <Text>{words.whatItIs}</Text>
      </Accordion>
    </Flex>
  );
};

const useOverview = (address: string, words: Words): Overview | 'away' | null => {
  const [heard, setHeard] = useState<Overview | 'away' | null>(null);
  useEffect(() => {
    let current = true;
    askForAll(hubspot.fetch, address, words)
      .then((overview) => current && setHeard(overview))
      .catch(() => current && setHeard('away'));
    return () => {
      current = false;
    };
  }, [address, words]);
  return heard;
};

const ThisLead = ({ words }: { words: Words }) => {
  const written = useCrmProperties([...PROPERTIES]);
  if (written.isLoading || written.error) {
    return null;
  }
  return (
    <DescriptionList direction="row">
      <DescriptionListItem label={words.thisLead}>
        {fromProperties(written.properties, words).title}
      </DescriptionListItem>
    </DescriptionList>
  );
};

const Summed = ({ words, overview }: { words: Words; overview: Overview }) => (
  <>
    {overview.state === 'checked' ? null : (
      <StatusTag variant="default">{words.states[overview.state].title}</StatusTag>
    )}
    <Text>{overview.sentence}</Text>
    {overview.counts.length ? (
      <Statistics>
        {overview.counts.map((one) => (
          <StatisticsItem key={one.state} label={one.title} number={one.number.toLocaleString(words.language)} />
        ))}
      </Statistics>
    ) : null}
    <DescriptionList>
      {overview.next_step ? (
        <DescriptionListItem label={words.whatToDo}>{overview.next_step}</DescriptionListItem>
      ) : null}
      {overview.checked_at ? (
        <DescriptionListItem label={words.checked}>{moment(overview.checked_at, words.language)}</DescriptionListItem>
      ) : null}
    </DescriptionList>
    {overview.findings.length ? (
      <>
        <Text format={{ fontWeight: 'demibold' }}>{words.found}</Text>
        <List variant="unordered">
          {overview.findings.map((one) => (
            <Text key={one}>{one}</Text>
          ))}
        </List>
      </>
    ) : null}
    {overview.audit_id ? (
      <Text variant="microcopy">{`${words.audit} ${overview.audit_id}. ${words.unchanged}`}</Text>
    ) : null}
  </>
);

hubspot.extend<Location>(() => <TeamChecks />);
