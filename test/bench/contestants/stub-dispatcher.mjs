/** A network for undici that answers before anybody waits. */
import { Dispatcher } from 'undici'

/** A dispatcher that answers every request at once, and remembers the last one's headers. */
export class StubDispatcher extends Dispatcher {
  lastHeaders = {}

  dispatch(options, handler) {
    this.lastHeaders = options.headers
    handler.onRequestStart?.(controller, {})
    handler.onResponseStart?.(controller, 200, {}, 'OK')
    handler.onResponseEnd?.(controller, {})
    return true
  }

  close() {
    return Promise.resolve()
  }

  destroy() {
    return Promise.resolve()
  }
}

const controller = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: [],
  abort() {},
  pause() {},
  resume() {},
}
