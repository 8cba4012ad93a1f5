/** The command that checks the audit trail, for whoever keeps the machine and for a nightly job. */
import { accept, refuse, type Result } from '@soanchung/shared/errors.ts'
import type { CommandContext, Options, Outcome } from '../accounts/commands.ts'
import { verifyTrail, type NotedSeal, type TrailFault } from './verify.ts'

const faults: Record<TrailFault, readonly [string, string]> = {
  changed: ['đã bị sửa, chèn vào hoặc đổi chỗ', 'was changed, put in or moved'],
  missing: ['không còn', 'is missing'],
  added: ['được thêm mà không qua chương trình', 'was added past the program'],
  resealed: [
    'không khớp mã đã ghi lại: nhật ký đã bị niêm phong lại',
    'is not what was noted: the trail was sealed anew',
  ],
}

export async function auditVerify({ database }: CommandContext, options: Options): Promise<Result<Outcome>> {
  const noted = options['noted'] === undefined ? null : parseNoted(String(options['noted']))
  if (noted === undefined) return refuse('input.invalid', '--noted NUMBER:SEAL')
  const check = await verifyTrail(database.query, noted)
  if (check.whole) {
    const { rows, last } = check
    const seal = last === null ? [] : [`${last.seq}:${last.hash}`]
    return accept({
      lines: [
        `Nhật ký còn nguyên: ${rows} dòng. / The audit trail is whole: ${rows} rows.`,
        ...seal.map((line) => `Hãy ghi lại ở nơi khác, để lần sau đối chiếu / Note elsewhere, for --noted: ${line}`),
      ],
      json: check,
    })
  }
  const [vi, en] = faults[check.fault]
  return accept({
    lines: [
      `Dòng ${check.seq} ${vi}; ${check.rows} dòng trước đó còn nguyên.`,
      `Row ${check.seq} ${en}; the ${check.rows} before it are whole.`,
    ],
    json: check,
    exitCode: 1,
  })
}

/** Undefined where it is none. */
function parseNoted(text: string): NotedSeal | undefined {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash }
}
