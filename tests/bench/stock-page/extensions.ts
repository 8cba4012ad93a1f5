/** The editor as Tiptap's documentation sets it up, without what a collaborator brings. */
import { TableKit } from '@tiptap/extension-table'
import StarterKit from '@tiptap/starter-kit'
import type { Extensions } from '@tiptap/core'

export const stockExtensions: Extensions = [
  StarterKit.configure({ undoRedo: false }),
  TableKit.configure({ table: { resizable: false } }),
]

/** The root type that the Collaboration extension writes to. */
export const stockRoot = 'default'
