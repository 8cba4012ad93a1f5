/**
 * The stock page: one Tiptap editor for the whole document, with Collaboration and carets, on the
 * server and document that the address names.
 */
import { HocuspocusProvider } from '@hocuspocus/provider'
import { Editor } from '@tiptap/core'
import Collaboration from '@tiptap/extension-collaboration'
import CollaborationCaret from '@tiptap/extension-collaboration-caret'
import * as Y from 'yjs'
import { stockExtensions } from './extensions.ts'

const query = new URLSearchParams(location.search)
const document = new Y.Doc()
const provider = new HocuspocusProvider({
  url: query.get('sync') ?? '',
  name: query.get('document') ?? '',
  token: 'anybody',
  document,
})
new Editor({
  element: window.document.querySelector('#editor'),
  extensions: [
    ...stockExtensions,
    Collaboration.configure({ document }),
    CollaborationCaret.configure({ provider, user: { name: 'Nguyễn Thu Hà', color: '#8f1d1d' } }),
  ],
})
