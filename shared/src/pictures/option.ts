/**
 * A picture as the option object of the chart library; nothing of the library itself is loaded here.
 * It can be read in black and white: bars differ by pattern and lightness, lines by dash and mark, and
 * the figures stand beside their marks in the words of the tables.
 */
import type { EChartsOption } from 'echarts'
import { matrixHeight, matrixOption, matrixWidth } from './matrix-option.ts'
import type { Picture, PictureSeries } from './picture.ts'

/** Where a picture is drawn. Pixels. */
export interface PictureLook {
  width: number
  ink: string
  /** Of the lines of what others want. */
  muted: string
  /** The lines behind the marks. */
  faint: string
  paper: string
  font: string
  fontSize: number
  /** Of bars, in turn: one that stands out from the paper, then one that stands out from the ink. */
  fills: readonly string[]
  /** Of lines, in turn; each stands out from the paper. */
  strokes: readonly string[]
  /** The title stands in the picture: where it goes out by itself. */
  isTitled: boolean
}

export const paperLook: Omit<PictureLook, 'width'> = {
  ink: '#1a1a1a',
  muted: '#6b6b6b',
  faint: '#d0d0d0',
  paper: '#ffffff',
  // In quotes of this kind: the library writes them into attributes of an SVG file as they are.
  font: "Tinos, 'Times New Roman', serif",
  fontSize: 14,
  fills: ['#7c1d1d', '#e3c98f', '#2f4b6e', '#bcd2e0', '#3f5a3c', '#dcbdb8'],
  strokes: ['#7c1d1d', '#2f4b6e', '#7a5a10', '#1f6169', '#3f5a3c', '#63386b'],
  isTitled: false,
}

interface Decal {
  symbol?: string
  rotation?: number
  dashArrayX?: number | number[]
  dashArrayY?: number[]
}
const stripes = (rotation: number): Decal => ({ symbol: 'rect', rotation, dashArrayX: [1, 0], dashArrayY: [1, 6] })
/** What is laid over the bars of each series in turn: nothing, stripes either way, dots, stripes across, squares. */
const decals: readonly Decal[] = [
  { symbol: 'none' },
  stripes(Math.PI / 4),
  { symbol: 'circle', dashArrayX: [6, 3], dashArrayY: [6, 3] },
  stripes(-Math.PI / 4),
  stripes(0),
  { symbol: 'rect', dashArrayX: [5, 4], dashArrayY: [5, 4] },
]
const marks = ['circle', 'rect', 'triangle', 'diamond'] as const
const dashes = ['solid', [8, 4], [2, 3], [10, 3, 2, 3], [14, 4], [4, 4]] as const

const axisNumber = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 6 })
const bandHeight = 20
/** Of the highest stack: a thinner slice has no room for its figure. */
const thinnest = 0.05
/** Of the height of all lines: closer marks would stand in each other's words. */
const closest = 0.12

type Space = Pick<PictureLook, 'width' | 'fontSize' | 'isTitled'>

/** The least width in which a picture can be read. */
export function pictureWidth(picture: Picture, space: Pick<Space, 'fontSize'>): number {
  return picture.shape === 'matrix' ? matrixWidth(picture, space) : 0
}

/** How high a picture of this width is. */
export function pictureHeight(picture: Picture, space: Space): number {
  if (picture.shape === 'matrix') return matrixHeight(picture, space)
  const top = headOf(picture, space).height
  if (picture.shape !== 'bars') return Math.ceil(top + Math.max(250, Math.min(space.width * 0.5, 360)))
  const band = Math.max(picture.series.length * bandHeight, 40) + 16
  return Math.ceil(top + picture.places.length * band + 64)
}

/** Title and legend, whose names may take several lines: the library leaves their room to us. */
function headOf({ title, series }: Picture, { width, fontSize, isTitled }: Space) {
  const lineHeight = fontSize * 1.3
  const linesOf = (text: string, room: number) => Math.max(1, Math.ceil((text.length * fontSize * 0.52) / room))
  const titleHeight = isTitled ? linesOf(title, width - 16) * lineHeight + 12 : 0
  const nameWidth = width - 72
  const inOneLine = series.reduce((total, { name }) => total + name.length * fontSize * 0.52 + 64, 0) <= width
  const names = series.map(({ name }) => linesOf(name, nameWidth) * lineHeight + 6)
  const legendHeight = inOneLine ? lineHeight + 6 : names.reduce((total, height) => total + height, 0)
  return { titleHeight, nameWidth, inOneLine, lineHeight, height: titleHeight + legendHeight + 8 }
}

export function pictureOption(picture: Picture, look: PictureLook): EChartsOption {
  if (picture.shape === 'matrix') return matrixOption(picture, look)
  const { ink, faint, paper, font, fontSize } = look
  const text = { color: ink, fontFamily: font, fontSize }
  const head = headOf(picture, look)
  const isAcross = picture.shape === 'bars'
  const places = {
    type: 'category' as const,
    data: [...picture.places],
    axisLine: { lineStyle: { color: ink } },
    axisTick: { show: false },
    axisLabel: {
      ...text,
      interval: 0,
      ...(isAcross
        ? { width: Math.min(260, look.width * 0.38), overflow: 'break' as const, lineHeight: head.lineHeight }
        : { hideOverlap: true }),
    },
  }
  const amounts = {
    type: 'value' as const,
    name: picture.measure,
    nameTextStyle: { ...text, ...(isAcross ? {} : { align: 'left' as const }) },
    // Beside the axis' middle, or above the words of a mark that is as high as the axis.
    ...(isAcross ? { nameLocation: 'middle' as const, nameGap: 28 } : { nameGap: fontSize + 14 }),
    splitNumber: 4,
    // Lines close to one another are told apart only near their own height; bars stand on zero.
    scale: picture.shape === 'lines',
    splitLine: { lineStyle: { color: faint } },
    axisLabel: { ...text, formatter: (value: number) => axisNumber.format(value), hideOverlap: true },
  }
  return {
    animation: false,
    backgroundColor: paper,
    textStyle: text,
    ...(look.isTitled
      ? {
          title: {
            text: picture.title,
            left: 0,
            top: 0,
            padding: 0,
            textStyle: {
              ...text,
              fontWeight: 'bold',
              width: look.width - 16,
              overflow: 'break',
              lineHeight: head.lineHeight,
            },
          },
        }
      : {}),
    legend: {
      orient: head.inOneLine ? 'horizontal' : 'vertical',
      left: 0,
      top: head.titleHeight,
      padding: 0,
      itemGap: head.inOneLine ? 16 : 6,
      itemWidth: 36,
      itemHeight: 14,
      selectedMode: false,
      data: picture.series.map(({ name }) => name),
      textStyle: {
        ...text,
        width: head.inOneLine ? undefined : head.nameWidth,
        overflow: 'break',
        lineHeight: head.lineHeight,
      },
    },
    grid: {
      top: head.height + (isAcross ? 4 : 2 * fontSize + 20),
      left: 8,
      right: isAcross ? 56 : 24,
      bottom: isAcross ? 32 : 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    ...(isAcross
      ? { xAxis: amounts, yAxis: { ...places, inverse: true } }
      : { xAxis: { ...places, boundaryGap: true }, yAxis: amounts }),
    series: [
      ...picture.series.map((one, at) =>
        picture.shape === 'lines' ? lineOf(one, at, picture, look) : barOf(one, at, picture, look),
      ),
      ...(picture.shape === 'stack' ? [sumsOf(picture, look)] : []),
    ],
  }
}

function lineOf({ name, is, points }: PictureSeries, at: number, { series }: Picture, look: PictureLook) {
  const { ink, muted, paper, font, fontSize, strokes } = look
  const before = series.slice(0, at + 1).filter((one) => one.is === 'own').length - 1
  const isWanted = is === 'wanted'
  const way = is === 'result' ? 2 : before
  const color = isWanted ? muted : is === 'own' ? (strokes[way % strokes.length] ?? ink) : ink
  const dash = isWanted ? [8, 4] : (dashes[way % dashes.length] ?? 'solid')
  const isHollow = isWanted || way >= marks.length
  return {
    type: 'line' as const,
    name,
    connectNulls: true,
    symbol: marks[way % marks.length] ?? 'circle',
    showAllSymbol: true,
    // Around the mark of what it is wanted of, so that two on one spot are both seen.
    symbolSize: isWanted ? 17 : 10,
    z: isWanted ? 1 : 2,
    lineStyle: { color, width: 2.5, type: typeof dash === 'string' ? dash : [...dash] },
    itemStyle: isHollow ? { color: paper, borderColor: color, borderWidth: 2 } : { color },
    label: {
      show: true,
      position: 'top' as const,
      color,
      fontFamily: font,
      fontSize,
      textBorderColor: paper,
      textBorderWidth: 3,
      formatter: ({ dataIndex }: { dataIndex: number }) => points[dataIndex]?.words ?? '',
    },
    labelLayout: { moveOverlap: 'shiftY' as const },
    data: points.map((point, place) => ({
      value: point.at,
      label: {
        position: sideOf(point.at, place, series),
        // Asked for and said alike, it is said once.
        show: !isWanted || point.words !== series[at - 1]?.points[place]?.words,
      },
    })),
  }
}

/** Words stand above their mark; where another one is close there, below or beside it. */
function sideOf(
  at: number | null,
  place: number,
  series: readonly PictureSeries[],
): 'top' | 'bottom' | 'left' | 'right' {
  if (at === null) return 'top'
  const all = series.flatMap(({ points }) => points.flatMap((point) => point.at ?? []))
  const lowest = Math.min(...all)
  const close = (Math.max(...all) - lowest) * closest
  const steps = series.flatMap(({ points }) => (points[place]?.at ?? at) - at)
  if (!steps.some((step) => step > 0 && step < close)) return 'top'
  if (steps.some((step) => step < 0 && step > -close)) return 'left'
  return at - lowest < close ? 'right' : 'bottom'
}

/** Whether a figure of a stack has no room in its slice. */
export function hasThinSlice({ shape, series, places }: Picture): boolean {
  const least = highestOf(series, places) * thinnest
  return shape === 'stack' && series.some(({ points }) => points.some(({ at }) => at !== null && at > 0 && at < least))
}

function highestOf(series: readonly PictureSeries[], places: Picture['places']): number {
  return Math.max(...places.map((_, place) => heightAt(series, place)))
}

function barOf({ name, points }: PictureSeries, at: number, { shape, places, series }: Picture, look: PictureLook) {
  const { ink, paper, font, fontSize, fills } = look
  const isStack = shape === 'stack'
  const least = highestOf(series, places) * thinnest
  return {
    type: 'bar' as const,
    name,
    ...(isStack ? { stack: 'all', barMaxWidth: 90 } : { barMaxWidth: bandHeight - 2 }),
    itemStyle: {
      color: fills[at % fills.length] ?? ink,
      borderColor: ink,
      borderWidth: 1,
      decal: { ...decals[at % decals.length], color: at % 2 === 0 ? paper : ink },
    },
    label: {
      show: true,
      position: isStack ? ('inside' as const) : ('right' as const),
      color: ink,
      fontFamily: font,
      fontSize: fontSize - 1,
      ...(isStack ? { backgroundColor: paper, padding: [1, 3], borderRadius: 2 } : {}),
      formatter: ({ dataIndex }: { dataIndex: number }) => points[dataIndex]?.words ?? '',
    },
    data: points.map((point) => ({
      value: point.at,
      ...(isStack && (point.at ?? 0) < least ? { label: { show: false } } : {}),
    })),
  }
}

function heightAt(series: readonly PictureSeries[], place: number): number {
  return series.reduce((total, { points }) => total + (points[place]?.at ?? 0), 0)
}

/** The sums stand above the stacks: a line that is not seen, on top of what is stacked. */
function sumsOf({ series, places, sums }: Picture, { ink, font, fontSize }: PictureLook) {
  return {
    type: 'line' as const,
    name: 'Cộng',
    silent: true,
    symbolSize: 0,
    lineStyle: { width: 0 },
    label: {
      show: true,
      position: 'top' as const,
      color: ink,
      fontFamily: font,
      fontSize,
      fontWeight: 'bold' as const,
      formatter: ({ dataIndex }: { dataIndex: number }) => sums[dataIndex] ?? '',
    },
    data: places.map((_, place) => (sums[place] === '' ? null : heightAt(series, place))),
  }
}
