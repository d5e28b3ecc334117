import { renderPlan } from '../../domain/render-plan.ts';
import { readStatus } from '../../temporal/runs.ts';
import type { Act } from '../commands.ts';
import { launch } from '../runs/launch.ts';

/** `dr plan <runbook>`: every effect the run would have. Changes nothing. */
export const plan: Act = (session, [runbook = ''], options) =>
  launch(session, runbook, { ...options, mode: 'plan' }, async (run, result, client) => {
    const { plan: made } = await readStatus(client, run);
    return { json: { run, result, plan: made }, text: made === null ? result.says : renderPlan(made) };
  });
