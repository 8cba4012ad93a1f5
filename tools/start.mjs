/**
 * `npm start`: prepares, then runs the server on the runtime of the lockfile. Arguments, signals
 * and the exit code pass through: `npm start -- --data X --port N`.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildClient, checkNode, end, installPackages, passSignals, root, runtime } from './prepare.mjs'

try {
  checkNode()
  await installPackages()
  await buildClient()
  // The channel tells the server when this process is gone, however it went.
  const server = spawn(runtime, [join(root, 'server/src/main.ts'), 'serve', ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled') },
  })
  passSignals(server)
  server.on('error', end)
  server.on('exit', (code) => process.exit(code ?? 1))
} catch (error) {
  end(error)
}
