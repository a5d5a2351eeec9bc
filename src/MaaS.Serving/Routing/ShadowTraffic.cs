using System.Diagnostics.Metrics;
using System.Threading.Channels;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Routing;

/// <summary>
/// Runs copies of requests on another version or model once they are answered, one at a time and least urgent, compares
/// the results and counts. A copy that would wait behind too many others, or hold too much memory, is dropped.
/// </summary>
public sealed partial class ShadowTraffic : BackgroundService
{
    private const int MaxWaiting = 64;
    private const long MaxWaitingBytes = 64L << 20;

    private readonly ModelRepository _models;
    private readonly ILogger<ShadowTraffic> _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _copies;
    private readonly Channel<Copy> _waiting = Channel.CreateBounded<Copy>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Model, string Shadow), ShadowStatus> _status = [];
    private long _waitingBytes;

    /// <summary>Shadow traffic of a server.</summary>
    public ShadowTraffic(ModelRepository models, IMeterFactory meters, ILogger<ShadowTraffic> logger)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _models = models;
        _logger = logger;
        _meter = meters.Create("MaaS.Serving");
        _copies = _meter.CreateCounter<long>(
            "maas.shadow.copies", "{copy}", "Copies of requests that went to another version, by outcome.");
    }

    /// <summary>Its place in the chain of executors.</summary>
    internal static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Shadow,
        static (services, next) => new ShadowExecutor(services.GetRequiredService<ShadowTraffic>(), next));

    /// <summary>What was seen so far, in order of models.</summary>
    public IReadOnlyList<ShadowStatus> Status()
    {
        lock (_gate)
        {
            return [.. _status.OrderBy(s => s.Key).Select(s => s.Value)];
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var copy in _waiting.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            Interlocked.Add(ref _waitingBytes, -copy.Bytes);
            try
            {
                await RunAsync(copy, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A shadow may fail in any way: it is counted, and nobody waits for it.
                Count(copy, "failed", s => s with { Failed = s.Failed + 1 });
                LogFailed(e, copy.Model, copy.Shadow);
            }
        }
    }

    private async Task RunAsync(Copy copy, CancellationToken cancellationToken)
    {
        var target = copy.Rule.Target;
        var isVersion = target is { Length: > 0 } && target.All(char.IsAsciiDigit);
        var reference = new ModelReference(
            copy.Rule.Model ?? copy.Model, isVersion ? target : null, isVersion ? null : target);
        var context = new RequestContext { Priority = RequestContext.LowestPriority };
        using var lease = await _models.AcquireAsync(reference, context, cancellationToken).ConfigureAwait(false);
        var model = lease.Model;
        if ((model.Name, model.Version) == (copy.Model, copy.Version))
        {
            return;
        }

        var inputs = model.Inputs.Select(i => copy.Inputs.FirstOrDefault(c => c.Name == i.Name).Value
            ?? throw new ModelInputException(
                $"{model.Name}: expected the input '{i.Name}', the requests of {copy.Model} have none.")).ToArray();
        using var outputs = await copy.Executor.RunAsync(
            new InferenceRequest(model, inputs, context), cancellationToken).ConfigureAwait(false);
        var difference = ShadowComparison.Difference(copy.Outputs, outputs);
        var isEqual = difference <= copy.Rule.Tolerance;
        Count(copy, isEqual ? "equal" : "different", s => s with
        {
            Equal = s.Equal + (isEqual ? 1 : 0),
            Different = s.Different + (isEqual ? 0 : 1),
            LargestDifference = Math.Max(s.LargestDifference, difference),
        });
    }

    private void Offer(IInferenceExecutor executor, InferenceRequest request, InferenceOutputs outputs, ShadowRule rule)
    {
        var bytes = request.Inputs.Span.ToArray().Concat(outputs)
            .Sum(static t => t.Type == ElementType.String ? 0 : (long)t.Data.Length);
        var shadow = $"{rule.Model ?? request.Model.Name}{(rule.Target is null ? "" : $"@{rule.Target}")}";
        if (_waiting.Reader.Count >= MaxWaiting || Interlocked.Add(ref _waitingBytes, bytes) > MaxWaitingBytes)
        {
            Drop(request.Model.Name, shadow, _waiting.Reader.Count >= MaxWaiting ? 0 : bytes);
            return;
        }

        var copy = new Copy(
            executor, request.Model.Name, request.Model.Version, rule, shadow, bytes,
            [.. request.Model.Inputs.Zip(request.Inputs.ToArray(), static (spec, value) => (spec.Name, Clone(value)))],
            [.. outputs.Specs.Zip(outputs, static (spec, value) => (spec.Name, Clone(value)))]);
        if (!_waiting.Writer.TryWrite(copy))
        {
            Drop(request.Model.Name, shadow, bytes);
        }
    }

    private void Drop(string model, string shadow, long bytes)
    {
        Interlocked.Add(ref _waitingBytes, -bytes);
        Count(model, shadow, "dropped", static s => s with { Dropped = s.Dropped + 1 });
    }

    private void Count(Copy copy, string outcome, Func<ShadowStatus, ShadowStatus> change)
        => Count(copy.Model, copy.Shadow, outcome, change);

    private void Count(string model, string shadow, string outcome, Func<ShadowStatus, ShadowStatus> change)
    {
        _copies.Add(1, new("model", model), new("shadow", shadow), new("outcome", outcome));
        lock (_gate)
        {
            _status[(model, shadow)] = change(
                _status.GetValueOrDefault((model, shadow)) ?? new ShadowStatus(model, shadow, 0, 0, 0, 0, 0));
        }
    }

    /// <summary>Both the request's buffers and the answer's are given back before the copy runs.</summary>
    private static TensorValue Clone(TensorValue value)
        => value.Type == ElementType.String
            ? TensorValue.OfStrings(value.Strings.ToArray(), value.Shape)
            : new TensorValue(value.Type, value.Shape, value.Data.ToArray());

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _meter.Dispose();
    }

    [LoggerMessage(LogLevel.Debug, "The copy of a request of {Model} failed on {Shadow}")]
    private partial void LogFailed(Exception exception, string model, string shadow);

    private sealed record Copy(
        IInferenceExecutor Executor, string Model, long Version, ShadowRule Rule, string Shadow, long Bytes,
        (string Name, TensorValue Value)[] Inputs, (string Name, TensorValue Value)[] Outputs);

    private sealed class ShadowExecutor(ShadowTraffic traffic, IInferenceExecutor next) : IInferenceExecutor
    {
        public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
            => traffic._models.Shadow(request.Model.Name) is { } rule && Random.Shared.NextDouble() < rule.Fraction
                ? RunAsync(request, rule, cancellationToken)
                : next.RunAsync(request, cancellationToken);

        private async ValueTask<InferenceOutputs> RunAsync(
            InferenceRequest request, ShadowRule rule, CancellationToken cancellationToken)
        {
            var outputs = await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
            traffic.Offer(next, request, outputs, rule);
            return outputs;
        }
    }
}
