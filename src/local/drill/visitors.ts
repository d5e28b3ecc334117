const names = ['Springfield', 'Alexandria', 'San José', 'Newcastle', 'Valencia'];

/** Users of the demo service: each visit is a row that was acknowledged. They stay away once it fails. */
export const sendVisitors = (origin: string) => {
  let stopped = false;
  let visits = 0;
  const visit = async (): Promise<void> => {
    const near = await fetch(
      `${origin}/near?latitude=${Math.random() * 120 - 60}&longitude=${Math.random() * 360 - 180}`,
    );
    const like = await fetch(`${origin}/like?name=${names[visits % names.length]}`);
    if (!near.ok || !like.ok) return;
    const made = await fetch(`${origin}/visit?city=${1 + Math.floor(Math.random() * 150_000)}`, { method: 'POST' });
    if (made.ok) visits += 1;
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await visit().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const running = loop();
  return {
    visits: () => visits,
    stop: async (): Promise<void> => {
      stopped = true;
      await running;
    },
  };
};
