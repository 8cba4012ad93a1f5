/** An attachment: the field takes the focus once its dialog has finished giving it to the first button. */
export function focusFirst(element: HTMLElement) {
  const frame = requestAnimationFrame(() => element.focus())
  return () => cancelAnimationFrame(frame)
}
