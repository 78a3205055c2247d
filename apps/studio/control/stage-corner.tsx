import { HostVoice } from '../stage/host-voice.tsx'
import { StagePanel } from '../stage/stage-panel.tsx'
import { useBackstage } from '../stage/use-backstage.ts'
import { useControl } from './control-context.ts'

/** The stage in the control room: the same acts as on the host's page, without the pictures, which
 *  are in the programme already. */
export function StageCorner() {
  const { show, canRun } = useControl()
  const isWanted = canRun && show.state !== 'ended'
  const backstage = useBackstage(show.id, isWanted)
  if (!isWanted) return null
  return (
    <StagePanel
      showId={show.id} backstage={backstage} streams={null}
      voice={<HostVoice key={show.id} showId={show.id} stage={backstage.stage} />}
    />
  )
}
