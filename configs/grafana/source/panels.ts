/** The four kinds of panel that the dashboards use, each with a title, a description and a unit. */
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export type Panel = stat.PanelBuilder | timeseries.PanelBuilder | bargauge.PanelBuilder | table.PanelBuilder;

export interface About {
  title: string;
  /** What it shows, and what to do when it looks bad: shown behind the (i) of the panel. */
  description: string;
  /** Of Grafana's units, such as "s", "bps", "percentunit". */
  unit: string;
  decimals?: number;
}

/** Green below warning, then yellow, then red from bad on; where bad is less than warning, the other way round. */
export interface Limits {
  warning?: number;
  bad?: number;
}

export const kDatasource = { type: 'prometheus', uid: '${datasource}' };

function query(refId: string, expression: string, legend: string): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder().refId(refId).datasource(kDatasource).expr(expression).legendFormat(legend);
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

function thresholds(limits: Limits): dashboard.ThresholdsConfigBuilder {
  const { warning, bad } = limits;
  const steps: dashboard.Threshold[] = [{ value: null, color: 'green' }];
  if (warning !== undefined && bad !== undefined && bad < warning) {
    steps.splice(0, 1, { value: null, color: 'red' }, { value: bad, color: 'yellow' }, { value: warning, color: 'green' });
  } else {
    if (warning !== undefined) steps.push({ value: warning, color: 'yellow' });
    if (bad !== undefined) steps.push({ value: bad, color: 'red' });
  }
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps);
}

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

/** One number; with limits its background says whether it is fine. over: "now" or the whole time range. */
export function tile(about: About & { query: string; limits?: Limits; over?: 'now' | 'range' }): stat.PanelBuilder {
  const target = query('A', about.query, '');
  const whole = about.over === 'range';
  const panel = new stat.PanelBuilder().title(about.title).description(about.description).unit(about.unit)
    .datasource(kDatasource).withTarget(whole ? target.instant() : target.range()).reduceOptions(lastValue())
    .thresholds(thresholds(about.limits ?? {}))
    .colorScheme(about.limits ? new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds)
                              : new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor('blue'))
    .colorMode(about.limits ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .graphMode(whole ? common.BigValueGraphMode.None : common.BigValueGraphMode.Area)
    .justifyMode(common.BigValueJustifyMode.Auto).textMode(common.BigValueTextMode.Value)
    .wideLayout(true).showPercentChange(false).percentChangeColorMode(common.PercentChangeColorMode.Standard)
    .orientation(common.VizOrientation.Auto).noValue('none seen');
  return about.decimals === undefined ? panel : panel.decimals(about.decimals);
}

export interface Line {
  query: string;
  legend: string;
}

/** Curves over time. stacked: as areas on each other. bound: the top of the axis (1 for shares that may reach 100 %). */
export function lines(about: About & { lines: Line[]; stacked?: boolean; bound?: number; limits?: Limits; steps?: boolean;
                                       tableLegend?: boolean }): timeseries.PanelBuilder {
  const legend = new common.VizLegendOptionsBuilder().showLegend(true)
    .displayMode(about.tableLegend ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
    .placement(about.tableLegend ? common.LegendPlacement.Right : common.LegendPlacement.Bottom)
    .calcs(about.tableLegend ? ['mean', 'max'] : []);
  if (about.tableLegend) legend.sortBy('Mean').sortDesc(true);
  const panel = new timeseries.PanelBuilder().title(about.title).description(about.description).unit(about.unit)
    .datasource(kDatasource).targets(about.lines.map((l, i) => query(refId(i), l.query, l.legend).range())).legend(legend)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
    .drawStyle(common.GraphDrawStyle.Line).lineWidth(about.stacked ? 1 : 2).fillOpacity(about.stacked ? 60 : 8)
    .lineInterpolation(about.steps ? common.LineInterpolation.StepAfter : common.LineInterpolation.Linear)
    .showPoints(common.VisibilityMode.Never).spanNulls(false).min(0).axisPlacement(common.AxisPlacement.Auto)
    .stacking(new common.StackingConfigBuilder().group('A')
                .mode(about.stacked ? common.StackingMode.Normal : common.StackingMode.None))
    .thresholds(thresholds(about.limits ?? {}))
    .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder()
                       .mode(about.limits ? common.GraphThresholdsStyleMode.Dashed : common.GraphThresholdsStyleMode.Off))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassic)).noValue('none seen');
  if (about.decimals !== undefined) panel.decimals(about.decimals);
  return about.bound === undefined ? panel : panel.axisSoftMax(about.bound);
}

/** One bar for each series of an instant query, the largest on top. */
export function bars(about: About & Line): bargauge.PanelBuilder {
  const panel = new bargauge.PanelBuilder().title(about.title).description(about.description).unit(about.unit)
    .datasource(kDatasource).withTarget(query('A', `sort_desc(${about.query})`, about.legend).instant())
    .reduceOptions(lastValue()).orientation(common.VizOrientation.Horizontal).min(0)
    .displayMode(common.BarGaugeDisplayMode.Basic).valueMode(common.BarGaugeValueMode.Text)
    .namePlacement(common.BarGaugeNamePlacement.Auto).showUnfilled(false).sizing(common.BarGaugeSizing.Auto)
    .minVizWidth(8).minVizHeight(16).maxVizHeight(300)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false).calcs([]).displayMode(common.LegendDisplayMode.List)
              .placement(common.LegendPlacement.Bottom))
    .thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute)
                  .steps([{ value: null, color: 'blue' }]))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds)).noValue('none seen');
  return about.decimals === undefined ? panel : panel.decimals(about.decimals);
}

export interface Column {
  title: string;
  query: string;
  unit: string;
  decimals?: number;
  limits?: Limits;
}

/** Rows by labels, a column for each query (instant), sorted by the first. labels: {label: its heading}. */
export function rows(about: About & { labels: Record<string, string>; columns: Column[] }): table.PanelBuilder {
  const headings: Record<string, string> = { ...about.labels };
  const order: Record<string, number> = {};
  Object.keys(about.labels).forEach((label, i) => { order[label] = i; });
  about.columns.forEach((column, i) => {
    const field = about.columns.length === 1 ? 'Value' : 'Value #' + refId(i);
    headings[field] = column.title;
    order[field] = Object.keys(about.labels).length + i;
  });
  const first = about.columns[0]!;
  const panel = new table.PanelBuilder().title(about.title).description(about.description).unit(about.unit)
    .datasource(kDatasource).showHeader(true).cellHeight(common.TableCellHeight.Sm).noValue('–')
    .targets(about.columns.map((c, i) => query(refId(i), c.query, '').instant().format(prometheus.PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: { excludeByName: { Time: true }, indexByName: order,
                                                     renameByName: headings } })
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(first.title).desc(true)]);
  for (const column of about.columns) {
    const properties: dashboard.DynamicConfigValue[] = [{ id: 'unit', value: column.unit }];
    if (column.decimals !== undefined) properties.push({ id: 'decimals', value: column.decimals });
    if (column.limits) {
      properties.push({ id: 'thresholds', value: thresholds(column.limits).build() },
                      { id: 'custom.cellOptions', value: { type: 'color-text' } });
    }
    panel.overrideByName(column.title, properties);
  }
  return panel;
}
