import type { Desk } from '../src/domain/desk.ts';
import type { Verbs } from '../src/domain/verbs.ts';
import { applyUnits } from './apply-units.ts';
import { beginRestore } from './begin-restore.ts';
import { checkDiscarded } from './check-discarded.ts';
import { checkFenced } from './check-fenced.ts';
import { checkPlace } from './check-place.ts';
import { checkReady } from './check-ready.ts';
import { checkSet } from './check-set.ts';
import { checkStage } from './check-stage.ts';
import { checkSwitched } from './check-switched.ts';
import { checkWritable } from './check-writable.ts';
import { comparePlace } from './compare-place.ts';
import { discardPlace } from './discard-place.ts';
import { endRestore } from './end-restore.ts';
import { fencePlace } from './fence-place.ts';
import { freezePlan } from './freeze-plan.ts';
import { holdSet } from './hold-set.ts';
import { measureLoss } from './measure-loss.ts';
import { probeService } from './probe-service.ts';
import { provePerson } from './prove-person.ts';
import { providePlace } from './provide-place.ts';
import { putBackCarried } from './put-back-carried.ts';
import { releaseSet } from './release-set.ts';
import { runChecks } from './run-checks.ts';
import { switchTarget } from './switch-target.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { unfencePlace } from './unfence-place.ts';
import type { World } from './world.ts';
import { writeReport } from './write-report.ts';

/** What steps ask for: runs near the stores. */
export const createVerbs = (world: World): Verbs => ({
  applyUnits: applyUnits(world),
  beginRestore: beginRestore(world),
  checkDiscarded: checkDiscarded(world),
  checkFenced: checkFenced(world),
  checkPlace: checkPlace(world),
  checkReady: checkReady(world),
  checkSet: checkSet(world),
  checkStage: checkStage(world),
  checkSwitched: checkSwitched(world),
  checkWritable: checkWritable(world),
  comparePlace: comparePlace(world),
  discardPlace: discardPlace(world),
  endRestore: endRestore(world),
  fencePlace: fencePlace(world),
  holdSet: holdSet(world),
  measureLoss: measureLoss(world),
  probeService: probeService(world),
  providePlace: providePlace(world),
  putBackCarried: putBackCarried(world),
  releaseSet: releaseSet(world),
  runChecks: runChecks(world),
  switchTarget: switchTarget(world),
  takeSnapshot: takeSnapshot(world),
  unfencePlace: unfencePlace(world),
});

/** What the engine itself needs: runs beside the workflows. */
export const createDesk = (world: World): Desk => ({
  freezePlan: freezePlan(world),
  provePerson: provePerson(world),
  writeReport: writeReport(world),
});

/** Every activity there is. */
export const createActivities = (world: World) =>
  ({ ...createVerbs(world), ...createDesk(world) }) satisfies Verbs & Desk;
