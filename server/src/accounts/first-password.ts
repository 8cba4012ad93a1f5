/** The first password of an account, made by chance and told once. */
import { randomInt } from 'node:crypto'

const passwordWords =
  'bien bong buom cam cau cay chim cua dao dau dong dua gao gio hoa hong khoai la lua mai may mua nang ngo nui rung sao sen song suoi trang tre'.split(
    ' ',
  )

/**
 * A password that can be read out over the telephone: four of 32 words, each with two of 64
 * numbers, 44 bits of chance. Sign-in is slowed down to a few attempts a minute.
 */
export function newPassword(): string {
  return Array.from({ length: 4 }, () => `${passwordWords[randomInt(32)] ?? ''}${randomInt(20, 84)}`).join('-')
}
