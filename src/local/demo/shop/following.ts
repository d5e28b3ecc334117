/** Something open at an address, to be closed when the address changes. */
export interface Closable {
  close(): Promise<void>;
}

/**
 * Keeps one connection to wherever `url` leads now, as services do that read their address from a file: what began on the
 * old one may fail, what begins later is on the new one.
 */
export const following = <T extends Closable>(url: () => Promise<string>, open: (url: string) => Promise<T>) => {
  let held: { url: string; opened: Promise<T> } | null = null;
  const drop = async (old: typeof held): Promise<void> => {
    await old?.opened.then((one) => one.close()).catch(() => undefined);
  };
  return {
    get: async (): Promise<T> => {
      const now = await url();
      if (held?.url !== now) {
        const old = held;
        const mine = { url: now, opened: open(now) };
        held = mine;
        mine.opened.catch(() => {
          if (held === mine) held = null;
        });
        void drop(old);
      }
      return held!.opened;
    },
    close: async (): Promise<void> => {
      const last = held;
      held = null;
      await drop(last);
    },
  };
};
