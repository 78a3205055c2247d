import { useEffect, useMemo, useRef, useState } from 'react'
import type { GuestsPicture } from '#stage/backstage/contract'
import type { Size } from '../camera/layout.ts'
import { readIceServers } from '../camera/use-whip.ts'
import { useLines, type Streams } from '../stage/use-lines.ts'
import { useWords } from '../words.ts'
import { readAddress, type PictureAddress } from './address.ts'
import { placesFor, type Place } from './places.ts'
import { usePicture } from './use-picture.ts'

function useWindowSize(): Size {
  const read = () => ({ width: innerWidth, height: innerHeight })
  const [size, setSize] = useState<Size>(read)
  useEffect(() => {
    const look = () => setSize(read())
    addEventListener('resize', look)
    return () => removeEventListener('resize', look)
  }, [])
  return size
}

/** What lies below shows through, as the encoder wants it, unless the ground of the house is asked
 *  for. */
function useGround(isDark: boolean): void {
  useEffect(() => {
    const { dataset } = document.documentElement
    dataset['picture'] = isDark ? 'dark' : 'clear'
    return () => { delete dataset['picture'] }
  }, [isDark])
}

function Face({ name, place, stream }: {
  name: string, place: Place | undefined, stream: MediaStream | undefined
}) {
  const element = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (!element.current) return
    element.current.srcObject = stream ?? null
    if (stream) void element.current.play().catch(() => {})
  }, [stream])
  const { x = 0, y = 0, width = 0, height = 0 } = place?.box ?? {}
  return (
    <figure
      className="picture-face" hidden={!place} data-small={place?.isSmall || undefined}
      style={{ inlineSize: width, blockSize: height, transform: `translate(${x}px, ${y}px)` }}
    >
      <video ref={element} muted playsInline aria-label={name} />
      {name !== '' && <figcaption><bdi>{name}</bdi></figcaption>}
    </figure>
  )
}

/** Encoders let a page sound by itself; a browser wants a press first. */
function Voice({ stream }: { stream: MediaStream }) {
  const element = useRef<HTMLAudioElement>(null)
  useEffect(() => {
    const audio = element.current
    if (!audio) return
    audio.srcObject = stream
    const play = () => void audio.play().catch(() => {})
    play()
    addEventListener('pointerdown', play)
    return () => removeEventListener('pointerdown', play)
  }, [stream])
  return <audio ref={element} />
}

function People({ picture, address, streams }: {
  picture: GuestsPicture, address: PictureAddress, streams: Streams
}) {
  const size = useWindowSize()
  const places = placesFor(picture, size, address.hasHost)
  return (
    <main className="picture" style={{ fontSize: Math.max(size.width, size.height) / 58 }}>
      {picture.people.map(({ id, name }) => (
        <Face
          key={id} name={address.hasNames ? name : ''} place={places.get(id)}
          stream={streams.get(id)}
        />
      ))}
      {[...streams].map(([id, stream]) => <Voice key={id} stream={stream} />)}
    </main>
  )
}

function Picture({ picture, address }: { picture: GuestsPicture, address: PictureAddress }) {
  const names = picture.people.map(({ id }) => id).join(' ')
  const who = useMemo(() => (names === '' ? [] : names.split(' ')), [names])
  const streams = useLines({
    showId: picture.showId, who, keyOf: async () => address.key, iceServersOf: readIceServers,
  })
  return <People picture={picture} address={address} streams={streams} />
}

/** The guests on stage and nothing else, for an encoder that takes in pages. */
export function PicturePage() {
  const words = useWords()
  const [address] = useState(() => readAddress(location.hash))
  const seen = usePicture(address?.key ?? null)
  useGround(address?.isDark ?? false)
  if (seen.is === 'out') {
    return (
      <main className="picture-out" role="alert">
        <h1>{words.t('studio.picture.out')}</h1>
        <p>{words.refusal(seen.refusal)}</p>
      </main>
    )
  }
  return seen.is === 'picture' && address
    ? <Picture picture={seen.picture} address={address} /> : null
}
