/** What makes users reach a place. */
export interface Switch {
  /** `DATABASE_URL in ./shop.env`: no secret in it. */
  readonly says: string;
  /**
   * Compare-and-set: points users from `expected` to `next`. Already at `next` is success.
   * @throws DrError `refused` when it shows neither, with what to do; nothing is changed then
   */
  set(expected: string, next: string): Promise<void>;
  /** Do users reach the place with this connection string? */
  leadsTo(place: string): Promise<boolean>;
}
