/** Payloads of the Updates, as a person types them into the Temporal UI: one object, one or two fields. */
export interface ApproveMessage {
  /** The six digits of the sender's own authenticator: proves who it is, good once. */
  code?: string;
  /** Which gate, when more than one waits. */
  gate?: string;
  /** Opens the gate without proof. Loud: it is in the report and needs a `why`. */
  breakGlass?: string;
  /** Person id; needed with breakGlass only. */
  by?: string;
  why?: string;
  /** The plan digest (or its first 12 digits) the sender looked at. */
  plan?: string;
}
export interface ReasonMessage {
  why?: string;
  step?: string;
  code?: string;
}
export interface NoteMessage {
  says?: string;
}

/** Names of the Updates, with the sentence the Temporal UI shows under each. */
export const messages = {
  approve: 'Open the waiting gate: {"code":"123456"} from your authenticator',
  deny: 'Close the waiting gate and abort: {"code":"123456","why":"…"}',
  hold: 'Stop before the next step; the clocks keep running: {"why":"…"}',
  resume: 'Go on after a hold: {}',
  retryStep: 'Try the failed step again: {} or {"step":"…"}',
  skipStep: 'Go on without the failed step, where that is safe: {"why":"…","code":"123456"}',
  abort: 'Undo what can be undone and stop: {"why":"…"}',
  note: 'Keep a sentence with the run: {"says":"…"}',
} as const;
export type MessageName = keyof typeof messages;
