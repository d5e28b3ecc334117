import { messages } from '../../src/domain/message.ts';
import type { Decision } from '../../src/domain/risk.ts';
import { whyNotCounted } from '../../src/domain/risk.ts';
import type { Answer } from './messages.ts';
import type { Fields } from './read-message.ts';
import type { OpenGate, Run } from './run.ts';
import { now, planOf } from './run.ts';

const pick = (run: Run, name: string, wanted: string | undefined): OpenGate | string => {
  const ids = run.gates.map((gate) => gate.id);
  const [only] = run.gates;
  if (only === undefined) return `${name}: no gate waits for an answer now`;
  if (wanted === undefined) {
    return ids.length === 1 ? only : `${name}: several gates wait; add {"gate":"…"} with one of: ${ids.join(', ')}`;
  }
  return (
    run.gates.find((gate) => gate.id === wanted) ??
    `${name}: gate "${wanted}" does not wait; waiting: ${ids.join(', ')}`
  );
};

const isOtherPlan = (run: Run, digest: string | undefined): boolean =>
  digest !== undefined && !(digest.length >= 6 && planOf(run).digest.startsWith(digest.toLowerCase()));

const breakGlass = (run: Run, gate: OpenGate, fields: Fields): Answer => {
  const { by, why } = fields;
  if (by === undefined || why === undefined) {
    return { refused: 'approve: breaking the glass needs to be answered for: {"breakGlass":"yes","by":"…","why":"…"}' };
  }
  return {
    act: () => {
      const decision: Decision = {
        gate: gate.id,
        person: by,
        answer: 'approve',
        proof: 'break-glass',
        plan: planOf(run).digest,
        at: now(),
        why,
      };
      run.decisions.push(decision);
      const says = `gate ${gate.id} was opened without proof, by someone who says to be ${by}: ${why}`;
      run.findings.push({ says, isFailure: false });
      return says;
    },
  };
};

/** Approve and deny: which gate, for which plan; a code goes to the activity that proves whose it is. */
export const answerGate = (run: Run, name: 'approve' | 'deny', fields: Fields): Answer => {
  const gate = pick(run, name, fields.gate);
  if (typeof gate === 'string') return { refused: gate };
  const { digest } = planOf(run);
  if (isOtherPlan(run, fields.plan)) {
    return { refused: `${name}: you looked at plan ${fields.plan}, and ${digest.slice(0, 12)} is what runs` };
  }
  if (fields.breakGlass !== undefined) return breakGlass(run, gate, fields);
  const { code, why } = fields;
  if (code === undefined) {
    const instead = name === 'deny' ? ' Without one, abort stops the run: {"why":"…"}' : '';
    return { refused: `${name}: a code is missing. ${messages[name]}.${instead}` };
  }
  if (run.inbox.some((one) => one.code === code)) return { refused: `${name}: this code is being checked already` };
  return {
    act: () => {
      run.inbox.push({ name, subject: gate.id, code, plan: digest, ...(why === undefined ? {} : { why }) });
      return `checking whose code it is, for gate ${gate.id}`;
    },
  };
};

/** Counts a decision, or says why it does not count. */
export const count = (run: Run, decision: Decision): string | null => {
  const soFar = run.decisions.filter((one) => one.gate === decision.gate);
  const { digest: plan, starter } = planOf(run);
  const why = whyNotCounted(decision, { id: decision.gate, plan, starter, soFar });
  if (why === null) run.decisions.push(decision);
  return why;
};
