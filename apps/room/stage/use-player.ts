import { useEffect, useRef, useState } from 'react'
import { useHouse, useRoom } from '../context.ts'
import type { makeQuality, Picture, Player } from './player.ts'
import { savingOf } from '../view/comfort.ts'

/** Loads the player after the first paint and keeps it on the right source. */
export function usePlayer() {
  const { boot, clock } = useHouse()
  const video = useRef<HTMLVideoElement>(null)
  const still = useRef<HTMLCanvasElement>(null)
  const [picture, setPicture] = useState<Picture>('waiting')
  const id = useRoom(({ room }) => room.show.id)
  const source = useRoom(({ room: { show } }) =>
    show.state === 'live' ? 'live' : show.state === 'ended' && show.hasReplay ? 'replay' : null)

  const saving = useRoom((state) => savingOf(state.dataSaver, state.isLineThrifty))

  useEffect(() => {
    if (!source || !video.current || !still.current) return
    const input = {
      video: video.current, still: still.current, isLive: source === 'live', saving,
      onPicture: setPicture,
      url: `${boot.mediaBase}/${id}/${source === 'live' ? 'master' : source}.m3u8`,
    }
    let player: Player | null = null
    let quality: ReturnType<typeof makeQuality> | null = null
    let isGone = false
    const load = async () => {
      const loaded = await import('./player.ts')
      if (isGone) return
      if (input.isLive) quality = loaded.makeQuality({ video: input.video, showId: id })
      player = loaded.makePlayer({ ...input, now: clock.nowMs, probe: quality?.probe })
    }
    const frame = requestAnimationFrame(() => void load())
    return () => {
      isGone = true
      cancelAnimationFrame(frame)
      quality?.close()
      player?.destroy()
      setPicture('waiting')
    }
  }, [boot.mediaBase, clock, id, saving, source])

  return { video, still, picture, source, saving }
}
