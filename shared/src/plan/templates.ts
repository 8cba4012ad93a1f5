/**
 * Outlines to begin with, as data: what a kế hoạch, a đề án and a chương trình usually contain
 * (Nghị định 30/2020/NĐ-CP and the practice of the Front and the associations). Hints stand in the
 * parts as notes, to be read and deleted; titles carry no numbers, those are derived.
 */
import { newId, type BlockId, type PartId, type PlanId } from '../ids.ts'
import { textBlockOf, type Block, type ViewBlock } from './blocks.ts'
import type { PlanMeta, PlanType } from './meta.ts'
import type { PartNumbering, PartRole } from './outline.ts'
import type { PlanSnapshot, SnapshotPart } from './snapshot.ts'

interface TemplatePart {
  title: string
  role?: PartRole
  numbering?: PartNumbering
  /** What belongs here, for the drafter. */
  hint?: string
  /** A table of registers that the part begins with. */
  view?: Pick<ViewBlock, 'register' | 'scope' | 'title'>
  children?: readonly TemplatePart[]
}

export interface PlanTemplate {
  id: string
  type: PlanType
  name: { vi: string; en: string }
  about: { vi: string; en: string }
  parts: readonly TemplatePart[]
}

const opening: TemplatePart = {
  title: '',
  role: 'opening',
  hint: 'Nêu các văn bản làm căn cứ, mỗi căn cứ một dòng: loại, số, ngày, cơ quan ban hành, trích yếu. Câu cuối nói đơn vị ban hành văn bản này để làm gì.',
}

const purpose: TemplatePart = {
  title: 'Mục đích, yêu cầu',
  children: [
    { title: 'Mục đích', hint: 'Làm việc này để đạt điều gì, cho ai.' },
    { title: 'Yêu cầu', hint: 'Điều bắt buộc khi thực hiện: tiến độ, chất lượng, sự phối hợp, tiết kiệm.' },
  ],
}

const goals: TemplatePart = {
  title: 'Mục tiêu, chỉ tiêu',
  children: [
    { title: 'Mục tiêu chung', hint: 'Một đoạn: đến cuối kỳ phải đạt được gì.' },
    {
      title: 'Chỉ tiêu cụ thể',
      hint: 'Nhập chỉ tiêu ở bảng bên phải; con số trong câu và trong bảng dưới đây luôn theo chỉ tiêu.',
      view: { register: 'targets', scope: 'part', title: '' },
    },
  ],
}

const tasks: TemplatePart = {
  title: 'Nhiệm vụ, giải pháp',
  children: [
    {
      title: 'Công tác lãnh đạo, chỉ đạo',
      hint: 'Ai chỉ đạo, ban hành văn bản gì, kiểm tra ra sao.',
    },
    {
      title: 'Công tác tuyên truyền, vận động',
      hint: 'Nội dung, hình thức, đối tượng; mỗi việc ghi rõ số lượng và thời hạn.',
    },
    {
      title: 'Nhiệm vụ của từng đơn vị',
      hint: 'Thêm một phần con cho mỗi đơn vị rồi giao phần đó cho đơn vị soạn.',
    },
  ],
}

const budget: TemplatePart = {
  title: 'Kinh phí',
  hint: 'Nguồn kinh phí và mức từng năm; nhập dòng kinh phí để bảng tự cộng.',
  view: { register: 'budget', scope: 'plan', title: '' },
}

const implementation: TemplatePart = {
  title: 'Tổ chức thực hiện',
  hint: 'Đơn vị chủ trì, đơn vị phối hợp, thời hạn báo cáo, sơ kết, tổng kết.',
}

const targetAnnex: TemplatePart = {
  title: 'Biểu chỉ tiêu',
  role: 'annex',
  view: { register: 'targets', scope: 'plan', title: '' },
}

export const planTemplates: readonly PlanTemplate[] = [
  {
    id: 'ke-hoach',
    type: 'ke-hoach',
    name: { vi: 'Kế hoạch nhiều đơn vị', en: 'Plan of several units' },
    about: {
      vi: 'Đủ năm phần thường có, với biểu chỉ tiêu và bảng kinh phí. Hợp với kế hoạch cả nhiệm kỳ hoặc nhiều năm.',
      en: 'The five usual parts, with tables of targets and budget. For a term or several years.',
    },
    parts: [opening, purpose, goals, tasks, budget, implementation, targetAnnex],
  },
  {
    id: 'ke-hoach-gon',
    type: 'ke-hoach',
    name: { vi: 'Kế hoạch gọn', en: 'Short plan' },
    about: {
      vi: 'Ba phần, cho một hoạt động hoặc một đợt vận động.',
      en: 'Three parts, for one activity or campaign.',
    },
    parts: [
      opening,
      purpose,
      {
        title: 'Nội dung thực hiện',
        children: [
          { title: 'Thời gian, địa điểm, đối tượng', hint: 'Từ ngày nào đến ngày nào, ở đâu, những ai tham gia.' },
          { title: 'Nội dung công việc', hint: 'Từng việc: làm gì, đơn vị nào, xong khi nào, sản phẩm là gì.' },
          { title: 'Kinh phí', hint: 'Mức dự kiến và nguồn.' },
        ],
      },
      implementation,
    ],
  },
  {
    id: 'de-an',
    type: 'de-an',
    name: { vi: 'Đề án', en: 'Scheme' },
    about: {
      vi: 'Ba phần lớn: sự cần thiết và thực trạng; mục tiêu, nhiệm vụ, giải pháp; tổ chức thực hiện, hiệu quả, kiến nghị.',
      en: 'Three divisions: need and present state; goals, tasks and means; implementation, effect and requests.',
    },
    parts: [
      {
        title: 'Sự cần thiết, căn cứ và thực trạng',
        numbering: 'phan',
        children: [
          { title: 'Sự cần thiết xây dựng đề án', hint: 'Vấn đề là gì, vì sao phải giải quyết lúc này.' },
          {
            title: 'Căn cứ xây dựng đề án',
            children: [
              { title: 'Căn cứ chính trị', hint: 'Nghị quyết, chỉ thị, kết luận của cấp uỷ.' },
              { title: 'Căn cứ pháp lý', hint: 'Luật, nghị định, quyết định còn hiệu lực.' },
              { title: 'Căn cứ thực tiễn', hint: 'Số liệu, yêu cầu của địa phương.' },
            ],
          },
          {
            title: 'Thực trạng',
            children: [
              { title: 'Kết quả đạt được', hint: 'Số liệu của kỳ trước, có nguồn và thời điểm.' },
              { title: 'Hạn chế và nguyên nhân', hint: 'Từng hạn chế kèm nguyên nhân khách quan, chủ quan.' },
            ],
          },
        ],
      },
      {
        title: 'Quan điểm, mục tiêu, nhiệm vụ và giải pháp',
        numbering: 'phan',
        children: [
          { title: 'Quan điểm', hint: 'Những nguyên tắc mà đề án giữ.' },
          { ...goals, title: 'Mục tiêu' },
          tasks,
          budget,
          { title: 'Lộ trình thực hiện', hint: 'Chia giai đoạn; mỗi giai đoạn làm gì, đạt mức nào.' },
        ],
      },
      {
        title: 'Tổ chức thực hiện, hiệu quả và kiến nghị',
        numbering: 'phan',
        children: [
          implementation,
          { title: 'Hiệu quả của đề án', hint: 'Lợi ích về kinh tế, xã hội, tổ chức; ai được hưởng.' },
          { title: 'Kiến nghị', hint: 'Đề nghị với từng cấp, từng cơ quan.' },
        ],
      },
      targetAnnex,
    ],
  },
  {
    id: 'chuong-trinh',
    type: 'chuong-trinh',
    name: { vi: 'Chương trình hành động', en: 'Action programme' },
    about: {
      vi: 'Triển khai một nghị quyết của cấp trên thành mục tiêu và nhiệm vụ trọng tâm.',
      en: 'Turns a resolution from above into goals and main tasks.',
    },
    parts: [
      opening,
      purpose,
      goals,
      {
        title: 'Nhiệm vụ trọng tâm',
        hint: 'Mỗi nhiệm vụ một mục: nội dung, đơn vị chủ trì, thời hạn, chỉ tiêu mà nó phục vụ.',
      },
      budget,
      implementation,
      targetAnnex,
    ],
  },
]

/** A new plan from a template. Where text is expected a block stands ready, so that no two devices make the first one. */
export function snapshotOfTemplate(
  template: PlanTemplate,
  plan: { id: PlanId; meta: PlanMeta; withHints: boolean },
): PlanSnapshot {
  const parts: SnapshotPart[] = []
  const add = (part: TemplatePart, parent: PartId | null) => {
    const id = newId<PartId>()
    parts.push({
      id,
      parent,
      title: part.title,
      numbering: part.numbering ?? 'auto',
      role: part.role ?? 'body',
      blocks: firstBlocks(part, plan.withHints),
      targets: [],
      tasks: [],
      budget: [],
    })
    for (const child of part.children ?? []) add(child, id)
  }
  for (const part of template.parts) add(part, null)
  return { id: plan.id, meta: plan.meta, parts }
}

function firstBlocks(part: TemplatePart, withHints: boolean): Block[] {
  const hint = withHints && part.hint !== undefined ? [textBlockOf('note', part.hint)] : []
  const view: Block[] = part.view
    ? [{ type: 'view', id: newId<BlockId>(), columns: [], group: 'none', ...part.view }]
    : []
  const isContainer = part.children !== undefined
  return isContainer && view.length === 0 ? [] : [...hint, textBlockOf('paragraph', ''), ...view]
}
