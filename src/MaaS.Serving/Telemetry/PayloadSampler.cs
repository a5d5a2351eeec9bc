using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Telemetry;

/// <summary>
/// Keeps some requests with their answers as JSON lines. Writing happens behind the requests; when the disk cannot
/// follow, samples are lost and no request waits.
/// </summary>
internal sealed partial class PayloadSampler(
    IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<PayloadSampler> logger) : BackgroundService
{
    private readonly SamplingOptions? _options = options.Value.Telemetry.Sampling;
    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>The layer that samples; nothing where no sampling is configured.</summary>
    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Sampling,
        static (services, next)
            => services.GetRequiredService<PayloadSampler>() is { _options.Rate: > 0 } sampler
            ? new Executor(next, sampler) : next);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                Directory.CreateDirectory(_options!.Folder);
                var path = Path.Combine(
                    _options.Folder,
                    $"{time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.jsonl");
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
                if (file.Length + line.Length <= _options.MaxBytesPerDay)
                {
                    file.Write(line);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogLost(e);
            }
        }
    }

    private void Sample(InferenceRequest request, InferenceOutputs outputs)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time"u8, time.GetUtcNow());
            writer.WriteString("requestId"u8, request.Context.RequestId);
            writer.WriteString("model"u8, request.Model.Name);
            writer.WriteNumber("version"u8, request.Model.Version);
            writer.WriteStartArray("inputs"u8);
            for (var i = 0; i < request.Inputs.Length; i++)
            {
                var name = request.Model.Inputs[i].Name;
                var isMasked = _options!.MaskedInputs.Contains(name) || _options.MaskedInputs.Contains("*");
                Write(writer, name, request.Inputs.Span[i], isMasked);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("outputs"u8);
            for (var i = 0; i < outputs.Count; i++)
            {
                Write(writer, outputs.Specs[i].Name, outputs[i], isMasked: false);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        _lines.Writer.TryWrite([.. buffer.WrittenSpan, (byte)'\n']);
    }

    private void Write(Utf8JsonWriter writer, string name, TensorValue tensor, bool isMasked)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("datatype"u8, tensor.Type.ProtocolName());
        writer.WriteStartArray("shape"u8);
        foreach (var size in tensor.Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        if (isMasked)
        {
            writer.WriteBoolean("masked"u8, true);
        }
        else if (tensor.Count <= _options!.MaxElements)
        {
            writer.WritePropertyName("data"u8);
            TensorJsonWriter.WriteFlat(writer, tensor);
        }

        writer.WriteEndObject();
    }

    [LoggerMessage(LogLevel.Warning, "A sampled request could not be written")]
    private partial void LogLost(Exception exception);

    private sealed class Executor(IInferenceExecutor next, PayloadSampler sampler) : IInferenceExecutor
    {
        public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        {
            var outputs = await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
            if (Random.Shared.NextDouble() < sampler._options!.Rate)
            {
                sampler.Sample(request, outputs);
            }

            return outputs;
        }
    }
}
