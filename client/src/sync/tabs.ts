/**
 * The other tabs of the same account on the same plan: they hear of each change at once, also
 * without a network, and of what the server has acknowledged or refused of it.
 */
import * as z from 'zod/mini'
import { isErrorCode, type ErrorCode } from '@soanchung/shared/errors.ts'
import type { PlanId, UserId } from '@soanchung/shared/ids.ts'
import type { DocumentName } from '@soanchung/shared/plan/documents.ts'
import type { Change } from './device-store.ts'
import type { Surroundings } from './surroundings.ts'

const documentName = z.pipe(
  z.string(),
  z.transform((name) => name as DocumentName),
)
const errorCode = z.custom<ErrorCode>((code) => typeof code === 'string' && isErrorCode(code))
const changeKey = z.object({ document: documentName, client: z.string(), number: z.number() })

const tabMessage = z.discriminatedUnion('type', [
  /** A tab has opened the plan: tell it what is pending. */
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('change'), ...changeKey.shape, bytes: z.instanceof(Uint8Array), madeAt: z.number() }),
  z.object({ type: z.literal('acknowledged'), changes: z.array(changeKey) }),
  /** The server refused what is pending in this document; it has become a draft. */
  z.object({ type: z.literal('refused'), document: documentName, code: errorCode }),
  /** This tab keeps these, which it had made, as a draft: nobody shall send them. */
  z.object({ type: z.literal('withdrawn'), document: documentName, changes: z.array(changeKey) }),
  z.object({ type: z.literal('requests-changed') }),
])
export type TabMessage = z.infer<typeof tabMessage>

export interface Tabs {
  send(message: TabMessage): void
  close(): void
}

export function joinTabs(
  surroundings: Surroundings,
  user: UserId,
  plan: PlanId,
  hear: (message: TabMessage) => void,
): Tabs {
  const channel = surroundings.channel(`soanchung:${user}:${plan}`)
  if (channel !== null) {
    channel.onmessage = (event: MessageEvent) => {
      const message = tabMessage.safeParse(event.data)
      if (message.success) hear(message.data)
    }
  }
  return {
    send: (message) => channel?.postMessage(message),
    close: () => channel?.close(),
  }
}

/** A change as the other tabs are told of it. */
export function tellChange({ document, client, number, bytes, madeAt }: Change): TabMessage {
  return { type: 'change', document, client, number, bytes, madeAt }
}
