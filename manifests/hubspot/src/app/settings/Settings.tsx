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

const MAY = 'integrations-management-write';
const VARIANTS = { connected: 'success', trouble: 'warning', not_connected: 'default' } as const;
const AWAY =
  'Fairlead could not be reached. What it wrote into your contacts stays as it is. Reload this page in a minute; ' +
  'if it stays so, ask who runs your Fairlead whether its server is up and can be reached from outside.';
const MADE =
  'Fairlead makes these properties itself, in a group of their own. None of them says anything about the person.';
const STEPS = [
  'Open Connections in Fairlead and sign in as administrator.',
  'Choose Connect HubSpot, pick this account, and agree.',
  'Say what may be read, and what is audited. Nothing is read before.',
];

export const Settings = () => {
  const context = useExtensionContext<'settings'>();
  const address = String(context.variables?.FAIRLEAD_PUBLIC_URL ?? '');
  // HubSpot opens this page to who manages apps; where it tells what a user may, nobody else is shown anything.
  if (context.user.permissions?.includes(MAY) === false) {
    return (
      <EmptyState title="Only for who manages apps" layout="vertical">
        <Text>Ask a Super Admin of this account.</Text>
      </EmptyState>
    );
  }
  return <Page address={address} />;
};

const Page = ({ address }: { address: string }) => (
  <Flex direction="column" gap="medium">
    <Heading>Connection</Heading>
    <Connection address={address} />
    <Link href={{ url: `${address}/connections`, external: true }}>Open Connections in Fairlead</Link>
    <Divider />
    <Heading>What Fairlead writes into contacts</Heading>
    <Text>{MADE}</Text>
    <DescriptionList direction="row">
      {PROPERTIES.map((one) => (
        <DescriptionListItem key={one.name} label={one.label}>
          {one.name}
        </DescriptionListItem>
      ))}
    </DescriptionList>
    <Text variant="microcopy">Fairlead checks scores; it does not change them.</Text>
  </Flex>
);

const Connection = ({ address }: { address: string }) => {
  const [heard, setHeard] = useState<Standing | 'away' | null>(null);
  useEffect(() => {
    let current = true;
    askForStanding(hubspot.fetch, address)
      .then((standing) => current && setHeard(standing))
      .catch(() => current && setHeard('away'));
    return () => {
      current = false;
    };
  }, [address]);
  if (heard === null) {
    return <LoadingSpinner label="Asking Fairlead" showLabel />;
  }
  return heard === 'away' ? (
    <Alert title="Fairlead cannot be reached just now" variant="warning">
      {AWAY}
    </Alert>
  ) : (
    <Stands standing={heard} />
  );
};

const Stands = ({ standing }: { standing: Standing }) => (
  <>
    <StatusTag variant={VARIANTS[standing.state]}>{standing.title}</StatusTag>
    <Text>{standing.sentence}</Text>
    {standing.state === 'not_connected' ? <Steps /> : <Dates standing={standing} />}
  </>
);

const Steps = () => (
  <List variant="ordered">
    {STEPS.map((one) => (
      <Text key={one}>{one}</Text>
    ))}
  </List>
);

const Dates = ({ standing }: { standing: Standing }) => (
  <DescriptionList direction="row">
    <DescriptionListItem label="Connected since">{moment(standing.connected_at)}</DescriptionListItem>
    <DescriptionListItem label="Last check">
      {standing.checked_at ? moment(standing.checked_at) : 'None is finished yet'}
    </DescriptionListItem>
    {standing.audit_id ? <DescriptionListItem label="Audit">{standing.audit_id}</DescriptionListItem> : null}
  </DescriptionList>
);

// A date that no browser reads is shown as it came.
const moment = (text: string | null): string => {
  const at = new Date(text ?? '');
  return Number.isNaN(at.getTime())
    ? (text ?? 'Not known')
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
};

hubspot.extend<'settings'>(() => <Settings />);
