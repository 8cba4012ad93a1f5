/**
 * The demo's plans above and below the commune's (linked-content.ts), made and linked through the same
 * functions that people use: the province has given its targets to three communes, one of which has
 * answered some, and the commune has given some of its own to the Farmers' Association. So each
 * kind of answer is there to be seen, and each of these people has something left to answer.
 */
import { RefusalError } from '@soanchung/shared/errors.ts'
import {
  newId,
  type BlockId,
  type ChangeId,
  type PartId,
  type PlanId,
  type TargetId,
  type UnitId,
} from '@soanchung/shared/ids.ts'
import type { Figures } from '@soanchung/shared/links/links.ts'
import type { Actor } from '@soanchung/shared/permissions.ts'
import { textBlockOf, type Block } from '@soanchung/shared/plan/blocks.ts'
import type { PlanMeta } from '@soanchung/shared/plan/meta.ts'
import type { PlanSnapshot, SnapshotPart } from '@soanchung/shared/plan/snapshot.ts'
import { target, type Target } from '@soanchung/shared/targets/register.ts'
import type { Links } from '../links/links.ts'
import type { Plans } from '../plans/plans.ts'
import type { Database } from '../storage/database.ts'
import {
  associationMeta,
  carriers,
  provinceMeta,
  provinceSentences,
  provinceTargets,
  type LinkedTarget,
} from './linked-content.ts'
import { found, granted, inlinesOf, rowOrders } from './pieces.ts'

interface LinkingOptions {
  database: Database
  plans: Plans
  links: Links
}

export interface DemoLinks {
  /** Who signs for the province, the commune, and the association. */
  province: Actor
  commune: Actor
  association: Actor
  unitIds: ReadonlyMap<string, UnitId>
  /** The commune's plan, and its targets by their keys. */
  plan: PlanId
  targetIds: ReadonlyMap<string, TargetId>
}

const households = 'số hộ'

export async function linkDemo(options: LinkingOptions, demo: DemoLinks): Promise<void> {
  await giveByProvince(options, demo)
  await carryOutByAssociation(options, demo)
}

async function giveByProvince({ database, plans, links }: LinkingOptions, demo: DemoLinks): Promise<void> {
  const { province, commune, unitIds, plan, targetIds } = demo
  const ids = new Map(provinceTargets.map(({ key }) => [key, newId<TargetId>()]))
  const snapshot = provinceSnapshot(ids)
  await create(plans, province, snapshot)
  const units = carriers.map(({ symbol }) => found(unitIds, symbol))
  granted(await links.setCarriers(province, snapshot.id, units))
  const give = async (key: string, giving: 'same' | readonly string[]) => {
    const isSame = giving === 'same'
    const shares = carriers.map(({ symbol }, index) => ({
      unit: found(unitIds, symbol),
      ...(isSame ? {} : { weight: giving[index] ?? '0' }),
    }))
    const way = isSame ? ({ way: 'same' } as const) : ({ way: 'share', key: households } as const)
    const note = isSame ? '' : 'Chia theo số hộ tại thời điểm 31/12/2025.'
    granted(await links.give(province, snapshot.id, { targets: [found(ids, key)], ...way, units: shares, note }))
  }
  for (const key of ['phan-loai', 'bao-goi']) await give(key, 'same')
  for (const key of ['cay-xanh', 'duong'])
    await give(
      key,
      carriers.map((one) => one.households),
    )
  granted(await links.nameSuperior(commune, plan, snapshot.id))
  const answer = { command: newId<ChangeId>(), superior: found(ids, 'cay-xanh'), target: found(targetIds, 'cay-xanh') }
  granted(await links.answer(commune, plan, { ...answer, answer: 'accepted', reason: '' }))
  granted(
    await links.answer(commune, plan, {
      ...{ command: newId<ChangeId>(), superior: found(ids, 'phan-loai'), target: found(targetIds, 'phan-loai') },
      ...{ answer: 'countered', values: higherShare },
      reason: 'Xã đã làm điểm từ năm 2024, đăng ký cao hơn mức tỉnh giao.',
    }),
  )
  // Households were counted again, so the shares are others than those that were taken.
  await give(
    'cay-xanh',
    carriers.map((one) => one.recounted),
  )
  // The step itself, with number and seal, has no screen yet.
  await database.query.updateTable('plans').set({ stage: 'issued' }).where('id', '=', snapshot.id).execute()
  await links.stageMoved(snapshot.id)
  granted(
    await links.enterResult(province, snapshot.id, {
      ...{ target: found(ids, 'phan-loai'), period: '2026-H1', note: 'Tổng hợp từ báo cáo của các xã.' },
      ...{ value: { comparison: '=', numbers: ['46.5'], measure: { kind: 'percent' } } },
      document: 'Báo cáo số 61/BC-MTTQ-BTT ngày 10/7/2026',
    }),
  )
}

const higherShare: Figures = Object.fromEntries(
  ['50', '60', '70', '80', '85'].map((number, index) => [
    String(2026 + index),
    { comparison: '>=', numbers: [number], measure: { kind: 'percent' } },
  ]),
)

async function carryOutByAssociation({ plans, links }: LinkingOptions, demo: DemoLinks): Promise<void> {
  const { commune, association, unitIds, plan, targetIds } = demo
  const farmers = found(unitIds, 'HND')
  const given = ['bao-goi', 'chuong-trai', 'ham-u'].map((key) => found(targetIds, key))
  granted(await links.setCarriers(commune, plan, [farmers, found(unitIds, 'HPN'), found(unitIds, 'ĐTN')]))
  granted(await links.give(commune, plan, { targets: given, way: 'same', units: [{ unit: farmers }], note: '' }))
  const goals = part('Mục tiêu, chỉ tiêu', [
    textBlockOf('paragraph', 'Hội Nông dân xã phấn đấu đạt các chỉ tiêu được giao như sau:'),
    { type: 'view', id: newId<BlockId>(), register: 'targets', scope: 'part', columns: [], group: 'none', title: '' },
  ])
  const tasks = part('Nhiệm vụ, giải pháp', [
    textBlockOf('dashed', 'Mỗi chi hội nhận theo dõi một bể thu gom, vệ sinh vào ngày mùng 1 và ngày rằm.'),
  ])
  const snapshot = { id: newId<PlanId>(), meta: associationMeta, parts: [goals, tasks, part('Tổ chức thực hiện', [])] }
  await create(plans, association, snapshot)
  granted(await links.nameSuperior(association, snapshot.id, plan))
  const taken = { command: newId<ChangeId>(), superior: found(targetIds, 'bao-goi'), part: goals.id }
  granted(await links.answer(association, snapshot.id, { ...taken, answer: 'accepted', reason: '' }))
}

function provinceSnapshot(ids: ReadonlyMap<string, TargetId>): PlanSnapshot {
  const orders = rowOrders(provinceTargets.length)
  const targets = provinceTargets.map((one, index) => targetOf(one, found(ids, one.key), orders[index] ?? ''))
  const sentences = provinceSentences.map((sentence): Block => ({
    ...textBlockOf('dashed', ''),
    content: inlinesOf(sentence, ids),
  }))
  const table: Block = {
    ...{ type: 'view', id: newId<BlockId>(), register: 'targets', scope: 'plan', columns: [], group: 'none' },
    title: 'Chỉ tiêu toàn tỉnh giai đoạn 2026 - 2030',
  }
  return {
    id: newId<PlanId>(),
    meta: provinceMeta,
    parts: [
      { ...part('Mục tiêu', [...sentences, table]), targets },
      part('Tổ chức thực hiện', [
        textBlockOf(
          'paragraph',
          'Uỷ ban MTTQ Việt Nam các xã, phường căn cứ chỉ tiêu được giao xây dựng kế hoạch thực hiện, gửi Ban Thường trực trước ngày 28 tháng 02 năm 2026./.',
        ),
      ]),
    ],
  }
}

function targetOf({ baseline, values, comparison, ...one }: LinkedTarget, id: TargetId, order: string): Target {
  const quantity = (number: string, sign: LinkedTarget['comparison']) => ({
    quantity: { comparison: sign, numbers: [number], measure: one.measure },
  })
  return target.parse({
    ...{ id, order, name: one.name, measure: one.measure, method: one.method },
    baseline: baseline === null ? null : quantity(baseline, '='),
    values: Object.fromEntries(values.map((number, index) => [String(2026 + index), quantity(number, comparison)])),
  })
}

function part(title: string, blocks: Block[]): SnapshotPart {
  const empty = { targets: [], tasks: [], budget: [] }
  return { id: newId<PartId>(), parent: null, title, numbering: 'auto', role: 'body', blocks, ...empty }
}

async function create(
  plans: Plans,
  actor: Actor,
  snapshot: { id: PlanId; meta: PlanMeta; parts: SnapshotPart[] },
): Promise<void> {
  const [leadUnit] = actor.units
  if (leadUnit === undefined) throw new RefusalError('server.failed', 'the lead has no unit')
  granted(await plans.create(actor, Buffer.from(JSON.stringify({ leadUnit, snapshot }))))
}
