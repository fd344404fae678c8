// Every text of the settings page that Fairlead does not send.
export const ENGLISH = {
  language: 'en',
  onlyAdmins: 'Only for who manages apps',
  askAdmin: 'Ask a Super Admin of this account.',
  connection: 'Connection',
  open: 'Open Connections in Fairlead',
  writes: 'What Fairlead writes into contacts',
  made: 'Fairlead makes these properties itself, in a group of their own. None of them says anything about the person.',
  unchanged: 'Fairlead checks scores; it does not change them.',
  asking: 'Asking Fairlead',
  awayTitle: 'Fairlead cannot be reached just now',
  away:
    'Fairlead could not be reached. What it wrote into your contacts stays as it is. Reload this page in a minute; ' +
    'if it stays so, ask who runs your Fairlead whether its server is up and can be reached from outside.',
  steps: [
    'Open Connections in Fairlead and sign in as administrator.',
    'Choose Connect HubSpot, pick this account, and agree.',
    'Say what may be read, and what is audited. Nothing is read before.',
  ],
  since: 'Connected since',
  lastCheck: 'Last check',
  noCheck: 'None is finished yet',
  audit: 'Audit',
  notKnown: 'Not known',
};
export type Words = typeof ENGLISH;

const GERMAN: Words = {
  language: 'de',
  onlyAdmins: 'Nur für alle, die Apps verwalten',
  askAdmin: 'Fragen Sie einen Super-Admin dieses Kontos.',
  connection: 'Verbindung',
  open: 'Verbindungen in Fairlead öffnen',
  writes: 'Was Fairlead in Kontakte schreibt',
  made: 'Fairlead legt diese Eigenschaften selbst an, in einer eigenen Gruppe. Keine sagt etwas über die Person.',
  unchanged: 'Fairlead prüft Scores und ändert sie nicht.',
  asking: 'Fairlead wird gefragt',
  awayTitle: 'Fairlead ist gerade nicht erreichbar',
  away:
    'Fairlead war nicht zu erreichen. Was es in Ihre Kontakte geschrieben hat, bleibt. Laden Sie diese Seite in einer ' +
    'Minute neu; bleibt es dabei, fragen Sie, wer Ihr Fairlead betreibt, ob der Server läuft und von außen erreichbar ist.',
  steps: [
    'Öffnen Sie in Fairlead die Verbindungen und melden Sie sich als Administrator an.',
    'Wählen Sie „HubSpot verbinden“, dann dieses Konto, und stimmen Sie zu.',
    'Legen Sie fest, was gelesen werden darf und was geprüft wird. Vorher wird nichts gelesen.',
  ],
  since: 'Verbunden seit',
  lastCheck: 'Letzte Prüfung',
  noCheck: 'Noch keine ist fertig',
  audit: 'Audit',
  notKnown: 'Nicht bekannt',
};

/** The words in the language that HubSpot speaks to who looks; else in English. */
export const wordsFor = (user: { language?: string; locale?: string } | undefined): Words =>
  /^de\b/i.test(user?.language ?? user?.locale ?? '') ? GERMAN : ENGLISH;
