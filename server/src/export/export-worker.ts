/** The thread that makes files; see export.ts. */
import { parentPort } from 'node:worker_threads'
import { exportDocx } from './docx.ts'
import type { ExportAnswer, ExportJob } from './export.ts'

const port = parentPort
if (port === null) throw new Error('this module runs in a worker thread')

let line = Promise.resolve()
port.on('message', (job: ExportJob) => {
  line = line.then(async () => {
    const answer: ExportAnswer = await exportDocx(job.snapshot, job.units).then(
      (file) => ({ id: job.id, file }),
      (error: unknown) => ({ id: job.id, error: String(error) }),
    )
    port.postMessage(answer)
  })
})
