/**
 * check.js DIRECTORY OUTPUT: writes the dashboards of a directory as TypeScript that compiles only where they are what
 * Grafana's own schema (@grafana/schema) says: the frame, and the options and fields of each kind of panel.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory, output] = process.argv.slice(2);
if (!directory || !output) throw new Error('check.js: give the directory of the dashboards and the file to write');

const kPanels: Record<string, string> = { stat: 'Stat', timeseries: 'TimeSeries', bargauge: 'BarGauge', table: 'Table' };
/** These have settings of their own for each field. */
const kWithFields = ['timeseries', 'table'];

const lines = [`import type * as schema from '@grafana/schema';`];
for (const [type, name] of Object.entries(kPanels))
  lines.push(`import type * as ${type} from '@grafana/schema/dist/esm/raw/composable/${type}/panelcfg/x/${name}PanelCfg_types.gen';`);
// What JSON holds of an enumeration is its value.
lines.push(`
type Json<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Panel<Options, Fields> = Omit<schema.Panel, 'options' | 'fieldConfig'> & { options: Partial<Options>;
  fieldConfig: { defaults: Omit<schema.FieldConfig, 'custom'> & { custom?: Fields }; overrides: schema.FieldConfigSource['overrides'] } };
`);
let count = 0;
for (const file of readdirSync(directory).filter((name) => name.endsWith('.json')).sort()) {
  const { panels, ...frame } = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  lines.push(`// ${file}`, `export const d${++count}: Json<schema.Dashboard> = ${JSON.stringify(frame)};`);
  for (const panel of panels) {
    if (!kPanels[panel.type]) throw new Error(`${file}: no type is known for panels of kind ${panel.type}`);
    const fields = kWithFields.includes(panel.type) ? `Partial<${panel.type}.FieldConfig>` : 'Record<string, never>';
    lines.push(`export const d${count}p${panel.id}: Json<Panel<${panel.type}.Options, ${fields}>> = ${JSON.stringify(panel)};`);
  }
}
writeFileSync(output, lines.join('\n') + '\n');
