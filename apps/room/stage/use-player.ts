import { useEffect, useMemo, useRef, useState } from 'react'
import { useHouse, useRoom } from '../context.ts'
import { savingOf } from '../view/comfort.ts'
import type { Delay } from './low-delay.ts'
import type { ShowPlayer, Transport } from './live-player.ts'
import type { Picture } from './player.ts'
import { followPip } from './screen.ts'

/** Loads the player after the first paint and keeps it on the right source. There are two video
 *  elements, so that a change of transport shows no gap; `video` is the one on air. */
export function usePlayer() {
  const { boot, clock, media, lowDelay, state } = useHouse()
  const slow = useRef<HTMLVideoElement>(null)
  const fast = useRef<HTMLVideoElement>(null)
  const still = useRef<HTMLCanvasElement>(null)
  const [picture, setPicture] = useState<Picture>('waiting')
  const [transport, setTransport] = useState<Transport>('hls')
  const id = useRoom(({ room }) => room.show.id)
  const source = useRoom(({ room: { show } }) =>
    show.state === 'live' ? 'live' : show.state === 'ended' && show.hasReplay ? 'replay' : null)
  const saving = useRoom((state) => savingOf(state.dataSaver, state.isLineThrifty))

  useEffect(() => {
    if (!source || !slow.current || !fast.current || !still.current) return
    const base = `${boot.mediaBase}/${id}`
    const input = {
      slow: slow.current, fast: fast.current, still: still.current, saving, media,
      now: clock.nowMs, isLive: source === 'live', onPicture: setPicture,
      onTransport: setTransport, url: `${base}/${source === 'live' ? 'master' : source}.m3u8`,
      whepUrl: `${base}/whep`, iceServers: boot.iceServers, showId: id,
      onDelay: (delay: Delay) => state.set({ delay }), hasNeed: lowDelay.hasNeed,
      isNew: boot.me === null,
    }
    let player: ShowPlayer | null = null
    let isGone = false
    const load = async () => {
      const { playShow } = await import('./live-player.ts')
      if (isGone) return
      player = playShow(input)
      lowDelay.attach(player.mover)
    }
    const frame = requestAnimationFrame(() => void load())
    return () => {
      isGone = true
      cancelAnimationFrame(frame)
      player?.destroy()
      lowDelay.attach(null)
      media.lose()
      setPicture('waiting')
      setTransport('hls')
      state.set({ delay: 'unavailable' })
    }
  }, [boot.iceServers, boot.me, boot.mediaBase, clock, id, lowDelay, media, saving, source, state])

  useEffect(followPip, [transport])
  // Who looks at the picture looks anew when it comes from elsewhere.
  const video = useMemo(() => transport === 'whep' ? fast : slow, [transport])
  return { video, slow, fast, still, picture, source, saving, transport }
}
