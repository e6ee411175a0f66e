/** Where a service stands in the hub's log: which events are new, and what to resume from. */

export interface Cursor {
  /** What to resume from, once there is anything. */
  id: string | undefined;
  /**
   * Moves to where an event stands, if that is ahead in the current epoch or, with `jump` (for `hello` and `gap`), in
   * another epoch. False where it is of the current epoch and not ahead: such an application event was seen already.
   */
  advance(id: string, jump?: boolean): boolean;
}

/** An id is `<epoch>-<sequence>`; sequences run beyond what a number holds exactly, so they are compared as digits. */
const split = (id: string): [epoch: string, digits: string] => {
  const cut = id.lastIndexOf("-");
  return [id.slice(0, cut), id.slice(cut + 1)];
};

export const createCursor = (): Cursor => ({
  id: undefined,
  advance(id, jump) {
    const [epoch, digits] = split(id);
    const [currentEpoch, currentDigits] = split(this.id ?? "");
    const same = epoch === currentEpoch;
    const ahead = digits.length - currentDigits.length || (digits > currentDigits ? 1 : -1);
    if (same ? ahead > 0 : jump || !this.id) this.id = id;
    else return !same;
    return true;
  },
});
