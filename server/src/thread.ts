/**
 * A worker thread that answers questions one after the other, for work that must not hold up
 * typing. It starts with the first question, and again should it have died.
 */
import { parentPort, Worker } from 'node:worker_threads'

interface Thread<Question, Answer> {
  /** Throws what the work threw, as its message. */
  ask(question: Question): Promise<Answer>
  close(): Promise<void>
}

interface Asked<Question> {
  id: number
  question: Question
}
type Answered<Answer> = { id: number; ok: true; answer: Answer } | { id: number; ok: false; message: string }

/** `megabytes` bounds its memory: what needs more ends the thread, and with it what was asked. */
export function startThread<Question, Answer>(file: URL, megabytes?: number): Thread<Question, Answer> {
  let worker: Worker | null = null
  let lastId = 0
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()

  function start(): Worker {
    const started = new Worker(file, {
      resourceLimits: megabytes === undefined ? {} : { maxOldGenerationSizeMb: megabytes },
    })
    started.unref()
    const end = (error: Error) => {
      if (worker !== started) return
      worker = null
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    }
    started.on('error', end)
    started.on('exit', () => end(new Error('the thread has ended')))
    started.on('message', (answered: Answered<Answer>) => {
      const one = waiting.get(answered.id)
      waiting.delete(answered.id)
      if (answered.ok) one?.resolve(answered.answer)
      else one?.reject(new Error(answered.message))
    })
    return started
  }

  return {
    ask(question) {
      const asked = (worker ??= start())
      const id = ++lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        asked.postMessage({ id, question } satisfies Asked<Question>)
      })
    },
    async close() {
      await worker?.terminate()
    },
  }
}

/** The other side, called once by the thread's own file. */
export function answerQuestions<Question, Answer>(work: (question: Question) => Answer | Promise<Answer>): void {
  let line = Promise.resolve()
  parentPort?.on('message', ({ id, question }: Asked<Question>) => {
    line = line.then(async () => {
      let answered: Answered<Answer>
      try {
        answered = { id, ok: true, answer: await work(question) }
      } catch (error) {
        answered = { id, ok: false, message: error instanceof Error ? error.message : String(error) }
      }
      parentPort?.postMessage(answered)
    })
  })
}
