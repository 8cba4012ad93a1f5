import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { flushSync, mount, unmount } from 'svelte'
import { Commands, keysOf, spellKeys, type Command } from '../../client/src/ui/commands.svelte.ts'
import { foldText } from '@soanchung/shared/fold.ts'
// What a dialog fetches when it opens, already there.
import '../../client/src/ui/DialogBox.svelte'
import Palette from '../../client/src/ui/Palette.svelte'
import { dateText, dayText, parseDay } from '../../client/src/ui/days.ts'
import { periodProblem } from '../../client/src/ui/words.ts'
import { m } from '../../client/src/paraglide/messages.js'

function press(key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  return new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...more })
}

describe('commands', () => {
  it('run by their keys, unless the editor handles them or they are off', () => {
    const ran: string[] = []
    const of = (id: string, more: Partial<Command>): Command => ({
      id,
      label: () => id,
      run: () => ran.push(id),
      ...more,
    })
    const commands = new Commands()
    commands.register([
      of('bold', { shortcut: 'Mod+B', handledElsewhere: true }),
      of('off', { shortcut: 'Mod+E', enabled: () => false }),
      of('find', { shortcut: 'Mod+F' }),
    ])
    for (const key of ['b', 'e', 'f']) commands.handleKey(press(key, { ctrlKey: true }))
    expect(ran).toEqual(['find'])
  })

  it('are gone when their screen takes them back', () => {
    const commands = new Commands()
    const takeBack = commands.register([{ id: 'one', label: () => 'Một', run: () => undefined }])
    takeBack()
    expect(commands.all).toEqual([])
  })

  it('leave keys alone while a word is being composed', () => {
    expect(keysOf(press('k', { ctrlKey: true, isComposing: true }))).toBe('')
  })

  it('have keys that people can read', () => {
    expect(spellKeys('Mod+Shift+ArrowUp')).toBe('Ctrl+Shift+↑')
  })
})

describe('the palette', () => {
  let palette: ReturnType<typeof mount>
  const ran: string[] = []

  beforeEach(async () => {
    ran.length = 0
    const commands = new Commands()
    const labels = ['Đổi tên phần', 'Xoá phần', 'Thêm chỉ tiêu']
    commands.register(labels.map((label) => ({ id: label, label: () => label, run: () => void ran.push(label) })))
    palette = mount(Palette, { target: document.body, props: { open: true, shortcutsOpen: false, commands } })
    await expect.poll(field).not.toBeNull()
  })
  afterEach(() => unmount(palette))

  const field = () => document.querySelector<HTMLInputElement>('[role=combobox]')

  function search(words: string): string[] {
    const input = field()
    if (input) input.value = words
    input?.dispatchEvent(new Event('input', { bubbles: true }))
    flushSync()
    return [...document.querySelectorAll('[role=option]')].map((option) => option.textContent.trim())
  }

  it('finds a command without diacritics, by words in any order', () => {
    expect(search('phan doi')).toEqual(['Đổi tên phần'])
  })

  it('runs the one that the arrows chose', async () => {
    search('phan')
    field()?.dispatchEvent(press('ArrowDown'))
    field()?.dispatchEvent(press('Enter'))
    await expect.poll(() => ran).toEqual(['Xoá phần'])
  })
})

describe('words', () => {
  it('are searched without their diacritics', () => {
    expect(foldText('Đường ĐÈO Nguyễn')).toBe('duong deo nguyen')
  })

  it.each([
    ['5/2/2026', '2026-02-05'],
    [' 21-11-2026 ', '2026-11-21'],
    ['29.02.2024', '2024-02-29'],
    ['29/02/2026', null],
    ['2026-11-21', null],
    ['', ''],
  ])('the day %s is %s', (typed, iso) => {
    expect(parseDay(typed)).toBe(iso)
  })

  it.each([
    [2026, 2055, ''],
    [2026, 2056, m.ui_period_long()],
    [2030, 2026, m.ui_period_order()],
    [26, 30, m.ui_period_years()],
    [2026, NaN, m.ui_period_years()],
  ])('say what is wrong with the years %i to %i', (from, to, words) => {
    expect(periodProblem({ from, to })).toBe(words)
  })

  it('write a day as people do', () => {
    expect(dayText('2026-11-21')).toBe('21/11/2026')
    expect(dateText(new Date(2026, 10, 3, 14, 5).getTime())).toBe('03/11/2026')
  })
})
