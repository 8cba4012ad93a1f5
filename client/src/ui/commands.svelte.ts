/**
 * Every action of the open screen, with its words and its keys. Screens register what they can do
 * and take it back when they close; the palette lists it, and one key listener runs it.
 */
import { createContext, untrack } from 'svelte'

export interface Command {
  id: string
  /** A verb, in the language of the interface. */
  label: () => string
  /** As `Mod+Shift+K`, `Alt+ArrowUp`, `F2`; `Mod` is Ctrl, or Cmd on a Mac. */
  shortcut?: string
  /** Does the same, for who has it in the fingers. */
  otherShortcut?: string
  /** The editor handles the key itself; the palette only shows it. */
  handledElsewhere?: boolean
  /** In a field, the key is the field's own. */
  notInFields?: boolean
  enabled?: () => boolean
  run: () => void
}

export class Commands {
  all: readonly Command[] = $state.raw([])

  /** Returns the way to take them back. */
  register(commands: readonly Command[]): () => void {
    // An effect that registers must not run again whenever the list changes.
    this.all = [...untrack(() => this.all), ...commands]
    return () => {
      this.all = this.all.filter((command) => !commands.includes(command))
    }
  }

  /** Runs the command of a key press; true where there was one. */
  handleKey(event: KeyboardEvent): boolean {
    const keys = keysOf(event)
    const command = this.all.find(
      ({ shortcut, otherShortcut, handledElsewhere, notInFields, enabled }) =>
        [shortcut, otherShortcut].includes(keys) &&
        !handledElsewhere &&
        !(notInFields && isField(event.target)) &&
        (enabled?.() ?? true),
    )
    if (command === undefined) return false
    event.preventDefault()
    command.run()
    return true
  }
}

/** App provides the one list; a screen below it asks for it while it is set up. */
export const [useCommands, provideCommands] = createContext<Commands>()

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** The key press as shortcuts are written; an empty string while only modifiers are down. */
export function keysOf(event: KeyboardEvent): string {
  if (event.isComposing || ['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return ''
  const modifier = isMac ? event.metaKey : event.ctrlKey
  // With Alt held, keyboards give other letters ("†"); the key itself is meant.
  const plain = event.altKey ? /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] : undefined
  const key = plain ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key)
  return [modifier && 'Mod', event.altKey && 'Alt', event.shiftKey && 'Shift', key].filter(Boolean).join('+')
}

/** Not the cell of a table that only listens: nothing has been typed into it that a key could be about. */
function isField(target: EventTarget | null): boolean {
  if (target instanceof HTMLElement && target.dataset['keys'] === 'of-screen') return false
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}

const keyNames: Record<string, string> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  Alt: isMac ? '⌥' : 'Alt',
  Shift: isMac ? '⇧' : 'Shift',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
}

/** A shortcut as people read it: `Mod+ArrowUp` is `Ctrl+↑`. */
export function spellKeys(shortcut: string): string {
  return shortcut
    .split('+')
    .map((key) => keyNames[key] ?? key)
    .join(isMac ? ' ' : '+')
}
