/** Dates of the document's head: stored as ISO, written as people here do, `21/11/2026`. */

/** Empty for an empty date. */
export function showDate(iso: string): string {
  const [year, month, day] = iso.split('-')
  return year && month && day ? `${day}/${month}/${year}` : ''
}

/** ISO; empty for nothing typed, null for what is not a day of the calendar. */
export function readDate(typed: string): string | null {
  const text = typed.trim()
  if (text === '') return ''
  const [, day, month, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? []
  if (day === undefined || month === undefined || year === undefined) return null
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  // A day that does not exist rolls over into the next month, or is no date at all.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null
}
