import { useEffect, useRef, useState } from 'react'
import { client, must, queries, refusalOf } from '../house.ts'
import type { CaptureDesk } from './use-capture.ts'
import { framesPerSecond } from './devices.ts'
import { startSending, type Sending } from './sending.ts'
import { readFigures, type Counted, type Figures } from './stats.ts'
import { makeWhip, type Whip } from './whip.ts'

const figuresKept = 30

const readKey = (showId: string) => queries.fetchQuery({
  // Reading the key is recorded, so it is read when it is needed, and once.
  queryKey: ['ingest', showId], staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => must(client.call('GET /api/shows/:showId/ingest', { params: { showId } })),
}).then(({ streamKey }) => streamKey)

const readIceServers = () => queries.fetchQuery({
  queryKey: ['rtc'], staleTime: 300_000, queryFn: () => must(client.call('GET /api/rtc')),
}).then(({ iceServers }) => iceServers as RTCIceServer[])

/** Looks at the connection once a second while the picture goes out. */
function useFigures(whip: Whip | null, isLive: boolean): readonly Figures[] {
  const [figures, setFigures] = useState<readonly Figures[]>([])
  useEffect(() => {
    if (!whip || !isLive) return
    let before: Counted | null = null
    const look = async () => {
      const report = await whip.stats()
      const found = readFigures(report ? [...report.values()] : [], before)
      before = found.counted
      const { figures: one } = found
      if (one) setFigures((all) => [...all, one].slice(-figuresKept))
    }
    const timer = setInterval(() => void look(), 1000)
    return () => {
      clearInterval(timer)
      setFigures([])
    }
  }, [whip, isLive])
  return figures
}

export interface Sender {
  readonly sending: Sending
  readonly figures: readonly Figures[]
  publish(): void
  stop(): void
}

/** Sends what is captured to the show. */
export function useWhip(showId: string, { captured, choices, capture }: CaptureDesk): Sender {
  const [sending, setSending] = useState<Sending>(startSending)
  const [whip, setWhip] = useState<Whip | null>(null)
  useEffect(() => {
    const made = makeWhip({
      readKey: () => readKey(showId), readIceServers, tell: setSending,
      codeOfError: (error) => refusalOf(error).code,
    })
    const onLeave = () => made.leave()
    addEventListener('pagehide', onLeave)
    setWhip(made)
    return () => {
      removeEventListener('pagehide', onLeave)
      made.leave()
    }
  }, [showId])
  useEffect(() => { whip?.setVideo(captured.video) }, [whip, captured.video])
  useEffect(() => { whip?.setAudio(capture?.sound.track ?? null) }, [whip, capture])
  useEffect(() => {
    whip?.setQuality({ kbps: choices.kbps, fps: framesPerSecond })
  }, [whip, choices.kbps])
  const { code } = sending
  useEffect(() => {
    // A key that was changed meanwhile is read anew at the next press.
    if (code === 'stage.show.key_unknown') queries.removeQueries({ queryKey: ['ingest', showId] })
  }, [code, showId])
  const figures = useFigures(whip, sending.phase === 'live')
  const acts = useRef({ publish: () => {}, stop: () => {} })
  acts.current = { publish: () => whip?.publish(), stop: () => whip?.stop() }
  return {
    sending, figures, publish: () => acts.current.publish(), stop: () => acts.current.stop(),
  }
}
