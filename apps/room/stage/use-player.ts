import { useEffect, useMemo, useRef, useState } from 'react'
import { useHouse, useRoom } from '../context.ts'
import { savingOf } from '../view/comfort.ts'
import type { Transport } from './live-player.ts'
import type { Picture, Player } from './player.ts'
import { followPip } from './screen.ts'

/** Loads the player after the first paint and keeps it on the right source. There are two video
 *  elements, so that a change of transport shows no gap; `video` is the one on air. */
export function usePlayer() {
  const { boot, clock, media } = useHouse()
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
    }
    let player: Player | null = null
    let isGone = false
    const load = async () => {
      const { playShow } = await import('./live-player.ts')
      if (!isGone) player = playShow(input)
    }
    const frame = requestAnimationFrame(() => void load())
    return () => {
      isGone = true
      cancelAnimationFrame(frame)
      player?.destroy()
      media.lose()
      setPicture('waiting')
      setTransport('hls')
    }
  }, [boot.iceServers, boot.mediaBase, clock, id, media, saving, source])

  useEffect(followPip, [transport])
  // Who looks at the picture looks anew when it comes from elsewhere.
  const video = useMemo(() => transport === 'whep' ? fast : slow, [transport])
  return { video, slow, fast, still, picture, source, saving, transport }
}
