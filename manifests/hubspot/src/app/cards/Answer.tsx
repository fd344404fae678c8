// The buttons below a check: agree, disagree with a reason, ask for review.
import { useRef, useState } from 'react';
import { Alert, Button, ButtonRow, Flex, Text, ToggleGroup } from '@hubspot/ui-extensions';
import type { Given, Outcome } from './answer';
import type { Reason, Verdict } from './panel';
import { ANSWERED, ANSWER_AGAIN, ANSWER_TITLE, CANCEL, REASONS, SEND, VERDICTS, WHY, filled } from './words';

type Step = 'asking' | 'disagreeing' | 'sending';
type Props = { answered: Verdict | null; give: (given: Given) => Promise<Outcome> };

const OPTIONS = Object.entries(REASONS).map(([value, label]) => ({ value, label }));

export const Answer = ({ answered, give }: Props) => {
  const [step, setStep] = useState<Step>('asking');
  const [changing, setChanging] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  // A second click comes before the first one was drawn.
  const busy = useRef(false);
  const save = async (given: Given) => {
    if (busy.current) {
      return;
    }
    busy.current = true;
    setStep('sending');
    const heard = await give(given);
    busy.current = false;
    setOutcome(heard);
    setStep('asking');
    setChanging(changing && heard.became !== 'kept');
  };
  const begin = (next: Step) => {
    setOutcome(null);
    setStep(next);
  };
  return (
    <Flex direction="column" gap="small">
      <Text format={{ fontWeight: 'demibold' }}>{ANSWER_TITLE}</Text>
      {answered && !changing ? (
        <Answered answered={answered} change={() => setChanging(true)} />
      ) : (
        <Asking step={step} begin={begin} save={save} />
      )}
      <Heard outcome={outcome} />
    </Flex>
  );
};

const Answered = ({ answered, change }: { answered: Verdict; change: () => void }) => (
  <>
    <Text>{filled(ANSWERED, VERDICTS[answered])}</Text>
    <Button variant="transparent" size="small" onClick={change}>
      {ANSWER_AGAIN}
    </Button>
  </>
);

type AskingProps = { step: Step; begin: (next: Step) => void; save: (given: Given) => void };

const Asking = ({ step, begin, save }: AskingProps) =>
  step === 'disagreeing' ? (
    <Disagreeing send={(reason) => save({ verdict: 'disagree', reason })} cancel={() => begin('asking')} />
  ) : (
    <ButtonRow disableDropdown>
      <Button size="small" disabled={step === 'sending'} onClick={() => save({ verdict: 'agree' })}>
        {VERDICTS.agree}
      </Button>
      <Button size="small" disabled={step === 'sending'} onClick={() => begin('disagreeing')}>
        {VERDICTS.disagree}
      </Button>
      <Button size="small" disabled={step === 'sending'} onClick={() => save({ verdict: 'review' })}>
        {VERDICTS.review}
      </Button>
    </ButtonRow>
  );

const Disagreeing = ({ send, cancel }: { send: (reason: Reason) => void; cancel: () => void }) => {
  const [reason, setReason] = useState('');
  return (
    <>
      <ToggleGroup
        toggleType="radioButtonList"
        name="reason"
        label={WHY}
        required
        options={OPTIONS}
        value={reason}
        onChange={setReason}
      />
      <ButtonRow disableDropdown>
        <Button variant="primary" size="small" disabled={reason === ''} onClick={() => send(reason as Reason)}>
          {SEND}
        </Button>
        <Button size="small" onClick={cancel}>
          {CANCEL}
        </Button>
      </ButtonRow>
    </>
  );
};

const HEARD = {
  kept: { title: 'Saved', variant: 'success' },
  not_kept: { title: 'Not saved', variant: 'danger' },
  not_known: { title: 'Not known', variant: 'warning' },
} as const;

const Heard = ({ outcome }: { outcome: Outcome | null }) =>
  outcome === null ? null : <Alert {...HEARD[outcome.became]}>{outcome.message}</Alert>;
