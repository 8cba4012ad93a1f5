/** The sheet's commands: what the toolbar, the palette and the keys do with the text. */
import { toggleMark } from '@tiptap/pm/commands'
import type { Command as EditorCommand, EditorState } from '@tiptap/pm/state'
import type { BlockKind } from '@soanchung/shared/plan/blocks.ts'
import { linkHref } from '@soanchung/shared/plan/blocks.ts'
import type { Command } from '../ui/commands.svelte.ts'
import { m } from '../paraglide/messages.js'
import { kindsByKey, setKind, shiftDepth } from './block-keys.ts'
import { planSchema as schema } from '@soanchung/shared/plan/editor-schema.ts'
import { insertAnnex, insertFootnote, insertTable } from './sheet-words.ts'
import { registerNames, type RegisterName } from '@soanchung/shared/targets/register.ts'
import type { Sheet } from './sheet.svelte.ts'

/** What the commands are called that set a table of a register in, here or as an annex. */
const insertNames: Record<RegisterName, { table: () => string; annex: () => string }> = {
  targets: { table: m.targets_insert_targets, annex: m.targets_annex_targets },
  tasks: { table: m.targets_insert_tasks, annex: m.targets_annex_tasks },
  budget: { table: m.targets_insert_budget, annex: m.targets_annex_budget },
}

export function kindName(kind: BlockKind): string {
  switch (kind) {
    case 'paragraph':
      return m.editor_kind_paragraph()
    case 'heading':
      return m.editor_kind_heading()
    case 'numbered':
      return m.editor_kind_numbered()
    case 'lettered':
      return m.editor_kind_lettered()
    case 'dashed':
      return m.editor_kind_dashed()
    case 'plus':
      return m.editor_kind_plus()
    case 'quotation':
      return m.editor_kind_quotation()
    case 'note':
      return m.editor_kind_note()
  }
}

/** Runs an editor's command in the part of the caret; says why where it may not be written. */
export function runInPart(sheet: Sheet, command: EditorCommand): void {
  const editor = sheet.activeEditor()
  if (editor === undefined) return
  if (!sheet.mayWrite(editor.part)) return sheet.sayReadOnly([editor.part])
  sheet.journal.stopCapturing()
  command(editor.view.state, editor.view.dispatch)
  sheet.journal.stopCapturing()
  editor.view.focus()
}

/**
 * Makes the selected words a link, or takes it away where `href` is empty; false where it is no web
 * address. With nothing selected it changes the link at the caret, or writes the address there.
 */
export function setLink(sheet: Sheet, href: string): boolean {
  const type = schema.marks['link']!
  const whole = href === '' || /^[a-z]+:/i.test(href) ? href : `https://${href}`
  if (whole !== '' && !linkHref.safeParse(whole).success) return false
  runInPart(sheet, (state, dispatch) => {
    const { from, to } = linkedWords(state)
    const tr = state.tr.removeMark(from, to, type)
    if (whole !== '' && from < to) tr.addMark(from, to, type.create({ href: whole }))
    else if (whole !== '') tr.insert(from, schema.text(whole, [type.create({ href: whole })]))
    dispatch?.(tr)
    return true
  })
  return true
}

export function sheetCommands(sheet: Sheet): Command[] {
  const inText = (id: string, label: () => string, shortcut: string | undefined, command: EditorCommand): Command => ({
    id: `editor.${id}`,
    label,
    ...(shortcut === undefined ? {} : { shortcut, handledElsewhere: true }),
    enabled: () => sheet.format.mayWrite,
    run: () => runInPart(sheet, command),
  })
  const atCaret = (id: string, label: () => string, shortcut: string | undefined, run: () => void): Command => ({
    id: `editor.${id}`,
    label,
    ...(shortcut === undefined ? {} : { shortcut }),
    notInFields: true,
    // In a part that one only reads, the key says so.
    enabled: () => sheet.active !== null,
    run,
  })
  return [
    {
      id: 'editor.undo',
      label: m.editor_undo,
      shortcut: 'Mod+Z',
      notInFields: true,
      enabled: () => sheet.canUndo,
      run: () => sheet.undo(),
    },
    {
      id: 'editor.redo',
      label: m.editor_redo,
      shortcut: 'Mod+Y',
      otherShortcut: 'Mod+Shift+Z',
      notInFields: true,
      enabled: () => sheet.canRedo,
      run: () => sheet.redo(),
    },
    { id: 'editor.find', label: m.editor_find, shortcut: 'Mod+F', run: () => sheet.find.show() },
    inText('bold', m.editor_bold, 'Mod+B', toggleMark(schema.marks['bold']!)),
    inText('italic', m.editor_italic, 'Mod+I', toggleMark(schema.marks['italic']!)),
    inText('underline', m.editor_underline, 'Mod+U', toggleMark(schema.marks['underline']!)),
    inText('indent', m.editor_indent, 'Tab', shiftDepth(1)),
    inText('outdent', m.editor_outdent, 'Shift+Tab', shiftDepth(-1)),
    ...kindsByKey.map((kind, index) => inText(kind, () => kindName(kind), `Mod+Alt+${index}`, setKind(kind))),
    atCaret('link', m.editor_link, 'Mod+Alt+K', () => sheet.beside.toggleLink()),
    atCaret('footnote', m.editor_footnote, undefined, () => insertFootnote(sheet)),
    atCaret('make-target', m.editor_make_target, 'Mod+Alt+T', () => sheet.beside.offerTarget()),
    atCaret('reference', m.editor_reference, 'Mod+Alt+R', () => sheet.beside.pickReference()),
    ...registerNames.flatMap((register): Command[] => [
      atCaret(
        `table-${register}`,
        () => insertNames[register].table(),
        undefined,
        () => insertTable(sheet, register),
      ),
      {
        id: `editor.annex-${register}`,
        label: () => insertNames[register].annex(),
        enabled: () => sheet.model.mayWriteOutline,
        run: () => insertAnnex(sheet, register),
      },
    ]),
  ]
}

/** The selection; without one, the link that the caret stands in or at. */
function linkedWords({ selection }: EditorState): { from: number; to: number } {
  const { from, to, empty, $from } = selection
  if (!empty || $from.depth === 0) return { from, to }
  const start = $from.start()
  let run: { from: number; to: number; href: unknown } | null = null
  for (let index = 0, at = start; index < $from.parent.childCount; index++) {
    const child = $from.parent.child(index)
    const href: unknown = child.marks.find((mark) => mark.type === schema.marks['link'])?.attrs['href']
    if (run === null || run.href !== href) {
      if (run?.href !== undefined && run.from <= from && from <= run.to) break
      run = { from: at, to: at, href }
    }
    at += child.nodeSize
    run.to = at
  }
  return run?.href !== undefined && run.from <= from && from <= run.to ? run : { from, to }
}

/** The address of the link at the caret, or an empty text. */
export function linkAtCaret(sheet: Sheet): string {
  const state = sheet.activeEditor()?.view.state
  const link = state?.selection.$from.marks().find((mark) => mark.type === schema.marks['link'])
  const behind = state?.doc.nodeAt(state.selection.from)?.marks.find((mark) => mark.type === schema.marks['link'])
  return String((link ?? behind)?.attrs['href'] ?? '')
}
