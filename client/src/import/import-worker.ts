/** Reads a text away from the thread that draws the screen; a message in, a message out. */
import { importText } from '@soanchung/shared/import/import-text.ts'

addEventListener('message', (event: MessageEvent<string>) => {
  postMessage(importText(event.data))
})
