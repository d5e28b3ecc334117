import { expect, test } from 'vitest';
import { afterMessages } from '../../workflows/engine/attempt.ts';

/** What a message leads to, some awaits later. */
const afterTurns = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await null;
};

test.each([
  ['a result', () => Promise.resolve('done')],
  ['a failure', () => Promise.reject(new Error('red'))],
])('%s goes on when what messages of its task lead to has begun, though it was there first', async (_name, act) => {
  const order: string[] = [];
  const result = afterMessages(act()).then(
    () => order.push('result'),
    () => order.push('result'),
  );
  const message = afterTurns(30).then(() => order.push('message'));
  await Promise.all([result, message]);
  expect(order).toEqual(['message', 'result']);
});
