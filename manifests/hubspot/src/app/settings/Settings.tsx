// The settings page of the app: what is known without Fairlead at once, then how the connection stands. Nothing is set
// here: rules about people's data are made in Fairlead, where each change is signed by who makes it.
import { useEffect, useState } from 'react';
import {
  Alert,
  DescriptionList,
  DescriptionListItem,
  Divider,
  EmptyState,
  Flex,
  Heading,
  Link,
  List,
  LoadingSpinner,
  StatusTag,
  Text,
  hubspot,
  useExtensionContext,
} from '@hubspot/ui-extensions';
import { PROPERTIES, type Standing, askForStanding } from './standing';
import { type Words, wordsFor } from './words';

const MAY = 'integrations-management-write';
const VARIANTS = { connected: 'success', trouble: 'warning', not_connected: 'default' } as const;

export const Settings = () => {
  const context = useExtensionContext<'settings'>();
  const address = String(context.variables?.FAIRLEAD_PUBLIC_URL ?? '');
  const words = wordsFor(context.user);
  // HubSpot opens this page to who manages apps; where it tells what a user may, nobody else is shown anything.
  if (context.user.permissions?.includes(MAY) === false) {
    return (
      <EmptyState title={words.onlyAdmins} layout="vertical">
        <Text>{words.askAdmin}</Text>
      </EmptyState>
    );
  }
  return <Page words={words} address={address} />;
};

type Props = { words: Words; address: string };

const Page = ({ words, address }: Props) => (
  <Flex direction="column" gap="medium">
    <Heading>{words.connection}</Heading>
    <Connection words={words} address={address} />
    <Link href={{ url: `${address}/connections`, external: true }}>{words.open}</Link>
    <Divider />
    <Heading>{words.writes}</Heading>
    <Text>{words.made}</Text>
    <DescriptionList direction="row">
      {PROPERTIES.map((one) => (
        <DescriptionListItem key={one.name} label={one.label}>
          {one.name}
        </DescriptionListItem>
      ))}
    </DescriptionList>
    <Text variant="microcopy">{words.unchanged}</Text>
  </Flex>
);

const Connection = ({ words, address }: Props) => {
  const [heard, setHeard] = useState<Standing | 'away' | null>(null);
  useEffect(() => {
    let current = true;
    askForStanding(hubspot.fetch, address, words)
      .then((standing) => current && setHeard(standing))
      .catch(() => current && setHeard('away'));
    return () => {
      current = false;
    };
  }, [address, words]);
  if (heard === null) {
    return <LoadingSpinner label={words.asking} showLabel />;
  }
  return heard === 'away' ? (
    <Alert title={words.awayTitle} variant="warning">
      {words.away}
    </Alert>
  ) : (
    <Stands words={words} standing={heard} />
  );
};

type StandsProps = { words: Words; standing: Standing };

const Stands = ({ words, standing }: StandsProps) => (
  <>
    <StatusTag variant={VARIANTS[standing.state]}>{standing.title}</StatusTag>
    <Text>{standing.sentence}</Text>
    {standing.state === 'not_connected' ? <Steps words={words} /> : <Dates words={words} standing={standing} />}
  </>
);

const Steps = ({ words }: { words: Words }) => (
  <List variant="ordered">
    {words.steps.map((one) => (
      <Text key={one}>{one}</Text>
    ))}
  </List>
);

const Dates = ({ words, standing }: StandsProps) => (
  <DescriptionList direction="row">
    <DescriptionListItem label={words.since}>{moment(standing.connected_at, words)}</DescriptionListItem>
    <DescriptionListItem label={words.lastCheck}>
      {standing.checked_at ? moment(standing.checked_at, words) : words.noCheck}
    </DescriptionListItem>
    {standing.audit_id ? <DescriptionListItem label={words.audit}>{standing.audit_id}</DescriptionListItem> : null}
  </DescriptionList>
);

// A date that no browser reads is shown as it came. English is written in many countries: the browser knows which.
const moment = (text: string | null, words: Words): string => {
  const at = new Date(text ?? '');
  const where = words.language === 'en' ? undefined : words.language;
  return Number.isNaN(at.getTime())
    ? (text ?? words.notKnown)
    : at.toLocaleString(where, { dateStyle: 'medium', timeStyle: 'short' });
};

hubspot.extend<'settings'>(() => <Settings />);
