import { useState, type CSSProperties, type RefObject } from 'react'
import type { Chapter } from '#stage/replay/contract'
import type { ProductCard } from '#trade/catalog/contract'
import { clockText } from '#ui/countdown-math.ts'
import { IconButton } from '#ui/primitives/button.tsx'
import { MenuIcon, PauseIcon, PlayIcon, ShareIcon } from '#ui/primitives/icons.tsx'
import { Sheet } from '#ui/primitives/layers.tsx'
import { useVoice } from '#ui/primitives/toasts.tsx'
import { useRoom } from '../context.ts'
import { wordsOf } from '../goods/goods.ts'
import { Thumb } from '../goods/product-card.tsx'
import { useWords } from '../words.ts'
import { chapterAt, shareUrl } from './places.ts'
import { useReplayKeys } from './use-keys.ts'
import { useReplay, type ReplayControl } from './use-replay.ts'

const timeText = (ms: number): string => clockText(Math.floor(ms / 1000))

/** The name a chapter was given, or its product's in the reader's language. */
function useChapterName() {
  const { t, locale } = useWords()
  const cards = useRoom(({ room }) => room.lineUp)
  const cardOf = (chapter: Chapter): ProductCard | undefined =>
    cards.find((card) => card.id === chapter.productId)
  const nameOf = (chapter: Chapter): string => {
    const card = cardOf(chapter)
    return chapter.title ?? (card ? wordsOf(card, locale).title : t('room.replay.chapter'))
  }
  return { cardOf, nameOf }
}

/** The bar with a mark for every chapter. Time runs from left to right in every language. */
function Track({ control }: { control: ReplayControl }) {
  const { t } = useWords()
  const { nameOf } = useChapterName()
  const { replay, head, seek } = control
  const chapter = replay && chapterAt(replay, head.atMs)
  const [now, all] = [timeText(head.atMs), timeText(head.durationMs)]
  const text = t('room.replay.at', { now, all })
  const lengthMs = Math.max(1000, head.durationMs)
  return (
    <div className="replay-track" dir="ltr">
      <input
        type="range" min={0} max={lengthMs} step={1000} value={Math.min(lengthMs, head.atMs)}
        aria-label={t('room.replay.seek')}
        aria-valuetext={chapter ? `${text}, ${nameOf(chapter)}` : text}
        style={{ '--done': `${(head.atMs / lengthMs) * 100}%` } as CSSProperties}
        onChange={(event) => seek(Number(event.target.value))}
      />
      {replay?.chapters.filter(({ atMs }) => atMs > 0).map((one) => (
        <button
          key={one.id} type="button" tabIndex={-1} className="replay-mark"
          style={{ insetInlineStart: `${(one.atMs / lengthMs) * 100}%` }}
          data-done={one.atMs <= head.atMs || undefined}
          aria-label={t('room.replay.jump', { name: nameOf(one), at: timeText(one.atMs) })}
          title={`${timeText(one.atMs)} ${nameOf(one)}`} onClick={() => seek(one.atMs)}
        />
      ))}
    </div>
  )
}

function ChapterList({ control, onDone }: { control: ReplayControl, onDone: () => void }) {
  const { t } = useWords()
  const { cardOf, nameOf } = useChapterName()
  const { replay, head, seek } = control
  if (!replay) return null
  const current = chapterAt(replay, head.atMs)
  return (
    <ol className="chapters">
      {replay.chapters.map((chapter) => {
        const card = cardOf(chapter)
        return (
          <li key={chapter.id}>
            <button
              type="button" className="chapter" aria-current={chapter === current || undefined}
              onClick={() => {
                seek(chapter.atMs)
                onDone()
              }}
            >
              {card && <Thumb card={card} size="small" />}
              <span className="chapter-name" dir="auto">{nameOf(chapter)}</span>
              {chapter === current
                && <span className="visually-hidden">{t('room.replay.now')}</span>}
              <span className="figures quiet" dir="ltr">{timeText(chapter.atMs)}</span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}

function useShare(atMs: number) {
  const { t } = useWords()
  const { toast } = useVoice()
  return async () => {
    const url = shareUrl(location.href, atMs)
    try {
      if (matchMedia('(pointer: coarse)').matches && navigator.share) {
        await navigator.share({ url, title: document.title })
        return
      }
      await navigator.clipboard.writeText(url)
      toast({ text: t('room.replay.copied', { at: timeText(atMs) }) })
    } catch (error) {
      // Somebody who closed the share sheet has not failed; where nothing can be copied the link
      // is shown to be copied by hand.
      if (error instanceof DOMException && error.name === 'AbortError') return
      toast({ text: url })
    }
  }
}

/** Everything over the picture of a recording: play, seek, chapters, share. */
export function Replay({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  const { t } = useWords()
  const control = useReplay(video)
  const { nameOf } = useChapterName()
  const [isOpen, setOpen] = useState(false)
  const share = useShare(control.head.atMs)
  useReplayKeys(control)
  const { replay, head, toggle } = control
  const chapter = replay && chapterAt(replay, head.atMs)
  const close = () => setOpen(false)
  return (
    <div className="replay" role="group" aria-label={t('room.replay.title')}>
      <div className="replay-bar">
        <IconButton
          label={t(head.isPaused ? 'room.replay.play' : 'room.replay.pause')} onPress={toggle}
        >
          {head.isPaused ? <PlayIcon filled /> : <PauseIcon />}
        </IconButton>
        <Track control={control} />
        <span className="figures small" dir="ltr" aria-hidden="true">
          {timeText(head.atMs)} / {timeText(head.durationMs)}
        </span>
      </div>
      <div className="replay-row">
        {replay && replay.chapters.length > 0 && (
          <button type="button" className="replay-chapter" onClick={() => setOpen(true)}>
            <MenuIcon size={18} />
            <span className="visually-hidden">{t('room.replay.chapters')}</span>
            <span dir="auto">{chapter ? nameOf(chapter) : t('room.replay.chapters')}</span>
          </button>
        )}
        <IconButton label={t('room.replay.share')} onPress={() => void share()}>
          <ShareIcon size={20} />
        </IconButton>
      </div>
      <Sheet isOpen={isOpen} title={t('room.replay.chapters')} onClose={close}>
        <ChapterList control={control} onDone={close} />
      </Sheet>
    </div>
  )
}
