/** What all dashboards share: variables, links to each other, the grid. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { kDatasource, type Panel } from './panels';

export const kTag = 'netpulse';
const kColumns = 24;
/** Dashboards of Grafana before its schema of rows and tabs; every Grafana since 11 reads it. */
const kSchemaVersion = 41;

/** Panels side by side, of one height (in grid units of 30 pixels); their widths (in 24ths) follow from their number. */
export interface Band {
  height: number;
  panels: Panel[];
  /** Where they are not all as wide. */
  widths?: number[];
}

export interface Page {
  uid: string;
  title: string;
  description: string;
  /** "now-6h" and the like. */
  from: string;
  refresh: string;
  /** Further variables, behind job and instance. */
  variables?: dashboard.QueryVariableBuilder[];
  bands: Band[];
}

/** A variable with the values that a label has. */
export function labelVariable(name: string, label: string, metric: string): dashboard.QueryVariableBuilder {
  const query = `label_values(${metric}, ${name})`;
  return new dashboard.QueryVariableBuilder(name).label(label).datasource(kDatasource)
    .query({ qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .multi(true).includeAll(true).current({ selected: true, text: 'All', value: '$__all' })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged).sort(dashboard.VariableSort.AlphabeticalAsc);
}

/** All of them is any value, rather than a list of all: a fleet may have many. Not for job: other programs have jobs, too. */
export const orAny = (variable: dashboard.QueryVariableBuilder): dashboard.QueryVariableBuilder => variable.allValue('.*');

export const interfaceVariable = () => orAny(
  labelVariable('interface', 'Interface', 'netpulse_capture_packets_total{job=~"$job",instance=~"$instance"}'));

export function build(page: Page): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(page.title).uid(page.uid).description(page.description).tags([kTag])
    .time({ from: page.from, to: 'now' }).refresh(page.refresh).timezone('browser').editable()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(labelVariable('job', 'Job', 'netpulse_build_info'))
    .withVariable(orAny(labelVariable('instance', 'Instance', 'netpulse_build_info{job=~"$job"}')))
    .link(new dashboard.DashboardLinkBuilder('netpulse').type(dashboard.DashboardLinkType.Dashboards).tags([kTag])
            .includeVars(true).keepTime(true).asDropdown(false).tooltip('The other dashboards, same time and instances'));
  for (const variable of page.variables ?? []) builder.withVariable(variable);
  let id = 0;
  let y = 0;
  for (const band of page.bands) {
    const widths = band.widths ?? band.panels.map(() => Math.floor(kColumns / band.panels.length));
    let x = 0;
    band.panels.forEach((panel, i) => {
      builder.withPanel(panel.id(++id).gridPos({ x, y, w: widths[i]!, h: band.height }));
      x += widths[i]!;
    });
    y += band.height;
  }
  return withoutLeftOvers({ ...builder.build(), schemaVersion: kSchemaVersion });
}

/** The builders fill in defaults that belong to other kinds of variables, and one that tables no longer have. */
function withoutLeftOvers(made: dashboard.Dashboard): dashboard.Dashboard {
  const drop = (from: object | undefined, ...names: string[]) =>
    names.forEach((name) => { delete (from as Record<string, unknown> | undefined)?.[name]; });
  for (const variable of made.templating.list ?? []) drop(variable, 'auto', 'auto_min', 'auto_count');
  for (const link of made.links ?? []) drop(link, 'placement');  // on the page, not in a menu
  for (const panel of made.panels ?? []) {
    drop(panel, 'repeatDirection', 'transparent');
    if (panel.type === 'table' && 'options' in panel) drop(panel.options, 'footer');
  }
  return made;
}
