using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace MaaS.Benchmarks.Serving;

/// <summary>
/// The floor: Kestrel and ONNX Runtime with nothing between them that this one model does not need. JSON as the Open
/// Inference Protocol has it, read with <see cref="Utf8JsonReader"/> into pooled arrays; binary is the input's bytes in
/// and the output's out; gRPC is the same within the protocol's messages, of which nothing but the tensor is read.
/// </summary>
internal sealed class BareServer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _input, _output;
    private readonly bool _takesIds; // int64 instead of float32.

    private BareServer(string model, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        _session = new InferenceSession(model, options);
        _input = [.. _session.InputNames];
        _output = [.. _session.OutputNames];
        _takesIds = _session.InputMetadata[_input[0]].ElementDataType == TensorElementType.Int64;
    }

    public static async Task RunAsync(string model, int port, int grpcPort, int threads)
    {
        using var server = new BareServer(model, threads);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(port);
            kestrel.ListenLocalhost(grpcPort, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.MapPost("/grpc", server.GrpcAsync);
        app.MapPost("/infer", server.JsonAsync);
        app.MapPost("/binary", server.BinaryAsync);
        await app.RunAsync();
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private static async ValueTask<ReadResult> ReadAsync(HttpContext context)
        => await context.Request.BodyReader.ReadAtLeastAsync(
            (int)context.Request.ContentLength!.Value, context.RequestAborted);

    private async Task JsonAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        using var outputs = _takesIds ? RunJson<long>(body.Buffer) : RunJson<float>(body.Buffer);
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        context.Response.ContentType = "application/json";
        Write(context.Response.BodyWriter, outputs[0]);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private IDisposableReadOnlyCollection<OrtValue> RunJson<T>(in ReadOnlySequence<byte> json)
        where T : unmanaged
    {
        var data = Parse<T>(json, out var shape, out var count);
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, data.AsMemory(0, count), shape);
        var outputs = _session.Run(_run, _input, [input], _output);
        ArrayPool<T>.Shared.Return(data);
        return outputs;
    }

    private async Task BinaryAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        var data = ArrayPool<float>.Shared.Rent((int)body.Buffer.Length / sizeof(float));
        body.Buffer.CopyTo(MemoryMarshal.AsBytes(data.AsSpan()));
        var count = (int)body.Buffer.Length / sizeof(float);
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, data.AsMemory(0, count), [1, 1, 28, 28]);
        using var outputs = _session.Run(_run, _input, [input], _output);
        ArrayPool<float>.Shared.Return(data);
        var logits = MemoryMarshal.AsBytes(outputs[0].GetTensorDataAsSpan<float>());
        context.Response.ContentLength = logits.Length;
        context.Response.BodyWriter.Write(logits);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task GrpcAsync(HttpContext context)
    {
        var header = await context.Request.BodyReader.ReadAtLeastAsync(GrpcRequest.FrameHeader, context.RequestAborted);
        var length = GrpcRequest.FrameHeader + Length(header.Buffer);
        context.Request.BodyReader.AdvanceTo(header.Buffer.Start);
        var body = await context.Request.BodyReader.ReadAtLeastAsync(length, context.RequestAborted);
        var data = ArrayPool<float>.Shared.Rent(784);
        body.Buffer.Slice(length - (784 * sizeof(float)), 784 * sizeof(float))
            .CopyTo(MemoryMarshal.AsBytes(data.AsSpan()));
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, data.AsMemory(0, 784), [1, 1, 28, 28]);
        using var outputs = _session.Run(_run, _input, [input], _output);
        ArrayPool<float>.Shared.Return(data);
        await BareGrpc.WriteAsync(context, MemoryMarshal.AsBytes(outputs[0].GetTensorDataAsSpan<float>()).ToArray());
    }

    private static int Length(ReadOnlySequence<byte> frame)
    {
        Span<byte> header = stackalloc byte[GrpcRequest.FrameHeader];
        frame.Slice(0, GrpcRequest.FrameHeader).CopyTo(header);
        return BinaryPrimitives.ReadInt32BigEndian(header[1..]);
    }

    private static T[] Parse<T>(in ReadOnlySequence<byte> json, out long[] shape, out int count)
    {
        var data = ArrayPool<T>.Shared.Rent(784);
        List<long> sizes = [];
        count = 0;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("shape"u8))
            {
                for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.Number;)
                {
                    sizes.Add(reader.GetInt64());
                }
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.Number;)
                {
                    // No box: T is known when this is compiled.
                    data[count++] = typeof(T) == typeof(long)
                        ? (T)(object)reader.GetInt64() : (T)(object)reader.GetSingle();
                }
            }
        }

        shape = [.. sizes];
        return data;
    }

    private static void Write(PipeWriter pipe, OrtValue output)
    {
        using var writer = new Utf8JsonWriter(pipe, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("model_name"u8, "conv"u8);
        writer.WriteStartArray("outputs"u8);
        writer.WriteStartObject();
        writer.WriteString("name"u8, "output"u8);
        writer.WriteString("datatype"u8, "FP32"u8);
        writer.WriteStartArray("shape"u8);
        foreach (var size in output.GetTensorTypeAndShape().Shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data"u8);
        foreach (var value in output.GetTensorDataAsSpan<float>())
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
