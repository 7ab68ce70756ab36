import { lines, rows, tile } from '../panels';
import { interfaceVariable, type Page } from '../frame';
import { busyShare, inRange, kLost, largest, lostShare, max, onInterface, perSecond, quantile, series, sum } from '../queries';

/** Can the other dashboards be believed? */
export const capture: Page = {
  uid: 'netpulse-capture',
  title: 'netpulse / Capture health',
  description: 'Whether every packet was seen, where the others were lost, and how much room is left.',
  from: 'now-3h',
  refresh: '30s',
  variables: [interfaceVariable()],
  bands: [
    {
      height: 4,
      panels: [
        tile({ title: 'Packets lost', unit: 'percentunit', decimals: 3, limits: { warning: 0.0001, bad: 0.01 },
               query: lostShare(onInterface),
               description: 'Share of the packets on the wire that were lost, or not wholly processed, just now.' }),
        tile({ title: 'Lost in the range', unit: 'short', over: 'range', limits: { warning: 1 },
               query: sum(inRange(onInterface('netpulse_dropped_packets_total', kLost))),
               description: 'Packets lost, or not wholly processed, in the whole time range.' }),
        tile({ title: 'Busiest worker', unit: 'percentunit', decimals: 0, limits: { warning: 0.8, bad: 0.95 },
               query: max(busyShare('instance', 'worker')),
               description: 'Share of its cycles that the busiest worker spends on packets. Beyond 80 % bursts get lost: add workers.' }),
        tile({ title: 'Overload level', unit: 'none', decimals: 0, limits: { warning: 1, bad: 2 },
               query: max(series('netpulse_overload_level')),
               description: 'The highest of any worker; 0 is normal, 3 only counts new flows.' }),
        tile({ title: 'Fullest flow table', unit: 'percentunit', decimals: 0, limits: { warning: 0.8, bad: 0.95 },
               query: max(series('netpulse_flow_table_load_ratio')),
               description: 'Share in use. A full table ends idle flows early: raise [flow_table] flows_max.' }),
        tile({ title: 'Capture backlog', unit: 'percentunit', decimals: 0, limits: { warning: 0.5, bad: 0.9 },
               query: max(onInterface('netpulse_source_backlog_ratio')),
               description: 'Share of the fullest capture ring that waits to be read. Full rings lose packets.' }),
        tile({ title: 'Export queue', unit: 'percentunit', decimals: 0, limits: { warning: 0.5, bad: 0.9 },
               query: max(series('netpulse_export_ring_load_ratio')),
               description: 'Share of the fullest queue of flow records to the exporters. A full one loses records: an exporter is slow.' }),
        tile({ title: 'Records lost', unit: 'short', over: 'range', limits: { warning: 1 },
               query: `${sum(inRange(series('netpulse_dropped_flow_records_total')))} + (${
                   sum(inRange(series('netpulse_export_dropped_records_total')))} or vector(0))`,
               description: 'Flow records that found no room on their way to the exporters, or that an exporter could not write.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Packets by interface', unit: 'pps',
                lines: [{ query: largest(12, sum(perSecond(onInterface('netpulse_capture_packets_total')), 'instance', 'interface')),
                          legend: '{{instance}} {{interface}}' }],
                description: 'Received by the workers, the twelve with most. A line that falls to 0 while its neighbours do not: the link is down, or the '
                  + 'mirror port was taken away.' }),
        lines({ title: 'Packets lost by stage', unit: 'pps', stacked: true, bound: 1,
                lines: [{ query: sum(perSecond(onInterface('netpulse_dropped_packets_total', kLost)), 'stage', 'reason'),
                          legend: '{{stage}}: {{reason}}' }],
                description: 'Where packets are lost. nic: the card or its ring; interface: the driver; kernel: the capture ring (raise '
                  + '[capture] buffer_bytes, add workers); queue: the reader in front of the workers; flow_table: no room for a '
                  + 'flow; overload: new flows were only counted.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Workers: share of cycles on packets', unit: 'percentunit', bound: 1, limits: { warning: 0.8, bad: 0.95 },
                lines: [{ query: largest(16, busyShare('instance', 'worker')), legend: '{{instance}} worker {{worker}}' }],
                description: 'The sixteen busiest. One worker high above the others: the hash of the card sends it too much, or one flow is most of the '
                  + 'traffic.' }),
        lines({ title: 'Packets in a batch', unit: 'none', decimals: 1,
                lines: [{ query: largest(6, quantile(0.5, 'netpulse_worker_batch_packets', '', 'instance')),
                          legend: '{{instance}} median' },
                        { query: largest(6, quantile(0.95, 'netpulse_worker_batch_packets', '', 'instance')),
                          legend: '{{instance}} 95 %' }],
                description: 'How many packets a worker finds at one look, 64 at most; the six instances with most. Near 64 all the time: it is at its limit.' }),
        lines({ title: 'Overload level by worker', unit: 'none', decimals: 0, steps: true, bound: 3,
                lines: [{ query: largest(16, max(series('netpulse_overload_level'), 'instance', 'worker')), legend: '{{instance}} worker {{worker}}' }],
                description: 'The sixteen highest. 0 nothing is left undone, 1 analysis of new flows, 2 unanswered flows end after a second, 3 new flows '
                  + 'are only counted.' }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({ title: 'Flow table in use', unit: 'percentunit', bound: 1, limits: { warning: 0.8, bad: 0.95 },
                lines: [{ query: largest(8, max(series('netpulse_flow_table_load_ratio'), 'instance')), legend: '{{instance}} flows' },
                        { query: largest(8, max(series('netpulse_flow_details_load_ratio'), 'instance')), legend: '{{instance}} details' }],
                description: 'The fullest worker of each instance. flows: [flow_table] flows_max; details: details_max (flows that '
                  + 'have names).' }),
        lines({ title: 'Flows by why they ended', unit: 'cps', stacked: true,
                lines: [{ query: sum(perSecond(series('netpulse_flows_ended_total')), 'reason'), legend: '{{reason}}' }],
                description: 'IPFIX flowEndReason. lack_of_resources: the table was full.' }),
        lines({ title: 'Queues', unit: 'percentunit', bound: 1, limits: { warning: 0.5, bad: 0.9 },
                lines: [{ query: largest(8, max(onInterface('netpulse_source_backlog_ratio'), 'instance')), legend: '{{instance}} capture' },
                        { query: largest(8, max(series('netpulse_export_ring_load_ratio'), 'instance')), legend: '{{instance}} export' }],
                description: 'How full the rings are in front of the workers and behind them.' }),
      ],
    },
    {
      height: 7,
      widths: [8, 8, 8],
      panels: [
        lines({ title: 'Refused by the decoder', unit: 'pps', stacked: true, bound: 1,
                lines: [{ query: largest(8, sum(perSecond(onInterface('netpulse_dropped_packets_total', 'stage="decode"')), 'reason')),
                          legend: '{{reason}}' }],
                description: 'Packets that are cut or contradict themselves, the eight most frequent reasons. Not a fault of '
                  + 'netpulse: of the sender, of a snap length, or an attack.' }),
        lines({ title: 'Memory', unit: 'bytes',
                lines: [{ query: largest(8, max(series('process_resident_memory_bytes'), 'instance')), legend: '{{instance}}' }],
                description: 'Resident memory. It grows until the tables have been full once, then stays.' }),
        rows({ title: 'How it captures', unit: 'none',
               labels: { instance: 'Instance', interface: 'Interface', backend: 'Backend', mode: 'Mode' },
               columns: [{ title: 'Packets/s', unit: 'pps', decimals: 0,
                           query: `${max(onInterface('netpulse_capture_info'), 'instance', 'interface', 'backend', 'mode')} * on (instance, interface) group_left () ${
                               sum(perSecond(onInterface('netpulse_capture_packets_total')), 'instance', 'interface')}` }],
               description: 'Backend and mode by interface. copy where zero_copy was expected: netpulse check tells why.' }),
      ],
    },
  ],
};
