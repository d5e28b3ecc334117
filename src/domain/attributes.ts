/**
 * Search attributes of a run: what the workflow list of the Temporal UI can show and filter. They are never encrypted,
 * so they hold names and numbers only. SQL visibility allows 10 Keyword, 3 KeywordList and 3 Int.
 */
export const searchAttributes = {
  DrRunbook: 'KEYWORD',
  DrMode: 'KEYWORD',
  /** Id of the phase the run is in. */
  DrPhase: 'KEYWORD',
  /** `planning`, `running`, `asking`, `approving`, `held`, `undoing`, `ended`. */
  DrState: 'KEYWORD',
  DrOutcome: 'KEYWORD',
  /** `nobody`, `approver`, `on-call`. */
  DrNextActor: 'KEYWORD',
  DrTargets: 'KEYWORD_LIST',
  DrRtoSeconds: 'INT',
  DrRpoSeconds: 'INT',
  /** Percent. */
  DrProgress: 'INT',
} as const;
export type SearchAttributeName = keyof typeof searchAttributes;
