/** What the plan's screen can do, for the palette and its keys; the sheet has its own commands. */
import type { BlockId, PartId } from '@soanchung/shared/ids.ts'
import { m } from '../paraglide/messages.js'
import type { Command } from '../ui/commands.svelte.ts'
import { say } from '../ui/toasts.svelte.ts'
import type { Direction } from './outline-moves.ts'
import { titleOf, type OutlineTree } from './outline-tree.svelte.ts'
import type { PlanModel } from './plan-model.svelte.ts'
import { panels, type Panel, type ScreenLayout } from './screen-layout.svelte.ts'
import type { Splits } from './splits.svelte.ts'

export type ScreenDialog =
  'board' | 'matrix' | 'allot' | 'results' | 'picture' | 'download' | 'deleted' | 'audit' | 'print'

interface Screen {
  tree: OutlineTree
  splits: Splits
  /** The heading that the caret is in. */
  heading: () => { part: PartId; heading: BlockId } | null
  layout: ScreenLayout
  activePart: () => PartId | null
  open: (dialog: ScreenDialog) => void
  mayAudit: () => boolean
  mayAllot: () => boolean
}

export function panelName(panel: Panel): string {
  switch (panel) {
    case 'targets':
      return m.plan_panel_targets()
    case 'links':
      return m.links_title()
    case 'people':
      return m.plan_panel_people()
    case 'part':
      return m.plan_panel_part()
    case 'meta':
      return m.plan_panel_meta()
  }
}

export function planCommands(screen: Screen): Command[] {
  const { tree, layout, splits, heading, activePart, open, mayAudit, mayAllot } = screen
  const mayChange = () => tree.refusal === null
  const here = () => tree.focused ?? activePart()
  const onPart = (id: string, label: () => string, shortcut: string, run: (part: PartId) => void): Command => ({
    id: `plan.${id}`,
    label,
    shortcut,
    // These keys mean something else in the text; the outline hears them while it has the focus.
    handledElsewhere: true,
    enabled: () => mayChange() && here() !== null,
    run: () => {
      const part = here()
      if (part === null) return
      layout.outlineOpen = true
      run(part)
    },
  })
  const move = (direction: Direction, label: () => string, shortcut: string) =>
    onPart(`move.${direction}`, label, shortcut, (part) => tree.move(part, direction))
  return [
    { id: 'plan.add', label: m.plan_add_part, enabled: mayChange, run: () => add(tree, layout, here()) },
    onPart('add.child', m.plan_add_child, 'Mod+Shift+Enter', (part) => tree.add('child', part)),
    onPart('rename', m.plan_rename_part, 'F2', (part) => (tree.editing = part)),
    move('up', m.plan_command_up, 'Alt+ArrowUp'),
    move('down', m.plan_command_down, 'Alt+ArrowDown'),
    move('in', m.plan_command_in, 'Alt+ArrowRight'),
    move('out', m.plan_command_out, 'Alt+ArrowLeft'),
    {
      id: 'plan.split',
      label: m.plan_split,
      shortcut: 'Mod+Alt+S',
      notInFields: true,
      run: () => splitHere(splits, heading()),
    },
    {
      id: 'plan.join',
      label: m.plan_join,
      shortcut: 'Mod+Alt+Shift+S',
      notInFields: true,
      enabled: () => activePart() !== null,
      run: () => {
        // The key works in the text too, where the outline's focus is not what one is at.
        const isInOutline = document.activeElement?.closest('[role=treeitem]') != null
        const part = isInOutline ? tree.focused : activePart()
        if (part !== null) void splits.join(part)
      },
    },
    onPart('delete', m.plan_delete, 'Delete', (part) => tree.remove(part)),
    {
      id: 'plan.outline',
      label: m.plan_command_outline,
      shortcut: 'Mod+Shift+O',
      run: () => layout.toggleOutline(),
    },
    { id: 'plan.fold', label: m.plan_command_fold, shortcut: 'Mod+Shift+F', run: () => layout.fold() },
    ...panels.map((panel): Command => ({
      id: `plan.panel.${panel}`,
      label: () => m.plan_command_panel({ panel: panelName(panel) }),
      run: () => layout.toggle(panel),
    })),
    { id: 'plan.board', label: m.plan_board, shortcut: 'Mod+Shift+B', run: () => open('board') },
    { id: 'plan.matrix', label: m.links_matrix, shortcut: 'Mod+Shift+L', run: () => open('matrix') },
    { id: 'plan.allot', label: m.links_give, enabled: mayAllot, run: () => open('allot') },
    { id: 'plan.results', label: m.links_results, run: () => open('results') },
    { id: 'plan.picture', label: m.pictures_budget, run: () => open('picture') },
    { id: 'plan.deleted', label: m.plan_deleted_parts, run: () => open('deleted') },
    { id: 'plan.audit', label: m.audit_of_plan, enabled: mayAudit, run: () => open('audit') },
    { id: 'plan.download', label: m.export_word, run: () => open('download') },
    { id: 'plan.print', label: m.export_print, shortcut: 'Mod+P', run: () => open('print') },
  ]
}

/** One command a part, so that the palette goes to any of them by a few letters. */
export function goToCommands(model: PlanModel, go: (part: PartId) => void): Command[] {
  return model.outline.inOrder.map((part) => {
    const name = [model.number(part.id).label, titleOf(part)].filter(Boolean).join(' ')
    return { id: `plan.go.${part.id}`, label: () => m.plan_go_to({ part: name }), run: () => go(part.id) }
  })
}

export function splitHere(splits: Splits, at: { part: PartId; heading: BlockId } | null): void {
  if (at === null) say(m.plan_split_no_heading())
  else void splits.split(at.part, at.heading)
}

function add(tree: OutlineTree, layout: ScreenLayout, beside: PartId | null) {
  layout.outlineOpen = true
  tree.add('below', beside)
}
