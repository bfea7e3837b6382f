/**
 * Events as spans: one for an acquisition, below it one for each of its token requests. What is done
 * inside them runs in their context, so that an instrumented `fetch` finds its parent.
 */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes, Link, Span, SpanOptions, TracerProvider } from '@opentelemetry/api'
import type { Beginning } from '../events.ts'
import { answerOf, failureOf, requestOf, serverOf } from './attributes.ts'
import type { Listeners } from './listen.ts'

type Start = SpanOptions & Beginning

export interface SpanListeners {
  readonly listeners: Listeners
  /** Ends the spans that are open. */
  readonly close: () => void
}

export function spanListeners(tracerProvider: () => TracerProvider): SpanListeners {
  const open = new Map<object, Span>()
  const start = (of: object, name: string, { within, ...options }: Start) => {
    const caller = context.active()
    const span = tracerProvider().getTracer('m2m-tokens').startSpan(name, options, caller)
    open.set(of, span)
    within((work) => {
      context.with(trace.setSpan(caller, span), work)
    })
  }
  const end = (of: object, attributes: Attributes, failed = false) => {
    const span = open.get(of)
    if (span === undefined) return
    open.delete(of)
    span.setAttributes(attributes)
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
  const listeners: Listeners = {
    acquiring: (event) => {
      const attributes = { ...requestOf(event), 'm2m_tokens.kind': event.kind }
      // Nobody waits for a renewal behind callers: it outlives the span that was open when it began.
      const place = event.kind === 'background' ? { root: true, links: linkToCaller() } : {}
      start(event.acquisition, 'm2m_tokens.acquire', { ...place, attributes, within: event.within })
    },
    acquired: (event) => {
      end(event.acquisition, arrival('acquired', event.source, event.granted))
    },
    renewed: (event) => {
      end(event.acquisition, arrival('renewed', event.source, event.granted))
    },
    failed: (event) => {
      end(event.acquisition, { 'm2m_tokens.outcome': 'failed', ...failureOf(event) }, true)
    },
    abandoned: (event) => {
      end(event.acquisition, { 'm2m_tokens.outcome': 'abandoned' })
    },
    requesting: (event) => {
      const attributes = { ...serverOf(event), 'url.full': event.endpoint }
      start(event.request, 'POST', { kind: SpanKind.CLIENT, attributes, within: event.within })
    },
    requested: (event) => {
      end(event.request, answerOf(event), event.code !== undefined)
    },
  }
  const close = () => {
    for (const span of open.values()) span.end()
    open.clear()
  }
  return { listeners, close }
}

function arrival(outcome: string, source: string, granted: readonly string[]): Attributes {
  return {
    'm2m_tokens.outcome': outcome,
    'm2m_tokens.source': source,
    'm2m_tokens.granted_scopes': [...granted],
  }
}

/** A span that has ended has nothing to do with it: a timer keeps the context it was set in. */
function linkToCaller(): Link[] {
  const caller = trace.getActiveSpan()
  return caller?.isRecording() === true ? [{ context: caller.spanContext() }] : []
}
