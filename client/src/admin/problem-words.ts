/** What is wrong with a line of a file, in words that say what to do. */
import {
  columnHeadings,
  kindWords,
  levelWords,
  profileWords,
  type ImportColumn,
  type ImportProblem,
} from '@soanchung/shared/units/import.ts'
import { m } from '../paraglide/messages.js'

/** The words to write in a column that knows only some. */
export function columnWords(column: ImportColumn | null): string {
  const known = { kind: kindWords, level: levelWords, profile: profileWords }
  const words = column === 'kind' || column === 'level' || column === 'profile' ? known[column] : {}
  return Object.values<string[]>(words)
    .map(([first = '']) => first)
    .join(', ')
}

export function problemText({ code, column: id, value, other: line }: ImportProblem): string {
  const column = id === null ? '' : columnHeadings[id]
  const other = line ?? ''
  switch (code) {
    case 'encoding':
      return value === '' ? m.admin_problem_encoding_unknown() : m.admin_problem_encoding({ name: value })
    case 'workbook':
      return m.admin_problem_workbook()
    case 'large':
      return m.admin_problem_large()
    case 'empty':
      return m.admin_problem_empty()
    case 'rows':
      return m.admin_problem_rows({ value })
    case 'quote':
      return m.admin_problem_quote()
    case 'heading-missing':
      return m.admin_problem_heading_missing({ column })
    case 'heading-unknown':
      return m.admin_problem_heading_unknown({ value })
    case 'heading-doubled':
      return m.admin_problem_heading_doubled({ column })
    case 'cells':
      return m.admin_problem_cells({ value })
    case 'row':
      return m.admin_problem_row({ value })
    case 'missing':
      return m.admin_problem_missing({ column })
    case 'form':
      if (id === 'symbol') return m.admin_problem_form_symbol({ value })
      return id === 'username' ? m.admin_problem_form_username({ value }) : m.admin_problem_form({ column, value })
    case 'letters':
      return m.admin_problem_letters({ column: column || m.admin_problem_heads(), value })
    case 'word':
      return m.admin_problem_word({ column, value, words: columnWords(id) })
    case 'extra':
      return id === 'username' || id === 'office'
        ? m.admin_problem_extra_unit({ column })
        : m.admin_problem_extra_person({ column })
    case 'symbol-doubled':
      return m.admin_problem_symbol_doubled({ value, other })
    case 'symbol-taken':
      return m.admin_problem_symbol_taken({ value })
    case 'unit-unknown':
      return m.admin_problem_unit_unknown({ column, value })
    case 'circle':
      return m.admin_problem_circle({ value })
    case 'self':
      return m.admin_problem_self({ column })
    case 'username-doubled':
      return m.admin_problem_username_doubled({ value, other })
    case 'username-taken':
      return m.admin_problem_username_taken({ value })
    case 'member-doubled':
      return m.admin_problem_member_doubled({ value, other })
  }
}
