import type { Secrets } from '../../activities/secrets.ts';
import type { Estate } from '../estate/estate.ts';
import type { Work } from '../stores/port.ts';
import { startMeter } from './meter.ts';
import type { Terminal } from './terminal.ts';

/** Connections that an engine command uses at a time: fast enough for one machine, small enough for its memory. */
export const parallel = 2;

/** What every command is given: where it was started, and how it talks. */
export interface Session {
  terminal: Terminal;
  /** From now on nothing that these secrets know is printed. */
  hide(secrets: Secrets): void;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Path of the estate file, whether or not it exists. */
  estatePath: string;
  /** Somebody named that file, so it has to be there. */
  isEstateNamed: boolean;
  /** Do not ask before destructive work. */
  yes: boolean;
  say(text: string): void;
  /** Reads the estate once. @throws DrError `bad-input` with every problem and its line */
  estate(): Promise<Estate>;
}

interface Start {
  terminal: Terminal;
  hide: Session['hide'];
  signal: AbortSignal;
  options: { estate?: string; yes?: boolean };
}

export const openSession = ({ terminal, hide, signal, options }: Start): Session => {
  const named = options.estate ?? process.env.DR_ESTATE;
  const estatePath = named ?? 'estate.yaml';
  let estate: Promise<Estate> | undefined;
  const read = async (): Promise<Estate> => {
    const { readEstate } = await import('../estate/read-estate.ts');
    return readEstate(estatePath);
  };
  return {
    terminal,
    hide,
    signal,
    estatePath,
    isEstateNamed: named !== undefined,
    yes: options.yes === true,
    say: terminal.say,
    estate: () => {
      estate ??= read();
      return estate;
    },
  };
};

/** Lends long work its signal and shows how far it is. */
export const startWork = ({ terminal, signal }: Session): Disposable & { work: Work } => {
  const meter = startMeter(terminal);
  return { work: { signal, beat: meter.beat, parallel }, [Symbol.dispose]: () => meter[Symbol.dispose]() };
};
