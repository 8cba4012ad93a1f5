/**
 * What is measured on: a plan of 40 parts with 2,000 targets (about a hundred pages), the short
 * document that it is compared with, and many small parts. The words are always the same, so that
 * two runs measure the same.
 */
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import { aBlock, aPart, aPlan, aTarget, aView, percent } from '../support/plans.ts'

/** Stands at the end of one paragraph of each part: where the benchmark puts the caret. */
export function markOf(part: number): string {
  return `mốc số ${part + 1} của văn bản`
}

const sentences = [
  'Tổ chức thực hiện đồng bộ các giải pháp để nâng cao chất lượng đời sống của nhân dân ở khu dân cư.',
  'Phân công cán bộ phụ trách từng địa bàn, định kỳ hằng tháng kiểm tra và báo cáo kết quả về cơ quan thường trực.',
  'Phối hợp với chính quyền cùng cấp rà soát các chỉ tiêu, kịp thời điều chỉnh cho phù hợp với tình hình thực tế.',
  'Biểu dương tập thể và cá nhân có cách làm hay, nhân rộng mô hình tự quản về vệ sinh và an toàn giao thông.',
]

/** Paragraphs of about 330 letters; the second one ends in the part's mark. */
function paragraphs(part: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const words = [0, 1, 2].map((at) => sentences[(part + index + at) % sentences.length]).join(' ')
    return aBlock('paragraph', index === 1 ? `${words} Đây là ${markOf(part)}` : words)
  })
}

function targetsOf(part: number, count: number) {
  return Array.from({ length: count }, (_, row) => {
    const values = Object.fromEntries([2026, 2027, 2028, 2029, 2030].map((year, at) => [year, percent(`${50 + at}`)]))
    return aTarget(`Tỷ lệ hộ gia đình đạt tiêu chuẩn số ${part * count + row + 1}`, values, {
      order: `a${String(row).padStart(3, '0')}V`,
      measure: { kind: 'percent' },
      baseline: { quantity: percent('45') },
    })
  })
}

function longPart(part: number, targets: number): SnapshotPart {
  return aPart(`Nhiệm vụ và giải pháp thứ ${part + 1}`, {
    blocks: [...paragraphs(part, 18), aView({ title: `Chỉ tiêu ${part + 1}` })],
    targets: targetsOf(part, targets),
  })
}

/** 40 parts, 2,000 targets, a table of 50 rows in each part. */
export function longPlan(): PlanSnapshot {
  return aPlan(Array.from({ length: 40 }, (_, part) => longPart(part, 50)))
}

/** 5,000 characters without tables. */
export function shortPlan(): PlanSnapshot {
  return aPlan([aPart('Mục đích, yêu cầu', { blocks: paragraphs(0, 15) })])
}

/** Many parts of three pages each, to be open all at once. */
export function manyParts(count: number): PlanSnapshot {
  return aPlan(Array.from({ length: count }, (_, part) => longPart(part, 10)))
}
