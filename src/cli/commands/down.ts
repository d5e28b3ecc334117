import { down as endEstate } from '../../local/estate/down.ts';
import type { Act } from '../commands.ts';

/** `dr down`: ends what `dr up` started, and removes its data. */
export const down: Act = async (session) => ({ json: { wasUp: await endEstate(session.say) }, text: '' });
