// What a gateway of the original's kind makes of what its services say.
import { oops, Refusal } from './rules.mjs';

/** What a service's error becomes: {status, data}. */
export function failure(error) {
    if (error instanceof Refusal) return error.answer;
    if (error instanceof Error || typeof error !== 'object' || error === null) return oops().answer;
    const status = error.status ?? 500;
    if (!Number.isInteger(status) || status < 100 || status > 599) return { status: 500 };
    return { status, data: error.data === undefined ? oops().answer.data : typeof error.data === 'string' ? { message: error.data } : error.data };
}

/** The one form of all answers. */
export const envelope = (success, data) => ({ success, timestamp: new Date().toISOString(), ...((data || data === null) && { data }) });
