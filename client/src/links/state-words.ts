/** The words and signs of what is between two plans: answers, ways of giving, and how far a version is. */
import type { LucideIcon } from '@lucide/svelte'
import Check from '@lucide/svelte/icons/check'
import Clock from '@lucide/svelte/icons/clock'
import Link2 from '@lucide/svelte/icons/link-2'
import MessageSquareReply from '@lucide/svelte/icons/message-square-reply'
import Pin from '@lucide/svelte/icons/pin'
import RefreshCw from '@lucide/svelte/icons/refresh-cw'
import Unlink from '@lucide/svelte/icons/unlink'
import type { Gap } from '@soanchung/shared/links/gap.ts'
import type { AllotmentWay, LinkEvent, Standing } from '@soanchung/shared/links/links.ts'
import type { CellState, Gathered, MatrixCell } from '@soanchung/shared/links/matrix.ts'
import { figureUnder, type RowMeasure } from '@soanchung/shared/targets/view-cells.ts'
import { m } from '../paraglide/messages.js'
import type { LinkState } from './figures.ts'

export const stateIcons: Record<LinkState, LucideIcon> = {
  waiting: Clock,
  accepted: Check,
  countered: MessageSquareReply,
  kept: Pin,
  served: Link2,
  stale: RefreshCw,
  gone: Unlink,
}

export function stateName(state: LinkState): string {
  switch (state) {
    case 'waiting':
      return m.links_state_waiting()
    case 'accepted':
      return m.links_state_accepted()
    case 'countered':
      return m.links_state_countered()
    case 'kept':
      return m.links_state_kept()
    case 'served':
      return m.links_state_served()
    case 'stale':
      return m.links_state_stale()
    case 'gone':
      return m.links_state_gone()
  }
}

export function wayName(way: AllotmentWay): string {
  switch (way) {
    case 'same':
      return m.links_way_same()
    case 'share':
      return m.links_way_share()
    case 'free':
      return m.links_way_free()
  }
}

export function standingName(standing: Standing): string {
  switch (standing) {
    case 'draft':
      return m.links_standing_draft()
    case 'submitted':
      return m.links_standing_submitted()
    case 'issued':
      return m.links_standing_issued()
  }
}

export function eventName(kind: LinkEvent['kind']): string {
  switch (kind) {
    case 'given':
      return m.links_event_given()
    case 'taken':
      return m.links_event_taken()
    case 'unserved':
      return m.links_event_unserved()
    default:
      return stateName(kind)
  }
}

/** `thiếu 50`, `vượt 3` in the measure of the target, or that the goal is missed by nothing that could be named. */
export function gapText({ kind, by }: Gap, own: RowMeasure): string {
  if (by === null) return m.links_gap_missed()
  const amount = figureUnder(by, own)
  return kind === 'short' ? m.links_gap_short({ amount }) : m.links_gap_over({ amount })
}

/** A year in one line, the target's measure standing elsewhere: what is gathered, of how much, what is missing. */
export function gatheredText({ stated, lowest, wanted, gap, left, missing }: Gathered, own: RowMeasure): string {
  const said = stated === null ? m.links_gathered_nothing() : figureUnder(stated, own)
  return [
    wanted === null || stated === null ? said : m.links_gathered_of({ said, wanted: figureUnder(wanted, own) }),
    ...(gap === null ? [] : [gapText(gap, own)]),
    ...(lowest === null ? [] : [m.links_gathered_lowest({ said: figureUnder(lowest, own) })]),
    ...(left === 0 ? [] : [m.links_gathered_left({ count: left })]),
    // Of two levels alone the units themselves say it.
    ...(lowest === null || missing === 0 ? [] : [m.links_gathered_missing({ count: missing })]),
  ].join(', ')
}

/** What a cell of the matrix is, in a word; a gap says itself. */
export function cellStateName(state: CellState): string {
  switch (state) {
    case 'reached':
      return m.links_cell_reached()
    case 'short':
      return m.links_cell_short()
    case 'over':
      return m.links_cell_over()
    case 'stated':
      return m.links_cell_stated()
    case 'waiting':
      return m.links_state_waiting()
    case 'countered':
      return m.links_state_countered()
    case 'kept':
      return m.links_state_kept()
    case 'stale':
      return m.links_cell_stale()
    case 'missing':
      return m.links_cell_missing()
    case 'none':
      return m.links_cell_none()
  }
}

/** The same below the value in the cell: what is missing first, so that a narrow cell cuts no number. */
export function cellWords({ state, gap }: MatrixCell, own: RowMeasure): string {
  const name = cellStateName(state)
  const word = name.charAt(0).toLowerCase() + name.slice(1)
  if (gap === null) return word
  return gap.kind === state ? gapText(gap, own) : `${gapText(gap, own)} · ${word}`
}
