/** Days as people here write them, `21/11/2026`, in both languages of the interface. */
const dayFormat = new Intl.DateTimeFormat('vi-VN', { day: '2-digit', month: '2-digit', year: 'numeric' })

/** `21/11/2026`, in both languages. */
export function dateText(at: number): string {
  return dayFormat.format(at)
}

/** A day as the documents hold it (`2026-11-21`) in the form that people write; empty stays empty. */
export function dayText(iso: string): string {
  return iso.split('-').reverse().join('/')
}

/** The ISO day of `21/11/2026`, `5-2-2026` or `5.2.2026`; empty stays empty, null where there is no such day. */
export function parseDay(text: string): string | null {
  if (text.trim() === '') return ''
  const [, day = '', month = '', year = ''] = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(text) ?? []
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  // A day that does not exist rolls over into the next month, or is no date at all.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null
}

/** `2026-11-21`, by the clock of this device. */
export function isoDay(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((one) => String(one).padStart(2, '0')).join('-')
}
