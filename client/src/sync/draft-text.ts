/** The words of a refused document, for reading and copying: its blocks, or the titles of the outline. */
import * as Y from 'yjs'
import { blockText, readBody } from '@soanchung/shared/plan/blocks.ts'
import { parseDocumentName } from '@soanchung/shared/plan/documents.ts'
import { readEntries } from '@soanchung/shared/plan/outline.ts'
import { readTargets } from '@soanchung/shared/targets/register.ts'
import type { NewDraft } from './drafts.svelte.ts'

export function draftText({ document: name, state }: NewDraft): string {
  const document = new Y.Doc()
  Y.applyUpdate(document, state)
  if (parseDocumentName(name)?.kind === 'outline') {
    return [...readEntries(document).values()].map(({ title }) => title).join('\n')
  }
  const targets = new Map(readTargets(document).map((target) => [target.id, target.name]))
  const { blocks } = readBody(document.getXmlFragment('body'))
  return blocks.map((block) => blockText(block, ({ target }) => `[${targets.get(target) ?? '…'}]`)).join('\n')
}
