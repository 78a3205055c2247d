import { useEffect, useRef } from 'react'
import { IconButton } from '#ui/primitives/button.tsx'
import { HeartIcon } from '#ui/primitives/icons.tsx'
import { useHouse } from '../context.ts'
import { useWords } from '../words.ts'

const MOST_AT_ONCE = 24
const MOST_PER_TICK = 5
const FLOAT_MS = 2200

/** One heart that floats up and is gone. Moved by the compositor only. */
function float(layer: HTMLElement): void {
  if (layer.childElementCount >= MOST_AT_ONCE) return
  const heart = document.createElement('span')
  heart.className = 'heart'
  layer.append(heart)
  const drift = (Math.random() - 0.5) * 56
  const animation = heart.animate([
    { transform: 'translate(0, 0) scale(0.4)', opacity: 0 },
    { transform: `translate(${drift / 3}px, -60px) scale(1)`, opacity: 0.95, offset: 0.2 },
    { transform: `translate(${drift}px, -260px) scale(0.9)`, opacity: 0 },
  ], { duration: FLOAT_MS * (0.8 + Math.random() * 0.4), easing: 'ease-out' })
  animation.onfinish = () => heart.remove()
}

/** Hearts of everybody, a few for many. None for people who asked for less motion. */
export function Hearts() {
  const house = useHouse()
  const layer = useRef<HTMLDivElement>(null)
  useEffect(() => house.onHearts((count) => {
    if (!layer.current || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    const few = Math.min(MOST_PER_TICK, Math.ceil(Math.log2(count + 1)))
    for (let at = 0; at < few; at++) {
      setTimeout(() => layer.current && float(layer.current), at * 90)
    }
  }), [house])
  return <div ref={layer} className="hearts" aria-hidden="true" />
}

export function HeartButton() {
  const { t } = useWords()
  const house = useHouse()
  return (
    <IconButton label={t('room.react.heart')} onPress={house.react}><HeartIcon /></IconButton>
  )
}
