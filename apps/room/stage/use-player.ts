import { useEffect, useRef, useState } from 'react'
import { useHouse, useRoom } from '../context.ts'
import type { Picture, Player } from './player.ts'

/** Loads the player after the first paint and keeps it on the right source. */
export function usePlayer() {
  const { boot } = useHouse()
  const video = useRef<HTMLVideoElement>(null)
  const still = useRef<HTMLCanvasElement>(null)
  const [picture, setPicture] = useState<Picture>('waiting')
  const id = useRoom(({ room }) => room.show.id)
  const source = useRoom(({ room: { show } }) =>
    show.state === 'live' ? 'live' : show.state === 'ended' && show.hasReplay ? 'replay' : null)

  useEffect(() => {
    if (!source || !video.current || !still.current) return
    const input = {
      video: video.current, still: still.current, isLive: source === 'live', onPicture: setPicture,
      url: `${boot.mediaBase}/${id}/${source === 'live' ? 'master' : source}.m3u8`,
    }
    let player: Player | null = null
    let isGone = false
    const load = async () => {
      const { makePlayer } = await import('./player.ts')
      if (!isGone) player = makePlayer(input)
    }
    const frame = requestAnimationFrame(() => void load())
    return () => {
      isGone = true
      cancelAnimationFrame(frame)
      player?.destroy()
      setPicture('waiting')
    }
  }, [boot.mediaBase, id, source])

  return { video, still, picture, source }
}
