import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState, type SyntheticEvent } from 'react'
import { showLimits, type Show, type ShowDraft } from '#stage/show/contract'
import { Button } from '#ui/primitives/button.tsx'
import { TextField } from '#ui/primitives/fields.tsx'
import { ErrorSummary } from '#ui/patterns/messages.tsx'
import { client, must, rememberShow, useAct } from '../house.ts'
import { Answer } from '../shell/page-states.tsx'
import { useWords } from '../words.ts'
import { LineUpEditor } from './line-up-editor.tsx'
import { RenditionsChoice } from './renditions-choice.tsx'
import { fromLocalInput, slugOf, toLocalInput } from './local-time.ts'

const quarterMs = 15 * 60_000
const nextQuarter = () => Math.ceil((Date.now() + quarterMs) / quarterMs) * quarterMs

function useShowForm(show: Show | null) {
  const navigate = useNavigate()
  const [title, setTitle] = useState(show?.title ?? '')
  const [slug, setSlug] = useState(show?.slug ?? '')
  const [startsAt, setStartsAt] = useState(() => toLocalInput(show?.startsAtMs ?? nextQuarter()))
  const [lineUp, setLineUp] = useState<readonly string[]>(show?.lineUp ?? [])
  const [renditions, setRenditions] = useState(show?.renditions ?? null)
  const [wasSent, setSent] = useState(false)
  const save = useAct((draft: ShowDraft) => (show
    ? client.call('PUT /api/shows/:showId', { params: { showId: show.id }, body: draft })
    : client.call('POST /api/shows', { body: draft })), (saved) => {
    rememberShow(saved)
    void navigate({ to: '/studio/shows/$showId', params: { showId: saved.id } })
  })
  const startsAtMs = fromLocalInput(startsAt)
  const slugOk = slug === '' || /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)
  const submit = () => {
    setSent(true)
    if (title.trim() === '' || startsAtMs === null || !slugOk) return
    const address = slug || slugOf(title)
    save.mutate({
      title: title.trim(), startsAtMs, lineUp: [...lineUp], renditions,
      ...(address ? { slug: address } : {}),
    })
  }
  return {
    title, setTitle, slug, setSlug, startsAt, setStartsAt, lineUp, setLineUp,
    renditions, setRenditions, submit,
    isBusy: save.isPending,
    wrong: {
      title: wasSent && title.trim() === '', slug: wasSent && !slugOk,
      startsAt: wasSent && startsAtMs === null,
    },
  }
}

function ShowForm({ show }: { show: Show | null }) {
  const { t } = useWords()
  const form = useShowForm(show)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const problems = (['title', 'slug', 'startsAt'] as const).filter((name) => form.wrong[name])
    .map((name) => ({ fieldId: `show-${name}`, text: t(`studio.show.${name}.wrong`) }))
  const errorOf = (name: 'title' | 'slug' | 'startsAt') =>
    (form.wrong[name] ? t(`studio.show.${name}.wrong`) : undefined)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    form.submit()
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <ErrorSummary problems={problems} />
      <div className="form-columns">
        <TextField
          id="show-title" label={t('studio.show.title')} value={form.title} isRequired
          maxLength={showLimits.titleLength} error={errorOf('title')} onChange={form.setTitle}
        />
        <TextField
          id="show-slug" label={t('studio.show.slug')} isOptional dir="ltr"
          hint={t('studio.show.slug.hint', { slug: form.slug || slugOf(form.title) || '…' })}
          value={form.slug} maxLength={showLimits.slugLength} error={errorOf('slug')}
          onChange={form.setSlug}
        />
        <TextField
          id="show-startsAt" label={t('studio.show.starts')}
          hint={t('studio.show.starts.hint', { zone })}
          type="datetime-local" value={form.startsAt} error={errorOf('startsAt')}
          onChange={form.setStartsAt} isRequired
        />
      </div>
      <LineUpEditor lineUp={form.lineUp} onChange={form.setLineUp} />
      <RenditionsChoice value={form.renditions} onChange={form.setRenditions} />
      <div>
        <Button type="submit" kind="primary" size="large" isBusy={form.isBusy}>
          {t(show ? 'action.save' : 'studio.show.create')}
        </Button>
      </div>
    </form>
  )
}

function EditShow({ showId }: { showId: string }) {
  const show = useQuery({
    queryKey: ['show', showId],
    queryFn: () => must(client.call('GET /api/shows/:showId', { params: { showId } })),
  })
  return <Answer of={show}>{(read) => <ShowForm key={read.id} show={read} />}</Answer>
}

export function ShowFormPage() {
  const { t } = useWords()
  const { showId } = useParams({ strict: false })
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t(showId ? 'studio.show.edit' : 'studio.shows.new')}</h1>
      </header>
      {showId ? <EditShow showId={showId} /> : <ShowForm show={null} />}
    </div>
  )
}
