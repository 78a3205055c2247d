import { useId, type HTMLInputAutoCompleteAttribute, type ReactNode, type Ref } from 'react'
import { useWords } from '../words.tsx'
import { AlertIcon, DownIcon, MinusIcon, PlusIcon } from './icons.tsx'

interface FieldFrame {
  readonly label: string
  readonly hint?: string | undefined
  /** What is wrong and how to put it right; shown above the field and read with it. */
  readonly error?: string | undefined
  readonly isOptional?: boolean | undefined
  /** For error summaries that link to the field; made up when not given. */
  readonly id?: string | undefined
}

function useField(frame: FieldFrame) {
  const made = useId()
  const id = frame.id ?? made
  const describedBy = [frame.hint && `${id}-hint`, frame.error && `${id}-error`]
    .filter(Boolean).join(' ') || undefined
  return { id, describedBy }
}

function Frame({ frame, id, children }: { frame: FieldFrame, id: string, children: ReactNode }) {
  const { t } = useWords()
  return (
    <div className="field" data-wrong={frame.error ? true : undefined}>
      <label className="field-label" htmlFor={id}>
        {frame.label}
        {frame.isOptional && <span className="field-optional"> {t('field.optional')}</span>}
      </label>
      {frame.hint && <p className="field-hint" id={`${id}-hint`}>{frame.hint}</p>}
      {frame.error && (
        <p className="field-error" id={`${id}-error`}><AlertIcon size={18} />{frame.error}</p>
      )}
      {children}
    </div>
  )
}

export interface TextFieldProps extends FieldFrame {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'email' | 'tel' | 'search' | 'url' | 'datetime-local' | 'number'
  readonly name?: string
  readonly autoComplete?: HTMLInputAutoCompleteAttribute
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'email' | 'tel' | 'search'
  readonly maxLength?: number
  readonly placeholder?: string
  readonly isRequired?: boolean
  readonly isDisabled?: boolean
  /** Several lines. */
  readonly rows?: number
  /** Codes, e-mail addresses and numbers keep their direction in right-to-left pages. */
  readonly dir?: 'ltr' | 'auto'
  readonly ref?: Ref<HTMLInputElement>
  readonly onBlur?: () => void
}

export function TextField(props: TextFieldProps) {
  const { id, describedBy } = useField(props)
  const shared = {
    id, className: 'input', value: props.value, name: props.name, dir: props.dir ?? 'auto',
    autoComplete: props.autoComplete, inputMode: props.inputMode, maxLength: props.maxLength,
    placeholder: props.placeholder, disabled: props.isDisabled,
    'aria-required': props.isRequired, 'aria-invalid': props.error ? true : undefined,
    'aria-describedby': describedBy, onBlur: props.onBlur,
  } as const
  return (
    <Frame frame={props} id={id}>
      {props.rows
        ? (
          <textarea
            {...shared} rows={props.rows} onChange={(event) => props.onChange(event.target.value)}
          />
        ) : (
          <input
            {...shared} ref={props.ref} type={props.type ?? 'text'}
            onChange={(event) => props.onChange(event.target.value)}
          />
        )}
    </Frame>
  )
}

export interface Option {
  readonly value: string
  readonly label: string
  readonly isDisabled?: boolean
}

export interface SelectProps extends FieldFrame {
  readonly value: string
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
  readonly autoComplete?: HTMLInputAutoCompleteAttribute
  readonly isDisabled?: boolean
}

export function Select(props: SelectProps) {
  const { id, describedBy } = useField(props)
  return (
    <Frame frame={props} id={id}>
      <span className="select">
        <select
          id={id} className="input" value={props.value} disabled={props.isDisabled}
          autoComplete={props.autoComplete} aria-describedby={describedBy}
          aria-invalid={props.error ? true : undefined}
          onChange={(event) => props.onChange(event.target.value)}
        >
          {props.options.map(({ value, label, isDisabled }) => (
            <option key={value} value={value} disabled={isDisabled}>{label}</option>
          ))}
        </select>
        <DownIcon size={18} />
      </span>
    </Frame>
  )
}

/** A few options side by side: variants, sizes, durations. */
export function Choices(props: {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
}) {
  const name = useId()
  return (
    <fieldset className="field">
      <legend className="field-label">{props.label}</legend>
      <div className="choices">
        {props.options.map(({ value, label, isDisabled }) => (
          <label key={value} className="choice">
            <input
              type="radio" name={name} value={value} checked={value === props.value}
              disabled={isDisabled} onChange={() => props.onChange(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export function Checkbox(props: {
  readonly label: ReactNode
  readonly isChecked: boolean
  readonly onChange: (isChecked: boolean) => void
}) {
  return (
    <label className="check">
      <input
        type="checkbox" checked={props.isChecked}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span>{props.label}</span>
    </label>
  )
}

export interface NumberStepperProps extends FieldFrame {
  readonly value: number
  readonly min: number
  readonly max: number
  readonly onChange: (value: number) => void
}

export function NumberStepper(props: NumberStepperProps) {
  const { value, min, max, onChange } = props
  const { t } = useWords()
  const { id, describedBy } = useField(props)
  const set = (next: number) => onChange(Math.min(max, Math.max(min, next)))
  const step = (by: number) => value + by >= min && value + by <= max && onChange(value + by)
  return (
    <Frame frame={props} id={id}>
      <span className="stepper">
        <button
          type="button" aria-label={t('stepper.less')} aria-controls={id}
          aria-disabled={value <= min || undefined} onClick={() => step(-1)}
        ><MinusIcon size={18} /></button>
        <input
          id={id} inputMode="numeric" role="spinbutton" value={value} aria-valuenow={value}
          aria-valuemin={min} aria-valuemax={max} aria-describedby={describedBy}
          onChange={(event) => {
            const typed = Number.parseInt(event.target.value, 10)
            if (Number.isSafeInteger(typed)) set(typed)
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowUp') step(1)
            if (event.key === 'ArrowDown') step(-1)
          }}
        />
        <button
          type="button" aria-label={t('stepper.more')} aria-controls={id}
          aria-disabled={value >= max || undefined} onClick={() => step(1)}
        ><PlusIcon size={18} /></button>
      </span>
    </Frame>
  )
}
