/** generate.js DIRECTORY: writes each dashboard there as JSON. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applications } from './dashboards/applications';
import { capture } from './dashboards/capture';
import { fleet } from './dashboards/fleet';
import { overview } from './dashboards/overview';
import { quality } from './dashboards/quality';
import { report } from './dashboards/report';
import { voice } from './dashboards/voice';
import { build } from './frame';

const directory = process.argv[2];
if (!directory) throw new Error('generate.js: give the directory that the dashboards go to');
for (const page of [overview, capture, applications, quality, voice, fleet, report])
  writeFileSync(join(directory, page.uid + '.json'), JSON.stringify(build(page), null, 2) + '\n');
