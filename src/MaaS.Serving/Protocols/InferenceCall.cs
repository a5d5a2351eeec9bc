using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols.OpenInference.Statistics;

namespace MaaS.Serving.Protocols;

/// <summary>
/// One inference of a protocol, from the lease on its model until the answer is written: dispose it then.
/// </summary>
internal sealed class InferenceCall : IDisposable
{
    private readonly ModelLease _lease;
    private readonly IInferenceExecutor _executor;
    private readonly ServingStatistics _statistics;
    private readonly TimeProvider _time;
    private InferenceRequest? _request;
    private InferenceOutputs? _outputs;
    private long _inputStart;
    private long _outputStart;
    private TimeSpan _input;

    internal InferenceCall(
        ModelLease lease, IInputEncoder? encoder, RequestContext client, IInferenceExecutor executor,
        ServingStatistics statistics, TimeProvider time)
    {
        _lease = lease;
        _executor = executor;
        _statistics = statistics;
        _time = time;
        Model = lease.Model;
        Client = client;
        Tensors = new RequestTensors(Model, encoder);
        _inputStart = time.GetTimestamp();
    }

    /// <summary>The model that runs.</summary>
    public ServedModel Model { get; }

    /// <summary>The client and its request.</summary>
    public RequestContext Client { get; }

    /// <summary>The inputs, to be filled before the run.</summary>
    public RequestTensors Tensors { get; }

    /// <summary>The outputs, once the run has ended.</summary>
    public InferenceOutputs Outputs => _outputs ?? throw new InvalidOperationException("expected a call that was run");

    /// <summary>The request's bytes are there: what follows until the run counts as preparing its inputs.</summary>
    public void BeginInput() => _inputStart = _time.GetTimestamp();

    /// <summary>Runs the model on the tensors.</summary>
    /// <param name="outputs">Names of the outputs wanted; null for all.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    public async ValueTask RunAsync(IReadOnlyList<string>? outputs, CancellationToken cancellationToken)
    {
        Tensors.Finish();
        if (Model.MaxRows is { } most && Tensors.Values.Span is [{ Shape: [var rows, ..] }, ..] && rows > most)
        {
            throw RequestException.BadRequest(
                $"model '{Model.Name}': expected at most {most} rows a request, its max_batch_size, got {rows}");
        }

        _input = _time.GetElapsedTime(_inputStart);
        _request = new InferenceRequest(Model, Tensors.Values, Client) { Outputs = outputs };
        _outputs = await _executor.RunAsync(_request, cancellationToken).ConfigureAwait(false);
        _outputStart = _time.GetTimestamp();
    }

    public void Dispose()
    {
        if (_outputs is not null)
        {
            _statistics.Of(Model.Name, Model.Version)
                .AddTranslation(_request!.Rows, _request!.Timings, _input, _time.GetElapsedTime(_outputStart));
            _outputs.Dispose();
        }

        Tensors.Dispose();
        _lease.Dispose();
    }
}
