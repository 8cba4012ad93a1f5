/**
 * What can be measured on any page: controls that are cut off, pushed out of the window or covered,
 * and controls that Tab does not reach or shows no focus on.
 */
import type { Page } from '@playwright/test'

const controls =
  'button, a[href], input:not([type=hidden]), select, textarea, [role=tab], [role=treeitem], [role=menuitem], h1, h2'

/** Controls that somebody could not see whole or click, in words. Empty where the page fits. */
export function controlsThatAreCut(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    const found: string[] = []
    const root = document.documentElement
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} px wide in ${innerWidth}`)
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}"`
    // What lies under an open dialog waits until it is closed.
    const shownOver = [...document.querySelectorAll('[role=dialog][aria-modal=true]')].at(-1)
    for (const element of (shownOver ?? document).querySelectorAll<HTMLElement>(selector)) {
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
      const box = element.getBoundingClientRect()
      // What is there for screen readers alone is one pixel wide.
      if (box.width <= 2 || box.height <= 2 || element.closest('[inert], [aria-hidden=true]')) continue
      let shown = { left: 0, right: innerWidth, top: 0, bottom: innerHeight }
      let canScroll = false
      for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
        const style = getComputedStyle(outer)
        const area = outer.getBoundingClientRect()
        if (style.overflowX === 'auto' || style.overflowX === 'scroll')
          canScroll ||= outer.scrollWidth > outer.clientWidth
        if (style.overflowX !== 'visible') {
          shown = { ...shown, left: Math.max(shown.left, area.left), right: Math.min(shown.right, area.right) }
        }
        if (style.overflowY !== 'visible') {
          shown = { ...shown, top: Math.max(shown.top, area.top), bottom: Math.min(shown.bottom, area.bottom) }
        }
        if (style.position === 'fixed') break
      }
      if (!canScroll && (box.left < shown.left - 1 || box.right > shown.right + 1)) {
        found.push(`${nameOf(element)} is cut at ${Math.round(box.left)}–${Math.round(box.right)}`)
        continue
      }
      const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 }
      const isInView =
        middle.x > shown.left && middle.x < shown.right && middle.y > shown.top && middle.y < shown.bottom
      const onTop = isInView ? document.elementFromPoint(middle.x, middle.y) : null
      if (
        onTop === null ||
        element.contains(onTop) ||
        onTop.contains(element) ||
        onTop.closest('label, [data-caret]')
      ) {
        continue
      }
      found.push(`${nameOf(element)} is covered by ${nameOf(onTop)}`)
    }
    return found
  }, controls)
}

/**
 * Goes through the page with Tab until it begins anew. `missed` could take the focus and never got
 * it; `unseen` had it and did not look different.
 */
export async function tabStops(page: Page): Promise<{ missed: string[]; unseen: string[] }> {
  const unseen = new Set<string>()
  await page.evaluate(() => {
    document.body.tabIndex = -1
    document.body.focus()
  })
  for (let step = 0; step < 300; step++) {
    const isInText = await page.evaluate(() => document.activeElement?.closest('.ProseMirror, [role=grid]') != null)
    // Tab has a use of its own there; Escape gives it back.
    if (isInText) await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    const { name, isSeen, isKnown } = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement) || element === document.body)
        return { name: '', isSeen: true, isKnown: true }
      // A field for a date has a stop for day, month and year each.
      const isStill = element.dataset['reached'] === 'now'
      document.querySelector('[data-reached=now]')?.setAttribute('data-reached', '')
      const isKnown = !isStill && element.dataset['reached'] !== undefined
      element.dataset['reached'] = 'now'
      const styles = [element, element.parentElement, element.closest('td, label')].map((one) =>
        one === null ? null : getComputedStyle(one),
      )
      const isMarked = styles.some(
        (style) =>
          style !== null &&
          ((style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none'),
      )
      const isDrawn = getComputedStyle(element, '::after').content !== 'none'
      const name = `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? ''}`
      // The caret itself shows where one is in a text.
      return { name, isSeen: isMarked || isDrawn || element.isContentEditable, isKnown }
    })
    if (!isSeen) unseen.add(name)
    if (isKnown && step > 3) break
  }
  const missed = await page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        'button, a[href], input, select, textarea, [tabindex="0"], [contenteditable]',
      ),
    ]
      .filter(
        (element) => element.tabIndex >= 0 && !element.matches(':disabled, [type=hidden], [contenteditable=false]'),
      )
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]'))
      // One of a group of radio buttons has the focus for all.
      .filter((element) => !(element instanceof HTMLInputElement && element.type === 'radio' && !element.checked))
      .filter((element) => element.dataset['reached'] === undefined)
      .map(
        (element) =>
          `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? ''}`,
      ),
  )
  return { missed, unseen: [...unseen] }
}
