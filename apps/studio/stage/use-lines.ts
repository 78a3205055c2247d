import { useEffect, useMemo, useRef, useState } from 'react'
import { isPassing, refusalOf } from '../house.ts'
import { linePath, openLine, type Line } from './line.ts'

export type Streams = ReadonlyMap<string, MediaStream>

const againMs = 1_000

/** A line that needs an answer of the house first; a house that is away is asked again. */
function openWhenKnown<T>(ask: () => Promise<T>, open: (known: T) => Line): Line {
  let line: Line | null = null
  let isOver = false
  let timer = 0
  const start = () => void ask().then((known) => {
    if (!isOver) line = open(known)
  }, (error: unknown) => {
    if (!isOver && isPassing(refusalOf(error))) timer = window.setTimeout(start, againMs)
  })
  start()
  return {
    close() {
      isOver = true
      clearTimeout(timer)
      line?.close()
    },
  }
}

/** The own lines of several people, each opened once and kept while it is wanted. */
export function useLines(input: {
  showId: string
  who: readonly string[]
  /** null: not yet; lines are opened when it is there. */
  keyOf: (() => Promise<string>) | null
  iceServersOf: () => Promise<readonly RTCIceServer[]>
}): Streams {
  const { showId, keyOf, iceServersOf } = input
  const [streams, setStreams] = useState<Streams>(new Map())
  const lines = useRef(new Map<string, Line>())
  const wanted = useMemo(() => input.who.join(' '), [input.who])
  const asks = useRef({ keyOf, iceServersOf })
  asks.current = { keyOf, iceServersOf }
  const isReady = keyOf !== null
  useEffect(() => {
    if (!isReady) return
    const ids = wanted === '' ? [] : wanted.split(' ')
    for (const [id, line] of lines.current) {
      if (ids.includes(id)) continue
      line.close()
      lines.current.delete(id)
    }
    const set = (id: string, stream: MediaStream | null) => setStreams((before) => {
      const next = new Map(before)
      if (stream) next.set(id, stream)
      else next.delete(id)
      return next
    })
    for (const id of ids) {
      if (lines.current.has(id)) continue
      lines.current.set(id, openWhenKnown(
        () => Promise.all([asks.current.keyOf!(), asks.current.iceServersOf()]),
        ([key, iceServers]) => openLine({
          path: linePath(showId, id), key, iceServers, onStream: (stream) => set(id, stream),
        })))
    }
  }, [showId, wanted, isReady])
  useEffect(() => {
    const open = lines.current
    return () => {
      for (const line of open.values()) line.close()
      open.clear()
    }
  }, [showId])
  return streams
}
