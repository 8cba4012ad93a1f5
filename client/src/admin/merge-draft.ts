/**
 * Two people filled in the same form: whoever saves second keeps every field that they changed, and
 * gets the other's work in those that they did not.
 */
export function mergeDraft<Draft extends object>(
  seen: Draft,
  mine: Draft,
  theirs: Draft,
): { draft: Draft; both: (keyof Draft & string)[] } {
  const draft = { ...mine }
  const both: (keyof Draft & string)[] = []
  for (const field in seen) {
    const isMine = differ(mine[field], seen[field])
    if (!isMine) draft[field] = theirs[field]
    else if (differ(theirs[field], seen[field]) && differ(theirs[field], mine[field])) both.push(field)
  }
  return { draft, both }
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other)
}
