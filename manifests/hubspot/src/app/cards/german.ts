// The words of the cards in German: those of Fairlead's own panel and of its panel in Salesforce.
import type { Words } from './words';

export const GERMAN: Words = {
  language: 'de',
  what: 'Was ist das?',
  whatItIs:
    'Was die letzte Prüfung über den Score eines Leads sagt: ob Sie sich auf ihn verlassen können, und was zu tun ist. ' +
    'Sie sagt nichts über die Person und ändert den Score nicht.',
  states: {
    fine: {
      title: 'Kein Problem gefunden',
      sentence: 'Das letzte Audit hat nichts gefunden, was die Entscheidung über diesen Lead ändern würde.',
      next_step: 'Verwenden Sie den Score wie gewohnt.',
    },
    flagged: {
      title: 'Score vielleicht unzuverlässig',
      sentence: 'Das letzte Audit hat ähnliche Scores als unzuverlässig erkannt; dieser Score kann Sie also täuschen.',
      next_step:
        'Stufen Sie diesen Lead nicht nach dem Score ein und lassen Sie ihn nicht deswegen fallen. Sehen Sie ' +
        'sich den Lead selbst an und entscheiden Sie.',
    },
    not_enough_data: {
      title: 'Zu wenig Daten für ein Urteil',
      sentence: 'Das letzte Audit hatte zu wenig Daten, um zu sagen, ob der Score dieses Leads zuverlässig ist.',
      next_step: 'Nehmen Sie den Score als einen Hinweis unter anderen.',
    },
    not_audited: {
      title: 'Noch nicht geprüft',
      sentence:
        'Das letzte Audit hat diesen Lead nicht umfasst; wie zuverlässig sein Score ist, ist also nicht bekannt.',
      next_step: 'Nehmen Sie den Score als einen Hinweis unter anderen.',
    },
    not_scored: {
      title: 'Noch kein Score',
      sentence: 'Dieser Lead hat keinen Score. Es gibt nichts zu prüfen.',
      next_step: 'Entscheiden Sie nach dem Lead selbst.',
    },
    acknowledged: {
      title: 'Sie haben auf diese Prüfung geantwortet',
      sentence: 'Die Prüfung sagt: {0}. Ihre Antwort: {1}.',
      next_step: '',
    },
    stale: {
      title: 'Diese Prüfung ist alt',
      sentence:
        'Der Score wurde zuletzt vor {0} Tagen geprüft und kann sich seither geändert haben. ' +
        'Damals sagte die Prüfung: {1}.',
      next_step:
        'Nehmen Sie den Score als einen Hinweis unter anderen. ' +
        'Fragen Sie Ihren CRM-Administrator, wann die nächste Prüfung ansteht.',
    },
    erased: {
      title: 'Dieser Lead ist nicht mehr da',
      sentence: 'Der Lead oder seine Daten wurden gelöscht; deshalb gibt es keine Prüfung zu zeigen.',
      next_step: 'Hier ist nichts zu tun.',
    },
    not_connected: {
      title: 'Fairlead ist nicht verbunden',
      sentence: 'Fairlead hat keine funktionierende Verbindung zu diesem CRM und kann den Score deshalb nicht prüfen.',
      next_step: 'Bitten Sie Ihren CRM-Administrator, Fairlead zu verbinden.',
    },
    no_permission: {
      title: 'Keine Einsicht in diese Prüfung',
      sentence: 'Ihr CRM-Konto darf die Prüfung dieses Leads nicht sehen.',
      next_step: 'Bitten Sie Ihren CRM-Administrator um Zugriff, wenn Sie ihn brauchen.',
    },
    away: {
      title: 'Die Prüfung kann gerade nicht gezeigt werden',
      sentence: 'Weder HubSpot noch Fairlead konnten nach der Prüfung dieses Leads gefragt werden.',
      next_step: 'Laden Sie diese Seite in einer Minute neu.',
    },
  },
  verdicts: { agree: 'Stimme zu', disagree: 'Stimme nicht zu', review: 'Um Überprüfung bitten' },
  reasons: {
    score_right: 'Der Score stimmt für diesen Lead',
    score_too_low: 'Der Score ist für diesen Lead zu niedrig',
    score_too_high: 'Der Score ist für diesen Lead zu hoch',
    data_wrong: 'Die Daten des Leads sind falsch oder alt',
    other: 'Ein anderer Grund',
  },
  loading: 'Die Score-Prüfung wird geladen',
  missing: 'Einzelheiten fehlen',
  score: 'Score {0}',
  scoreCorrected: 'Score {0}, berichtigt {1}',
  scoreNow: 'Score, wie er ist',
  whatToDo: 'Was zu tun ist',
  fields: 'Felder, die Sie ansehen sollten',
  checked: 'Geprüft',
  unchanged: 'Fairlead prüft Scores und ändert sie nicht.',
  answerTitle: 'Was meinen Sie?',
  answered: 'Ihre Antwort: {0}.',
  answerAgain: 'Antwort ändern',
  why: 'Warum stimmen Sie nicht zu?',
  send: 'Senden',
  cancel: 'Abbrechen',
  became: { kept: 'Gespeichert', not_kept: 'Nicht gespeichert', not_known: 'Nicht bekannt' },
  notSaved: 'Ihre Antwort wurde nicht gespeichert: {0}',
  noTrace: 'Fairlead wurde gefragt und hat sie nicht. Antworten Sie noch einmal.',
  notKnown: 'Ob Ihre Antwort gespeichert wurde, ist nicht bekannt: {0}',
  noAnswer: 'Fairlead ist gerade nicht erreichbar. Laden Sie diese Seite in einer Minute neu, um es zu sehen.',
  foundKept: 'Fairlead war langsam, hat Ihre Antwort aber.',
  audit: 'Audit',
  found: 'Was diese Prüfung über alle Leads fand',
  teamTitle: 'Alle Leads, die geprüft wurden',
  teamLoading: 'Die Prüfungen werden zusammengefasst',
  teamMissing: 'Gerade gibt es nichts zusammenzufassen',
  teamAway:
    'Fairlead ist gerade nicht erreichbar. Die Eigenschaft „Score check“ jedes Kontakts enthält weiter die letzte Prüfung.',
  thisLead: 'Dieser Lead',
  away: 'Fairlead ist gerade nicht erreichbar. Das hier schrieb es bei der letzten Prüfung in HubSpot.',
};
