import { expect, test } from 'vitest'
import { startThread } from '@soanchung/server/src/thread.ts'

/** A thread that runs this, without the other side of thread.ts. */
function threadOf(code: string) {
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}

const answering = `
  import { parentPort } from 'node:worker_threads'
  parentPort.on('message', ({ id, question }) => {
    if (question === 'end') process.exit(1)
    if (question === 'throw') throw new Error('gãy')
    if (question === 'grow') for (const all = []; ; ) all.push(new Array(100_000).fill(all.length))
    parentPort.postMessage({ id, ok: true, answer: question })
  })`

test.each([
  ['that ends', 'end', 'the thread has ended'],
  ['that throws outside of its work', 'throw', 'gãy'],
  ['that needs more memory than it may have', 'grow', /memory/],
])('a thread %s fails what was asked of it, and the next question finds a new one', async (_, question, message) => {
  const thread = startThread<string, string>(threadOf(answering), 32)
  const asked = [thread.ask(question), thread.ask('sau')]
  await Promise.all(asked.map((one) => expect(one).rejects.toThrow(message)))
  expect(await thread.ask('còn đây')).toBe('còn đây')
  await thread.close()
})
