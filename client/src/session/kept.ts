/**
 * Small things that this device keeps between visits, in localStorage, checked when they are read.
 * A device that keeps nothing (private mode, a full disk) works as if nothing had been kept.
 */
import type * as z from 'zod/mini'

const prefix = 'soanchung.'

export function readKept<Value>(
  key: string,
  schema: z.ZodMiniType<Value>,
  store: Storage = localStorage,
): Value | null {
  try {
    const text = store.getItem(prefix + key)
    if (text === null) return null
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** `null` forgets it. False where the device would not keep it. */
export function keep(key: string, value: unknown, store: Storage = localStorage): boolean {
  try {
    if (value === null) store.removeItem(prefix + key)
    else store.setItem(prefix + key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
