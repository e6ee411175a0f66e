/** Where events stand in the hub's log: an id is `<epoch>-<sequence>`. */

const epoch = (id: string) => id.replace(/\d*$/, "");

/**
 * Whether an id lies ahead of the cursor; undefined where it is of another epoch, so that nobody can say. Sequences run
 * beyond what a number holds exactly, and are compared as digits.
 */
export const isAhead = (id: string, cursor = ""): boolean | undefined =>
  epoch(id) === epoch(cursor) ? (id.length - cursor.length || +(id > cursor)) > 0 : undefined;
