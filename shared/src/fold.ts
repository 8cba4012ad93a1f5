/**
 * Text as it is searched: lower case, without diacritics. `đ` does not decompose, so it is mapped
 * by itself.
 */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()
}

/** Whether each of the words that somebody looks for stands somewhere in the text, in whichever order. */
export function holdsWords(text: string, wanted: string): boolean {
  const folded = foldText(text)
  return foldText(wanted)
    .split(/\s+/)
    .every((word) => folded.includes(word))
}
