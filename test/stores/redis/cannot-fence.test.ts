import { expect, test } from 'vitest';
import { redis } from '../../../src/stores/redis/index.ts';

const { cannotFence } = redis;
const whyNot = (url: string): string | null =>
  typeof cannotFence === 'function' ? cannotFence(url) : 'no place has one';

test.each(['redis://host', 'redis://host:6379/', 'rediss://user:se%2Fcret@host:6379'])(
  'the whole server at %s has a fence',
  (url) => {
    expect(whyNot(url)).toBeNull();
  },
);

test.each(['redis://host/0', 'rediss://user:secret@host:6379/3', 'redis://host:6379/*'])(
  'a database at %s has none, whether that answers or not',
  (url) => {
    expect(whyNot(url)).toContain('one of its databases cannot be fenced');
    expect(whyNot(url)).not.toContain('secret');
  },
);
