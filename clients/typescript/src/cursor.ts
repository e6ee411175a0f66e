/** Where events stand in the hub's log. */

/** An id is `<epoch>-<sequence>`. Sequences run beyond what a number holds exactly, so they are compared as digits. */
const split = (id: string) => {
  const [, epoch, digits] = /(.*?)(\d*)$/.exec(id) as unknown as [string, string, string];
  return [epoch, digits.padStart(20, "0")] as const;
};

/** Whether an id lies ahead of the cursor; undefined where it is of another epoch, so that nobody can say. */
export const isAhead = (id: string, cursor = ""): boolean | undefined => {
  const [epoch, sequence] = split(id);
  const [current, last] = split(cursor);
  return epoch === current ? sequence > last : undefined;
};
