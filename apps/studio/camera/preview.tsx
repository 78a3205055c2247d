import { useEffect } from 'react'
import { Button } from '#ui/primitives/button.tsx'
import { VideoIcon } from '#ui/primitives/icons.tsx'
import { Spinner } from '#ui/primitives/plain.tsx'
import { useWords } from '../words.ts'
import { useCamera } from './camera-context.ts'

/** Before there is a picture: the one button, or why there is none and what to do. */
function NoPicture() {
  const { t } = useWords()
  const { captured, open } = useCamera()
  const { camera, cameraTrouble } = captured
  if (camera === 'opening') return <Spinner label={t('studio.camera.opening')} />
  return (
    <>
      <VideoIcon size={40} />
      {cameraTrouble
        ? (
          <>
            <p className="camera-trouble">{t(`studio.camera.trouble.${cameraTrouble}`)}</p>
            <Button kind="primary" size="large" onPress={open}>{t('studio.retry')}</Button>
          </>
        ) : (
          <>
            <p>{t('studio.camera.start.text')}</p>
            <Button kind="primary" size="large" onPress={open}>{t('studio.camera.start')}</Button>
          </>
        )}
    </>
  )
}

/** What goes out, as this page sends it; one's own face as in a mirror. */
export function Preview() {
  const { t } = useWords()
  const { captured, video } = useCamera()
  const { video: track, isMirrored, source, camera } = captured
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.srcObject = track ? new MediaStream([track]) : null
    if (track) void element.play().catch(() => {})
  }, [track, video])
  const isOut = !track || (source === 'camera' && camera !== 'on' && camera !== 'opening')
  return (
    <div className="preview on-video" data-out={isOut || undefined}>
      <video
        ref={video} muted playsInline aria-label={t('studio.camera.preview')}
        data-mirrored={isMirrored || undefined}
      />
      {isOut && <div className="preview-out"><NoPicture /></div>}
    </div>
  )
}
