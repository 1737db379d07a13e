// Holds what a server answers to its own documents: every REST answer to /docs-json, every event to /asyncapi.json. A
// field, a code or a status that is not described there is an error here, so that the two cannot part.
import assert from 'node:assert/strict';
import Ajv from 'ajv';

const kTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A schema as strict as can be: objects have the fields that are described, and no other. OpenAPI 3.0's `nullable` becomes a type. */
function strict(schema) {
    if (Array.isArray(schema)) return schema.map(strict);
    if (schema === null || typeof schema !== 'object') return schema;
    const { nullable, example, examples, ...own } = schema;
    const out = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, strict(value)]));
    if (nullable === true) out.type = [out.type, 'null'];
    // A field that is called `properties` would be taken for the keyword; none is.
    if (out.properties && out.additionalProperties === undefined) out.additionalProperties = false;
    return out;
}

class Contract {
    constructor(openapi, asyncapi) {
        this.openapi = strict(openapi);
        this.asyncapi = strict({ components: asyncapi.components });
        this.ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': kTime } });
        this.ajv.addSchema(this.openapi, 'openapi').addSchema(this.asyncapi, 'asyncapi');
        this.paths = Object.keys(openapi.paths).map((path) => ({
            path, parts: path.split('/'), pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]*')}$`),
        }));
    }

    /** `/a/{b}` of `/a/7`; what is fixed wins over a parameter. */
    template(path) {
        const fitting = this.paths.filter(({ pattern }) => pattern.test(path));
        return fitting.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]?.path;
    }

    validate(what, reference, value) {
        const check = this.ajv.getSchema(reference) ?? assert.fail(`${what}: nothing at ${reference}`);
        assert.ok(check(value), `${what} is not as described: ${this.ajv.errorsText(check.errors)}\n${JSON.stringify(value)}`);
    }

    /** `reply`: {status, headers, body}. */
    checkReply(method, target, { status, headers, body }) {
        const path = target.replace(/\?.*/, ''), template = this.template(path), verb = method.toLowerCase(), what = `${method} ${target}: ${status}`;
        const operation = this.openapi.paths[template]?.[verb];
        if (!operation) {
            // What is no operation can only be refused, in the recorded words.
            assert.equal(status, 404, `${what}: the document has no such operation`);
            assert.equal(body.data?.message, `Cannot ${method} ${target}`, `${what}: the document has no such operation`);
            return;
        }
        let response = operation.responses[status], at = `openapi#/paths/${pointer(template)}/${verb}/responses/${status}`;
        assert.ok(response, `${what}: the document has no such status\n${JSON.stringify(body)}`);
        if (response.$ref) {
            at = `openapi${response.$ref}`;
            response = this.openapi.components.responses[response.$ref.replace('#/components/responses/', '')];
        }
        this.validate(what, `${at}/content/${pointer('application/json')}/schema`, body);
        for (const name of ['x-next', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'])
            if (headers.has(name))
                assert.ok(Object.keys(response.headers ?? {}).some((described) => described.toLowerCase() === name), `${what}: ${name} is not described`);
    }

    checkEvent(name, payload) {
        this.validate(`event ${name}`, `asyncapi#/components/messages/${pointer(name)}/payload`, payload);
    }

    checkAck(name, ack) {
        this.validate(`ack of ${name}`, `asyncapi#/components/messages/${pointer(`${name}.ack`)}/payload`, ack);
    }
}

/** A name as a part of a JSON pointer in a URL. */
const pointer = (name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));

const contracts = new WeakMap(), last = {};

const kNone = { checkReply() {}, checkEvent() {}, checkAck() {} };

/** The contract of a running server: a promise, the same for each call. One that is `undocumented` is held to nothing. */
export async function contractOf(server) {
    if (server.undocumented) return kNone;
    if (!contracts.has(server)) contracts.set(server, fetchContract(server));
    return contracts.get(server);
}

async function fetchContract(server) {
    const [openapi, asyncapi] = await Promise.all(['/docs-json', '/asyncapi.json'].map(async (path) => {
        const response = await fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(10000) });
        return response.text();
    }));
    // Most servers of a run have the same documents: what was compiled once is used again.
    if (last.openapi !== openapi || last.asyncapi !== asyncapi)
        Object.assign(last, { openapi, asyncapi, contract: new Contract(JSON.parse(openapi), JSON.parse(asyncapi)) });
    return last.contract;
}

/** For tests of this file. */
export const makeContract = (openapi, asyncapi) => new Contract(openapi, asyncapi);
