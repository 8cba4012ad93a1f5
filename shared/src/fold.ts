/**
 * Text as it is searched: lower case, without diacritics. `đ` does not decompose, so it is mapped
 * by itself.
 */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()
}
