/** What an outside observer saw of a service, by its own probes. */
export interface Outage {
  firstGreenAt: string | null;
  /** After it was green, and after what was seen last was forgotten. */
  firstRedAt: string | null;
  greenAgainAt: string | null;
  probes: number;
  red: number;
  /** What the latest red probe was answered with. */
  why: string;
}

/** Probes a health address four times a second, until stopped; the impact of a disaster is the first red probe. */
export const watchService = (health: string) => {
  const seen: Outage = { firstGreenAt: null, firstRedAt: null, greenAgainAt: null, probes: 0, red: 0, why: '' };
  let stopped = false;
  let changed: (() => void)[] = [];
  const probe = async (): Promise<void> => {
    const at = new Date().toISOString();
    const isGreen = await fetch(health, { signal: AbortSignal.timeout(2_000) }).then(
      async (answer) => {
        if (!answer.ok) seen.why = await answer.text();
        return answer.ok;
      },
      (error: unknown) => {
        seen.why = String(error);
        return false;
      },
    );
    seen.probes += 1;
    if (!isGreen) seen.red += 1;
    if (isGreen) seen.firstGreenAt ??= at;
    if (!isGreen && seen.firstGreenAt !== null) seen.firstRedAt ??= at;
    if (isGreen && seen.firstRedAt !== null) seen.greenAgainAt ??= new Date().toISOString();
    for (const wake of changed.splice(0)) wake();
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await probe();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const running = loop();
  return {
    seen: (): Readonly<Outage> => seen,
    /** A probe that was red before has nothing to do with what comes now. */
    forget: (): void => {
      seen.firstRedAt = null;
      seen.greenAgainAt = null;
    },
    /** Resolves when the claim holds after a probe. @throws Error after the deadline */
    until: async (claim: (outage: Outage) => boolean, says: string, deadlineMs: number): Promise<void> => {
      const deadline = Date.now() + deadlineMs;
      while (!claim(seen)) {
        if (Date.now() > deadline)
          throw new Error(`gave up after ${deadlineMs / 1000} s waiting until ${says}: ${seen.why}`);
        await new Promise<void>((resolve) => changed.push(resolve));
      }
    },
    stop: async (): Promise<void> => {
      stopped = true;
      await running;
      changed = [];
    },
  };
};
