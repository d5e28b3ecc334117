import { setTimeout as pause } from 'node:timers/promises';
import { controlQueue } from '../../domain/desk.ts';
import type { DoctorFinding } from '../../local/estate/doctor.ts';
import { connectClient } from '../../temporal/connect.ts';

/** `temporal.api.enums.v1.TaskQueueType` */
const workflowTasks = 1;

/** A server that is there answers sooner. */
const patienceMs = 3000;

/** Is anybody there to walk runs? Null when no Temporal server answers: that is said elsewhere. */
export const checkWorkers = async (): Promise<DoctorFinding | null> => {
  const connecting = connectClient().catch(() => null);
  const connected = await Promise.race([connecting, pause(patienceMs, null, { ref: false })]);
  if (connected === null) return null;
  await using open = connected;
  const { pollers } = await open.connection.workflowService.describeTaskQueue({
    namespace: open.namespace,
    taskQueue: { name: controlQueue },
    taskQueueType: workflowTasks,
  });
  const count = new Set(pollers.map((poller) => poller.identity)).size;
  const name = `workers on ${controlQueue}`;
  if (count > 0) return { name, says: `${count} listened in the last minutes`, isFailure: false, hint: null };
  return { name, says: 'none listens: no run moves', isFailure: true, hint: 'start one: node src/worker.ts' };
};
