// The buttons below a check: agree, disagree with a reason, ask for review.
import { useRef, useState } from 'react';
import { Alert, Button, ButtonRow, Flex, Text, ToggleGroup } from '@hubspot/ui-extensions';
import type { Given, Outcome } from './answer';
import { type Reason, type Verdict, type Words, filled } from './words';

type Step = 'asking' | 'disagreeing' | 'sending';
type Props = { words: Words; answered: Verdict | null; give: (given: Given) => Promise<Outcome> };

export const Answer = ({ words, answered, give }: Props) => {
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
      <Text format={{ fontWeight: 'demibold' }}>{words.answerTitle}</Text>
      {answered && !changing ? (
        <Answered words={words} answered={answered} change={() => setChanging(true)} />
      ) : (
        <Asking words={words} step={step} begin={begin} save={save} />
      )}
      <Heard words={words} outcome={outcome} />
    </Flex>
  );
};

type AnsweredProps = { words: Words; answered: Verdict; change: () => void };

const Answered = ({ words, answered, change }: AnsweredProps) => (
  <>
    <Text>{filled(words.answered, words.verdicts[answered])}</Text>
    <Button variant="transparent" size="small" onClick={change}>
      {words.answerAgain}
    </Button>
  </>
);

type AskingProps = { words: Words; step: Step; begin: (next: Step) => void; save: (given: Given) => void };

const Asking = ({ words, step, begin, save }: AskingProps) =>
  step === 'disagreeing' ? (
    <Disagreeing
      words={words}
      send={(reason) => save({ verdict: 'disagree', reason })}
      cancel={() => begin('asking')}
    />
  ) : (
    <ButtonRow disableDropdown>
      <Button size="small" disabled={step === 'sending'} onClick={() => save({ verdict: 'agree' })}>
        {words.verdicts.agree}
      </Button>
      <Button size="small" disabled={step === 'sending'} onClick={() => begin('disagreeing')}>
        {words.verdicts.disagree}
      </Button>
      <Button size="small" disabled={step === 'sending'} onClick={() => save({ verdict: 'review' })}>
        {words.verdicts.review}
      </Button>
    </ButtonRow>
  );

type DisagreeingProps = { words: Words; send: (reason: Reason) => void; cancel: () => void };

const Disagreeing = ({ words, send, cancel }: DisagreeingProps) => {
  const [reason, setReason] = useState('');
  return (
    <>
      <ToggleGroup
        toggleType="radioButtonList"
        name="reason"
        label={words.why}
        required
        options={Object.entries(words.reasons).map(([value, label]) => ({ value, label }))}
        value={reason}
        onChange={setReason}
      />
      <ButtonRow disableDropdown>
        <Button variant="primary" size="small" disabled={reason === ''} onClick={() => send(reason as Reason)}>
          {words.send}
        </Button>
        <Button size="small" onClick={cancel}>
          {words.cancel}
        </Button>
      </ButtonRow>
    </>
  );
};

const VARIANTS = { kept: 'success', not_kept: 'danger', not_known: 'warning' } as const;

const Heard = ({ words, outcome }: { words: Words; outcome: Outcome | null }) =>
  outcome === null ? null : (
    <Alert title={words.became[outcome.became]} variant={VARIANTS[outcome.became]}>
      {outcome.message}
    </Alert>
  );
