/**
 * One line of plain text that is written on the sheet itself: a part's title, a field of the
 * heading. What is shown keeps a range of years together; what is read back is plain again.
 */
import { keepTogether } from '../ui/words.ts'

/** Shows the value as it changes, but never under the caret. */
export function lineField(value: () => string) {
  return (element: HTMLElement) => {
    $effect(() => {
      const shown = keepTogether(value())
      if (document.activeElement !== element && element.textContent !== shown) element.textContent = shown
    })
  }
}

/** What stands in the field, as it is kept; null where that is the value. */
export function typedLine(field: HTMLElement, value: string, longest: number): string | null {
  const text = plain(field.textContent ?? '').slice(0, longest)
  return text === plain(value) ? null : text
}

function plain(text: string): string {
  return text.replaceAll('\u2060', '').replace(/\s+/g, ' ').trim().normalize('NFC')
}
