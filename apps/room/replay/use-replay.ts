import { useEffect, useRef, useState, type RefObject } from 'react'
import type { Replay } from '#stage/replay/contract'
import { useHouse } from '../context.ts'
import type { House } from '../house.ts'
import { findCard } from '../goods/goods.ts'
import { linesAt, wantedLines, withPage, type Lines } from './lines.ts'
import { lastAt, readStart } from './places.ts'

export interface Playhead {
  readonly atMs: number
  readonly durationMs: number
  readonly isPaused: boolean
}

const sameIds = (a: readonly { id: string }[], b: readonly { id: string }[]): boolean =>
  a.length === b.length && a.every((one, n) => one.id === b[n]!.id)

/** Keeps the room as it was at the playhead: what was pinned, what had been said. */
function makeFollower(house: House, replay: Replay) {
  let lines: Lines | null = null
  let isAsking = false
  let atMs = 0
  let isGone = false

  const show = (): void => {
    const { room } = house.state.get()
    const pin = lastAt(replay.pins, atMs)
    const pinned = pin?.productId ? findCard(room, pin.productId) ?? null : null
    const chat = lines ? linesAt(lines, atMs) : []
    const isRight = room.pinned?.id === pinned?.id && sameIds(room.chat, chat)
    if (!isRight) house.state.set({ room: { ...room, pinned, chat } })
  }
  const ask = async (): Promise<void> => {
    const wanted = wantedLines(lines, atMs)
    if (isAsking || isGone || !wanted) return
    isAsking = true
    const next = wanted.is === 'next' ? wanted.next : undefined
    const page = await house.readReplayChat(wanted.fromMs, next)
    isAsking = false
    if (!page || isGone) return
    lines = withPage(lines, wanted, page)
    show()
    void ask()
  }
  // A new snapshot of the room is as things are now, not as they were.
  const stop = house.state.listen(show)
  return {
    move(toMs: number): void {
      atMs = toMs
      show()
      void ask()
    },
    stop(): void {
      isGone = true
      stop()
    },
  }
}

/** The replay of this show; undefined while it is read, null when there is nothing to know. */
function useRead(house: House): Replay | null | undefined {
  const [replay, setReplay] = useState<Replay | null>()
  useEffect(() => {
    let isGone = false
    void house.readReplay().then((read) => { if (!isGone) setReplay(read) })
    return () => { isGone = true }
  }, [house])
  return replay
}

/** Playhead, seeking and the room that follows. Places count from the beginning of the cut. */
export function useReplay(video: RefObject<HTMLVideoElement | null>) {
  const house = useHouse()
  const replay = useRead(house)
  const [head, setHead] = useState<Playhead>({ atMs: 0, durationMs: 0, isPaused: true })
  const wished = useRef<number | null>(null)
  const hasStarted = useRef(false)
  const leadMs = replay?.leadMs ?? 0

  const seek = (atMs: number) => {
    const element = video.current
    if (!element) return
    const toMs = Math.max(0, replay ? Math.min(atMs, replay.durationMs - 200) : atMs)
    if (element.readyState === 0) wished.current = toMs
    else element.currentTime = (toMs + leadMs) / 1000
    setHead((before) => ({ ...before, atMs: toMs }))
  }

  useEffect(() => {
    const element = video.current
    if (!element) return
    if (replay && !hasStarted.current) {
      hasStarted.current = true
      wished.current ??= readStart(location.search, replay.durationMs)
    }
    const follower = replay ? makeFollower(house, replay) : null
    const read = (): void => {
      if (element.readyState > 0 && wished.current !== null) {
        element.currentTime = (wished.current + leadMs) / 1000
        wished.current = null
      }
      const durationMs = replay?.durationMs
        ?? (Number.isFinite(element.duration) ? element.duration * 1000 : 0)
      const atMs = wished.current ?? Math.min(durationMs,
        Math.max(0, Math.round(element.currentTime * 1000) - leadMs))
      // The media behind the cut is a part of a second; it is not shown.
      if (replay && atMs >= durationMs && !element.paused && !element.ended) element.pause()
      follower?.move(atMs)
      setHead({ atMs, durationMs, isPaused: element.paused })
    }
    const events = [
      'loadedmetadata', 'timeupdate', 'durationchange', 'play', 'pause', 'seeked', 'ended',
    ] as const
    for (const name of events) element.addEventListener(name, read)
    read()
    return () => {
      follower?.stop()
      for (const name of events) element.removeEventListener(name, read)
    }
  }, [house, leadMs, replay, video])

  const toggle = () => {
    const element = video.current
    if (!element) return
    if (!element.paused) return element.pause()
    const isOver = replay && element.currentTime * 1000 - leadMs >= replay.durationMs - 250
    if (isOver) element.currentTime = leadMs / 1000
    void element.play()
  }
  return { replay: replay ?? null, head, seek, toggle }
}

/** See useReplay. */
export type ReplayControl = ReturnType<typeof useReplay>
