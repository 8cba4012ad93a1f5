/**
 * A matrix as the option object of the chart library: a cell for each unit and target, with the value
 * and its state in words, so that shade, bar and border only repeat it. It is as large as its rows and
 * columns need, however many there are.
 */
import type { CustomSeriesRenderItem, EChartsOption } from 'echarts'
import type { CellState } from '../links/matrix.ts'
import type { PictureLook } from './option.ts'
import type { Picture } from './picture.ts'

/** Pixels, of columns and of what stands left of them. */
const cellWidths = { least: 88, most: 190 }
const nameWidths = { least: 130, most: 270 }
/** Of a letter, to the size of its font. */
const letterWidth = 0.52
/** Of the words in cells and heads, to those around the picture. */
const smaller = 0.86

/** How a state looks without colour: how dark it is, a bar at its side, a border that is broken. */
interface CellShade {
  dark: number
  bar?: 'left' | 'right'
  dash?: number[]
}
const shades: Record<CellState, CellShade> = {
  reached: { dark: 0 },
  stated: { dark: 0 },
  short: { dark: 0.16, bar: 'left' },
  over: { dark: 0.16, bar: 'right' },
  waiting: { dark: 0, dash: [2, 3] },
  missing: { dark: 0.07, dash: [2, 3] },
  countered: { dark: 0.07 },
  kept: { dark: 0.07 },
  stale: { dark: 0.16, dash: [6, 3] },
  none: { dark: 0.04 },
}

type Space = Pick<PictureLook, 'width' | 'fontSize' | 'isTitled'>

/** No narrower can it be read. */
export function matrixWidth({ places, series }: Picture, { fontSize }: Pick<Space, 'fontSize'>): number {
  return Math.ceil(nameWidthOf(series, fontSize) + places.length * cellNeeds(series, fontSize) + 2)
}

export function matrixHeight(picture: Picture, space: Space): number {
  const { top, rowHeight } = gridOf(picture, space)
  return Math.ceil(top + picture.series.length * rowHeight + 2)
}

/** What the longest words of a cell need. */
function cellNeeds(series: Picture['series'], fontSize: number): number {
  const lines = series.flatMap(({ points }) => points.flatMap(({ words }) => words.split('\n')))
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0)
  const needs = longest * fontSize * smaller * letterWidth + 18
  return Math.min(cellWidths.most, Math.max(cellWidths.least, needs))
}

function nameWidthOf(series: Picture['series'], fontSize: number): number {
  const longest = Math.max(...series.map(({ name }) => name.length)) * fontSize * smaller * letterWidth
  return Math.min(nameWidths.most, Math.max(nameWidths.least, longest + 16))
}

function gridOf({ title, places, series }: Picture, { width, fontSize, isTitled }: Space) {
  const size = fontSize * smaller
  const lineHeight = size * 1.3
  const nameWidth = nameWidthOf(series, fontSize)
  const cellWidth = Math.min(cellWidths.most, (width - nameWidth - 2) / places.length)
  // A line ends where a word does, so fewer letters stand in it than would fit.
  const linesOf = (text: string, room: number) => Math.ceil((text.length * size * letterWidth * 1.2) / room)
  const headHeight = Math.max(2, ...places.map((place) => linesOf(place, cellWidth - 10))) * lineHeight + 10
  const titleHeight = isTitled ? linesOf(title, (width - 16) * smaller) * fontSize * 1.3 + 12 : 0
  const rowHeight = 2 * lineHeight + 8
  return { size, lineHeight, nameWidth, cellWidth, top: titleHeight + headHeight, rowHeight }
}

export function matrixOption(picture: Picture, look: PictureLook): EChartsOption {
  const { ink, faint, paper, font, fontSize } = look
  const { size, lineHeight, nameWidth, cellWidth, top, rowHeight } = gridOf(picture, look)
  const text = { color: ink, fontFamily: font, fontSize: size, lineHeight }
  const points = picture.series.flatMap(({ is, points: across }, row) =>
    across.map((point, column) => ({ ...point, is, row, column })),
  )
  const drawCell: CustomSeriesRenderItem = ({ dataIndex }, api) => {
    const point = points[dataIndex]
    const [x = 0, y = 0] = point === undefined ? [] : api.coord([point.column, point.row])
    if (point === undefined) return null
    const { dark, bar, dash } = shades[point.state ?? 'reached']
    const shape = { x: x - cellWidth / 2, y: y - rowHeight / 2, width: cellWidth, height: rowHeight }
    const barAt = bar === 'right' ? shape.x + cellWidth - 5 : shape.x
    const [first = '', second = ''] = point.words.split('\n')
    const isSum = point.is === 'sum'
    const rectangle = (style: object, of = shape) => ({ type: 'rect' as const, shape: of, style })
    const words = (line: string, at: number, isBold: boolean) => ({
      type: 'text' as const,
      style: {
        text: line,
        x: shape.x + cellWidth - 8,
        y: at,
        fill: ink,
        font: `${isBold ? 'bold ' : ''}${size}px ${font}`,
        align: 'right' as const,
        verticalAlign: 'middle' as const,
        width: cellWidth - 14,
        overflow: 'truncate' as const,
      },
    })
    const isOne = second === ''
    return {
      type: 'group',
      children: [
        rectangle({ fill: paper, stroke: faint, lineWidth: 1 }),
        ...(dark === 0 ? [] : [rectangle({ fill: ink, opacity: dark })]),
        ...(dash === undefined ? [] : [broken(shape, dash, ink)]),
        ...(bar === undefined ? [] : [rectangle({ fill: ink }, { ...shape, x: barAt, width: 5 })]),
        words(first, isOne ? y : y - lineHeight / 2, isSum || !isOne),
        ...(isOne ? [] : [words(second, y + lineHeight / 2, false)]),
      ],
    }
  }
  return {
    animation: false,
    backgroundColor: paper,
    textStyle: text,
    ...(look.isTitled
      ? {
          title: {
            text: picture.title,
            ...{ left: 0, top: 0, padding: 0 },
            textStyle: {
              ...text,
              ...{
                fontSize,
                lineHeight: fontSize * 1.3,
                fontWeight: 'bold',
                width: look.width - 16,
                overflow: 'break',
              },
            },
          },
        }
      : {}),
    grid: {
      ...{ top, left: nameWidth, outerBoundsMode: 'none' },
      width: cellWidth * picture.places.length,
      height: rowHeight * picture.series.length,
    },
    xAxis: {
      type: 'category',
      position: 'top',
      data: [...picture.places],
      axisLine: { lineStyle: { color: ink } },
      axisTick: { show: false },
      axisLabel: { ...text, interval: 0, width: cellWidth - 10, overflow: 'break', margin: 6 },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: picture.series.map(({ name, is }) => ({
        value: name,
        // What a name has of its own inherits no place from the axis.
        textStyle: { align: 'left', verticalAlign: 'middle', ...(is === 'sum' ? { fontWeight: 'bold' } : {}) },
      })),
      axisLine: { lineStyle: { color: ink } },
      axisTick: { show: false },
      axisLabel: {
        ...text,
        interval: 0,
        ...{ margin: nameWidth - 2, width: nameWidth - 12, overflow: 'break' },
      },
    },
    series: [
      {
        type: 'custom',
        renderItem: drawCell,
        silent: true,
        clip: false,
        data: points.map(({ column, row }) => [column, row]),
      },
    ],
  }
}

/** A border within the cell, so that it does not lie on its neighbours'. */
function broken(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  dash: number[],
  ink: string,
) {
  return {
    type: 'rect' as const,
    shape: { x: x + 3, y: y + 3, width: width - 6, height: height - 6 },
    style: { fill: 'none', stroke: ink, lineWidth: 1, lineDash: dash },
  }
}
