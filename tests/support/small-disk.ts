/**
 * A disk of a few megabytes of its own (tmpfs), to be filled. Only root may mount one, and not on
 * every machine; where it can't be had, `reason` says why, for the line of a skipped test.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface SmallDisk {
  folder: string
  /** Leaves not a single byte. */
  fill(): void
  makeRoom(): void
  remove(): void
}

export function mountSmallDisk(megabytes: number): { disk: SmallDisk } | { disk: null; reason: string } {
  const folder = mkdtempSync(join(tmpdir(), 'soanchung-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmdirSync(folder)
    return { disk: null, reason: `no small disk can be mounted here: ${String(error).split('\n')[0]}` }
  }
  const ballast = join(folder, 'ballast')
  return {
    disk: {
      folder,
      fill() {
        for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2)) {
          try {
            for (;;) appendFileSync(ballast, Buffer.alloc(size))
          } catch {
            // Full for pieces of this size.
          }
        }
      },
      makeRoom: () => rmSync(ballast),
      remove() {
        execFileSync('umount', [folder])
        rmdirSync(folder)
      },
    },
  }
}
