/**
 * How the plan's screen is laid out: which panels are open and how wide, kept on the device. On a
 * narrow screen panels lie over the sheet, on a phone one view is shown at a time.
 */
import * as z from 'zod/mini'
import { keep, readKept } from '../session/kept.ts'

export const panels = ['targets', 'links', 'people', 'part', 'meta'] as const
export type Panel = (typeof panels)[number]
type ScreenSize = 'wide' | 'narrow' | 'phone'

const widths = { outline: { least: 208, usual: 280, most: 480 }, panel: { least: 280, usual: 344, most: 720 } } as const
const kept = z.object({
  outlineOpen: z.boolean(),
  panel: z.nullable(z.enum(panels)),
  outlineWidth: z.number(),
  panelWidth: z.number(),
})

export class ScreenLayout {
  size: ScreenSize = $state('wide')
  outlineOpen = $state(true)
  panel: Panel | null = $state(null)
  /** The foot of the panel was asked for; another one each time. */
  foot: object | null = $state.raw(null)
  outlineWidth: number = $state(widths.outline.usual)
  panelWidth: number = $state(widths.panel.usual)
  /** What was open before `fold` closed it. */
  #folded: { outlineOpen: boolean; panel: Panel | null } | null = null

  constructor() {
    this.#bringBack()
  }

  /** Follows the width of the window; returns the way to stop. */
  start(): () => void {
    const phone = matchMedia('(max-width: 767px)')
    const narrow = matchMedia('(max-width: 1199px)')
    const apply = () => {
      const size = phone.matches ? 'phone' : narrow.matches ? 'narrow' : 'wide'
      // What lies over the sheet must not cover it unasked.
      if (size !== 'wide' && this.size === 'wide') this.panel = null
      if (size === 'phone' && this.size !== 'phone') this.outlineOpen = false
      if (size === 'narrow' && this.size === 'phone') this.outlineOpen = true
      if (size === 'wide' && this.size !== 'wide') this.#bringBack()
      this.size = size
    }
    apply()
    phone.addEventListener('change', apply)
    narrow.addEventListener('change', apply)
    return () => {
      phone.removeEventListener('change', apply)
      narrow.removeEventListener('change', apply)
    }
  }

  toggleOutline(): void {
    this.outlineOpen = !this.outlineOpen
    if (this.size === 'phone' && this.outlineOpen) this.panel = null
    this.#keep()
  }

  /** Opens the panel, or closes it where it is open. */
  toggle(panel: Panel): void {
    this.show(this.panel === panel ? null : panel)
  }

  show(panel: Panel | null, at: 'head' | 'foot' = 'head'): void {
    this.panel = panel
    this.foot = at === 'foot' ? {} : null
    if (this.size === 'phone' && panel !== null) this.outlineOpen = false
    this.#keep()
  }

  /** Only the sheet; a second time brings back what was open. */
  fold(): void {
    const before = this.#folded
    if (this.outlineOpen || this.panel !== null) {
      this.#folded = { outlineOpen: this.outlineOpen, panel: this.panel }
      this.outlineOpen = false
      this.panel = null
    } else {
      this.outlineOpen = before?.outlineOpen ?? true
      this.panel = before?.panel ?? null
      this.#folded = null
    }
    this.#keep()
  }

  /** In pixels, held within what stays usable. */
  resize(side: 'outline' | 'panel', width: number): void {
    const { least, most } = widths[side]
    const held = Math.round(Math.min(most, Math.max(least, width)))
    if (side === 'outline') this.outlineWidth = held
    else this.panelWidth = held
  }

  bounds(side: 'outline' | 'panel'): { least: number; most: number } {
    return widths[side]
  }

  /** Call when a drag ends; widths are not written while it goes on. */
  keepWidths(): void {
    this.#keep()
  }

  /** What was open on the large screen, and how wide. */
  #bringBack() {
    const before = readKept('plan-layout', kept)
    this.outlineOpen = before?.outlineOpen ?? true
    this.panel = before?.panel ?? null
    if (before === null) return
    this.resize('outline', before.outlineWidth)
    this.resize('panel', before.panelWidth)
  }

  #keep() {
    // A phone opens one thing at a time; that says nothing about the next large screen.
    if (this.size !== 'wide') return
    const { outlineOpen, panel, outlineWidth, panelWidth } = this
    keep('plan-layout', { outlineOpen, panel, outlineWidth, panelWidth })
  }
}
