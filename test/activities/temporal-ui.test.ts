import { expect, test } from 'vitest';
import { temporalUi } from '../../activities/temporal-ui.ts';

test('the address of the Temporal UI is what was set, without its last slash and without a password', () => {
  expect(temporalUi({})).toBeNull();
  expect(temporalUi({ DR_TEMPORAL_UI: '' })).toBeNull();
  expect(temporalUi({ DR_TEMPORAL_UI: 'http://127.0.0.1:8233' })).toBe('http://127.0.0.1:8233');
  expect(temporalUi({ DR_TEMPORAL_UI: 'https://ada:hunter22@temporal.example/ui/?a=b#c' })).toBe(
    'https://temporal.example/ui',
  );
});

test.each(['temporal.example', 'javascript:alert(1)', 'grpc://temporal:7233'])('%s is refused', (given) => {
  expect(() => temporalUi({ DR_TEMPORAL_UI: given })).toThrow('DR_TEMPORAL_UI is not the address of a page');
});
