using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Core.Generation;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Batching;

/// <summary>A decoder of 97 tokens, two layers of four heads and 256 positions with random weights, exported from torch
/// in the form of the common exporters.</summary>
internal static class TinyDecoder
{
    public const int Vocabulary = 97, MaxLength = 256, Layers = 2, Heads = 4, HeadSize = 8;

    /// <summary>Bytes of the keys and values of one token.</summary>
    public const int BytesPerToken = 2 * Layers * Heads * HeadSize * sizeof(float);

    public static string File { get; } = Path.Combine(
        TestContext.CurrentContext.TestDirectory, "Generation/Batching/Fixtures/decoder.onnx");

    public static DecoderGraph Load() => new(InferenceModel.Load(File, new InferenceOptions { IntraOpThreads = 1 }));

    /// <summary>The decoder with every weight of two axes changed at random.</summary>
    /// <param name="change">Largest change as a share of the weight.</param>
    public static DecoderGraph LoadChanged(float change)
    {
        var (model, random) = (OnnxModel.Load(File), new Random(1));
        foreach (var weight in model.Graph.Initializer.Where(static i => i.Dims.Count == 2 && i.RawData.Length > 0))
        {
            var bytes = weight.RawData.ToByteArray();
            foreach (ref var value in MemoryMarshal.Cast<byte, float>(bytes.AsSpan()))
            {
                value *= 1 + (change * ((float)(random.NextDouble() * 2) - 1));
            }

            weight.RawData = ByteString.CopyFrom(bytes);
        }

        return new DecoderGraph(InferenceModel.Load(model.ToByteArray()));
    }

    /// <summary>What the model writes where it has one text alone.</summary>
    public static GeneratedToken[] Alone(DecoderGraph graph, IReadOnlyList<long> prompt, GenerationOptions options)
    {
        using var session = graph.Start(MaxLength);
        return [.. TokenGenerator.Generate(session, prompt, options)];
    }

    public static long[] Prompt(Random random, int length)
        => [.. Enumerable.Range(0, length).Select(_ => (long)random.Next(Vocabulary))];
}
