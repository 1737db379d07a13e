// Reads a page of OpenMetrics 1.0 as strictly as its specification, and says what is wrong with it.

const kName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const kSuffixes = { counter: ['_total'], gauge: [''], info: ['_info'], histogram: ['_bucket', '_sum', '_count'] };

/** `{name="value",…}` behind a sample's name: a list of pairs. */
function labelsOf(text) {
    const labels = [];
    const one = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
    while (one.lastIndex < text.length) {
        const at = one.lastIndex, found = one.exec(text);
        if (!found) throw new Error(`labels cannot be read from: ${text.slice(at)}`);
        labels.push([found[1], found[2]]);
    }
    return labels;
}

/** Families by name: {type, help, unit, samples: [{name, labels, value}]}. Throws what is wrong, with its line. */
export function readOpenMetrics(page) {
    const lines = page.split('\n');
    if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('the page does not end with "# EOF" and a line feed');
    const families = {};
    let name = null;
    for (const [i, line] of lines.entries()) {
        const fail = (why) => { throw new Error(`line ${i + 1}: ${why}: ${line}`); };
        const meta = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line);
        if (meta) {
            const [, word, family, text] = meta;
            if (!kName.test(family)) fail('no name of a family');
            if (family !== name) {
                if (families[family]) fail('the family stands in two places');
                families[name = family] = { samples: [] };
            }
            const known = families[name], key = word.toLowerCase();
            if (known.samples.length) fail('metadata behind a sample');
            if (known[key] !== undefined) fail('said twice');
            if (key === 'type' && !kSuffixes[text]) fail('no type that this program uses');
            if (key === 'unit' && !family.endsWith(`_${text}`)) fail('the name does not end with its unit');
            known[key] = text;
            continue;
        }
        const sample = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line);
        if (!sample) fail('no sample');
        const family = families[name];
        if (!family?.type || !family.help) fail('a sample without a family, its type or its help');
        const suffix = sample[1].startsWith(name) ? sample[1].slice(name.length) : null;
        if (!kSuffixes[family.type].includes(suffix)) fail(`no sample of a ${family.type} ${name}`);
        const labels = labelsOf(sample[2] ?? ''), value = sample[3] === '+Inf' ? Infinity : Number(sample[3]);
        if (new Set(labels.map(([key]) => key)).size !== labels.length) fail('a label twice');
        if (Number.isNaN(value)) fail('no number');
        if (family.type !== 'gauge' && value < 0) fail('less than nothing');
        if (suffix === '_bucket' || suffix === '_count') if (!Number.isInteger(value)) fail('a count that is not whole');
        family.samples.push({ name: sample[1], labels: Object.fromEntries(labels), value });
        const key = JSON.stringify([sample[1], labels]);
        if ((family.seen ??= new Set()).has(key)) fail('a sample twice');
        family.seen.add(key);
    }
    for (const [family, { type, samples }] of Object.entries(families)) if (type === 'histogram') checkHistogram(family, samples);
    return families;
}

/** Of each set of labels: buckets ascend to +Inf, which is the count. */
function checkHistogram(family, samples) {
    const sets = {};
    for (const { name, labels: { le, ...labels }, value } of samples) {
        const set = sets[JSON.stringify(labels)] ??= { buckets: [] };
        if (name.endsWith('_bucket')) set.buckets.push([le === '+Inf' ? Infinity : Number(le), value, le]);
        else set[name.slice(family.length + 1)] = value;
    }
    for (const [labels, { buckets, sum, count }] of Object.entries(sets)) {
        const wrong = (why) => { throw new Error(`${family}${labels}: ${why}`); };
        if (sum === undefined || count === undefined) wrong('no sum or no count');
        if (buckets.at(-1)?.[0] !== Infinity || buckets.at(-1)[1] !== count) wrong('the last bucket is not +Inf with the count');
        for (let i = 1; i < buckets.length; i++) if (!(buckets[i][0] > buckets[i - 1][0] && buckets[i][1] >= buckets[i - 1][1])) wrong('buckets do not ascend');
        if (!buckets.every(([, , le]) => le === '+Inf' || /[.e]/.test(le))) wrong('a bound that is not written as a real number');
    }
}

/** The value of a sample, by its name and some of its labels; several are added up. */
export function valueOf(families, name, labels = {}) {
    const samples = Object.values(families).flatMap((family) => family.samples).filter((sample) => sample.name === name
        && Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
    if (!samples.length) throw new Error(`there is no ${name}${JSON.stringify(labels)}`);
    return samples.reduce((sum, { value }) => sum + value, 0);
}
