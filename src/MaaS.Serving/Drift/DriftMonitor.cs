using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MaaS.Core.Drift;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Drift;

/// <summary>
/// Watches the latest rows of every model whose package has a baseline. A request costs the features of its rows;
/// comparing with the baseline waits until somebody asks.
/// </summary>
internal sealed class DriftMonitor : IDisposable
{
    private readonly ConcurrentDictionary<(string Name, long Version), DriftWindow> _windows = new();
    private readonly Meter _meter;

    public DriftMonitor(IMeterFactory meters)
    {
        _meter = meters.Create(ServingMetrics.MeterName);
        _meter.CreateObservableGauge(
            "maas.drift.psi", () => Measure(static d => d.Psi), "{index}",
            "Population stability index of a feature against training; above 0.25 it has shifted.");
        _meter.CreateObservableGauge(
            "maas.drift.ks", () => Measure(static d => d.KsStatistic), "{distance}",
            "Kolmogorov-Smirnov distance of a feature from training.");
        _meter.CreateObservableGauge(
            "maas.drift.rows",
            () => _windows.Select(w => new Measurement<int>(w.Value.Rows, [.. Tags(w.Key)])).ToArray(), "{row}",
            "Rows that drift is measured on.");
    }

    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Sampling,
        static (services, next) => new Executor(next, services.GetRequiredService<DriftMonitor>()));

    /// <summary>The window of a model; null where its package has no baseline or nothing came yet.</summary>
    public DriftWindow? Of(ServedModel model) => _windows.GetValueOrDefault((model.Name, model.Version));

    public void Dispose() => _meter.Dispose();

    private Measurement<double>[] Measure(Func<FeatureDrift, double> value)
        => [.. _windows.SelectMany(w => w.Value.Compare().Select(d =>
            new Measurement<double>(
                value(d), [.. Tags(w.Key), new KeyValuePair<string, object?>("feature", d.Name)])))];

    private static KeyValuePair<string, object?>[] Tags((string Name, long Version) model)
        => [new("model", model.Name), new("version", VersionText.Of(model.Version))];

    private sealed class Executor(IInferenceExecutor next, DriftMonitor monitor) : IInferenceExecutor
    {
        public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
            => request.Model.Drift is { } baseline && request.Outputs is null
                ? WatchAsync(request, baseline, cancellationToken) : next.RunAsync(request, cancellationToken);

        private async ValueTask<InferenceOutputs> WatchAsync(
            InferenceRequest request, DriftBaseline baseline, CancellationToken cancellationToken)
        {
            var outputs = await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
            monitor._windows.GetOrAdd(
                (request.Model.Name, request.Model.Version), static (_, b) => new DriftWindow(b), baseline)
                    .Add(request, outputs);
            return outputs;
        }
    }
}
