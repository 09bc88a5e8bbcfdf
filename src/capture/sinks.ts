import type { AnswerSink } from './apiPromise.ts';
import { type BatchPlace, beginsOutput, writeOutput, writeResult } from './batches.ts';
import type { Call } from './call.ts';
import { type BodySink, Lines, tapResponse } from './rawBody.ts';
import { isAsyncIterable, isOnlyUsage, type StreamSink, tapStream } from './streams.ts';

/** Runs what only writes down: whatever goes wrong in it is counted, and stays there. */
export type Guard = <T>(work: () => T) => T | undefined;

/** What a call's answer is told to. `hidesUsage` says whether the caller did not ask for the usage of a stream. */
export function callSink(call: Call, guard: Guard, hidesUsage: () => boolean): AnswerSink {
  const failed = (error: unknown): void => void guard(() => call.failed(error));
  return {
    body(value) {
      guard(() => {
        if (isAsyncIterable(value)) tapStream(value, streamSink(call, guard, hidesUsage));
        else call.answered(value);
      });
      return value;
    },
    made: (value) => value,
    response: (value) => guard(() => tapResponse(value, bodySink(call, guard, value))) ?? value,
    failed,
  };
}

function streamSink(call: Call, guard: Guard, hidesUsage: () => boolean): StreamSink {
  return {
    event(value) {
      guard(() => call.received(value));
      return guard(() => hidesUsage() && isOnlyUsage(value)) !== true;
    },
    end: () => void guard(() => call.end()),
    failed: (error) => void guard(() => call.failed(error)),
  };
}

/** Reads along an answer whose caller reads the response itself. */
function bodySink(call: Call, guard: Guard, response: unknown): BodySink {
  const isStream = /event-stream/.test((response as Response).headers?.get('content-type') ?? '');
  const pieces: string[] = [];
  const lines = new Lines((line) => {
    if (!isStream) pieces.push(line);
    else if (line.startsWith('data:')) receive(call, line.slice('data:'.length));
  });
  return {
    chunk: (bytes) => void guard(() => lines.push(bytes)),
    end: (whole) =>
      void guard(() => {
        if (whole) lines.end();
        const answer = whole && !isStream ? parsed(pieces.join('\n')) : undefined;
        if (answer === undefined) call.end();
        else call.answered(answer);
      }),
    failed: (error) => void guard(() => call.failed(error)),
  };
}

function receive(call: Call, data: string): void {
  const event = parsed(data);
  if (event !== undefined) call.received(event);
}

/** What the results of a batch of Anthropic's are told to: the SDK makes an iterable of the response. */
export function resultsSink(place: BatchPlace, path: string, guard: Guard): AnswerSink {
  const batch = /\/batches\/([^/]+)\/results/.exec(path)?.[1] ?? '';
  const take = (line: unknown): void => writeResult(place, batch, line);
  return {
    body: (value) => value,
    made(value) {
      guard(() => {
        if (isAsyncIterable(value)) {
          tapStream(value, {
            event(line) {
              guard(() => take(line));
              return true;
            },
            end: () => {},
            failed: () => {},
          });
        }
      });
      return value;
    },
    response: (value) =>
      guard(() =>
        tapResponse(
          value,
          linesSink(guard, () => true, take),
        ),
      ) ?? value,
    failed: () => {},
  };
}

/** What a file is told to: if it is the output of a batch, its results are written down. */
export function fileSink(place: BatchPlace, guard: Guard): AnswerSink {
  const tap = (value: unknown): unknown =>
    guard(() =>
      tapResponse(
        value,
        linesSink(guard, beginsOutput, (line) => writeOutput(place, line)),
      ),
    ) ?? value;
  return { body: tap, made: (value) => value, response: tap, failed: () => {} };
}

/** Reads along lines of JSON, as long as the first of them looks as expected. */
function linesSink(
  guard: Guard,
  isWanted: (first: string) => boolean,
  take: (line: unknown) => void,
): BodySink {
  let wanted: boolean | undefined;
  const lines = new Lines((line) => {
    const value = parsed(line);
    if (value !== undefined) guard(() => take(value));
  });
  return {
    chunk: (bytes) =>
      void guard(() => {
        wanted ??= isWanted(new TextDecoder().decode(bytes.subarray(0, 200)));
        if (wanted) lines.push(bytes);
      }),
    end: (whole) =>
      void guard(() => {
        if (wanted && whole) lines.end();
      }),
    failed: () => {},
  };
}

/** What a text says as JSON; undefined for what is none, such as the end of a stream. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
